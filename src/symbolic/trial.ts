import { checkTime } from './clock.ts';
import type { Domain } from './domain.ts';
import { topological, type Node } from './node.ts';
import { FieldLimit } from './numbers.ts';
import { character, inverseMod, powMod } from './primes.ts';
import type { Random } from './random.ts';
import type { Rational } from './rational.ts';

/** Where one attempt at a random point of a prime field ended. */
export type Attempt = { values: bigint[]; tangents: bigint[] | null } | { rejectedAt: Node | null };

export type TrialOptions = {
  /** Nodes of certified sign: their value must be a square (+1) or a non-square (−1). */
  pins?: ReadonlyMap<Node, number>;
  /** Indices of roots and absolute values that take the other sign than the principal one. */
  flips?: ReadonlySet<number>;
  /** Also derivatives along a random direction. */
  tangents?: boolean;
};

const mod = (a: bigint, p: bigint): bigint => {
  const r = a % p;
  return r < 0n ? r + p : r;
};

/**
 * Values of some nodes at random points modulo random primes. "Positive" means square: a positive symbol is drawn
 * as a square, roots are square roots that are squares themselves. π is transcendental: an identity of algebraic
 * expressions that holds at π holds at any number in its place, so it is drawn like a positive symbol. Indices follow `order`.
 */
export class Trial {
  readonly order: readonly Node[];
  private readonly domains: ReadonlyMap<string, Domain>;
  private readonly children: readonly (readonly number[])[];

  constructor(roots: readonly Node[], domains: ReadonlyMap<string, Domain>) {
    this.order = topological(roots);
    this.domains = domains;
    const index = new Map(this.order.map((node, i) => [node, i]));
    this.children = this.order.map((node) => {
      if ('args' in node) return node.args.map((arg) => index.get(arg)!);
      if ('arg' in node) return [index.get(node.arg)!];
      return node.kind === 'pow' ? [index.get(node.base)!] : [];
    });
  }

  indexOf(node: Node): number {
    return this.order.indexOf(node);
  }

  /**
   * The independent choices of sign, each with the indices it flips: absolute values, and even roots but those of
   * bases that are positive by construction. Roots of one base and order flip together.
   */
  choices(isSafe: (base: Node) => boolean): number[][] {
    const groups = new Map<string, number[]>();
    for (const [i, node] of this.order.entries()) {
      const root = node.kind === 'pow' && node.exponent.d % 2n === 0n && !isSafe(node.base);
      if (node.kind !== 'abs' && !root) continue;
      const key = node.kind === 'pow' ? `${node.base.id}/${node.exponent.d}` : `|${node.id}`;
      groups.set(key, [...(groups.get(key) ?? []), i]);
    }
    return [...groups.values()];
  }

  attempt(p: bigint, random: Random, options: TrialOptions = {}): Attempt {
    const { pins, flips, tangents: wantTangents = false } = options;
    const values: bigint[] = [];
    const tangents: bigint[] | null = wantTangents ? [] : null;
    for (let i = 0; i < this.order.length; i++) {
      const node = this.order[i]!;
      const kids = this.children[i]!;
      if ((i & 63) === 63) checkTime();
      let v = 0n;
      let t = 0n;
      switch (node.kind) {
        case 'num': {
          const inverse = node.d === 1n ? 1n : inverseMod(node.d, p);
          if (inverse === null) return { rejectedAt: null };
          v = mod(node.n * inverse, p);
          break;
        }
        case 'pi': {
          const x = random.residue(p);
          v = (x * x) % p;
          t = tangents ? random.residue(p) : 0n;
          break;
        }
        case 'sym':
          v = this.draw(node.name, p, random);
          t = tangents ? random.residue(p) : 0n;
          break;
        case 'add':
          for (const k of kids) v += values[k]!;
          v %= p;
          if (tangents) for (const k of kids) t = (t + tangents[k]!) % p;
          break;
        case 'mul':
          v = 1n;
          for (const k of kids) {
            if (tangents) t = (t * values[k]! + v * tangents[k]!) % p;
            v = (v * values[k]!) % p;
          }
          break;
        case 'pow': {
          const base = values[kids[0]!]!;
          const power = fieldPower(base, node.exponent, p);
          if (power === null) return { rejectedAt: node };
          v = power;
          if (flips?.has(i)) v = mod(-v, p);
          if (tangents) {
            const slope = inverseMod(base * node.exponent.d, p);
            if (slope === null) return { rejectedAt: null };
            t = mod(((v * node.exponent.n) % p) * ((slope * tangents[kids[0]!]!) % p), p);
          }
          break;
        }
        case 'abs': {
          const arg = values[kids[0]!]!;
          const flip = flips ? flips.has(i) : character(arg, p) < 0;
          v = flip ? mod(-arg, p) : arg;
          if (tangents) t = flip ? mod(-tangents[kids[0]!]!, p) : tangents[kids[0]!]!;
          break;
        }
        case 'log': {
          v = random.residue(p);
          if (tangents) {
            const slope = inverseMod(values[kids[0]!]!, p);
            if (slope === null) return { rejectedAt: null };
            t = (slope * tangents[kids[0]!]!) % p;
          }
          break;
        }
        case 'erf':
          v = random.residue(p);
          if (tangents) t = random.residue(p); // its slope is not followed
          break;
        case 'exp': {
          const h = random.residue(p);
          v = (h * h) % p;
          if (tangents) t = (v * tangents[kids[0]!]!) % p;
          break;
        }
      }
      const pin = pins?.get(node);
      if (pin !== undefined && v !== 0n && character(v, p) !== pin) return { rejectedAt: node };
      values.push(v);
      tangents?.push(t);
    }
    return { values, tangents };
  }

  private draw(name: string, p: bigint, random: Random): bigint {
    const x = random.residue(p);
    const { lo = null, hi = null } = this.domains.get(name) ?? {};
    if (lo && lo.n >= 0n) return (x * x) % p;
    return hi && hi.n <= 0n ? mod(-x * x, p) : x;
  }
}

/** base^(n/d) on the principal branch; null where it needs a root of a non-square, or 1/0. */
function fieldPower(base: bigint, { n, d }: Rational, p: bigint): bigint | null {
  let root = base;
  for (; d % 2n === 0n; d /= 2n) {
    const r = powMod(root, (p + 1n) / 4n, p); // a square itself when root is one
    if ((r * r) % p !== root) return null;
    root = r;
  }
  if (d > 1n) {
    const e = inverseMod(d, p - 1n);
    if (e === null) throw new FieldLimit(`roots of order ${d}`);
    root = powMod(root, e, p);
  }
  if (n >= 0n) return powMod(root, n, p);
  const inverse = inverseMod(root, p);
  return inverse === null ? null : powMod(inverse, -n, p);
}
