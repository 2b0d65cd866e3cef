import { contains, type Domain } from './domain.ts';
import { doublesAt, type Point } from './evaluate.ts';
import { symbolsIfAffine } from './conditions.ts';
import { constant, nodesOfAll, number, substitute, type Expr } from './expr.ts';
import type { Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import { addQ, compareQ, divQ, mulQ, negQ, numberQ, rational, subQ, type Rational } from './rational.ts';

export type PointKind = 'simple' | 'typical' | 'extreme' | 'switch';

/** Numbers a reader can check by hand, simplest first. */
const SIMPLE = [
  '1',
  '2',
  '1/2',
  '3',
  '1/3',
  '1/4',
  '3/4',
  '-1',
  '0',
  '-2',
  '4',
  '1/5',
  '2/3',
  '3/2',
  '1/10',
  '9/10',
  '5',
  '-1/2',
  '10',
  '-3',
];
export const SIMPLE_VALUES: readonly Rational[] = SIMPLE.map((text) => {
  const [n, d] = text.split('/');
  return rational(BigInt(n!), BigInt(d ?? 1));
});

/** A decimal near x with `digits` significant digits, so that points print short. */
export function decimalNear(x: number, digits: number): Rational {
  if (x === 0 || !Number.isFinite(x)) return rational(0n);
  const exponent = Math.floor(Math.log10(Math.abs(x))) - digits + 1;
  const scaled = BigInt(Math.round(exponent >= 0 ? x / 10 ** exponent : x * 10 ** -exponent));
  return exponent >= 0
    ? rational(scaled * 10n ** BigInt(exponent))
    : rational(scaled, 10n ** BigInt(-exponent));
}

/** Attempts after which a point that breaks an order is put in order. */
const ORDER_FROM = 20;

/** Random points of the domains that (as far as doubles tell) satisfy every constraint. */
export class Sampler {
  private readonly prepared: Prepared;
  private readonly random: Random;
  private readonly clock: Clock;
  private readonly reach: number;
  private readonly feasible: Map<string, Rational>[] = [];
  /** Where an absolute value, a root, a square or a factor turns, and the places around. */
  readonly switches: ReadonlyMap<string, readonly Rational[]>;
  /** Free symbols that constraints put in order, the smaller first. */
  private readonly ordered: readonly (readonly [string, string])[];
  tried = 0;
  private turned = 0;

  constructor(prepared: Prepared, random: Random, clock: Clock) {
    this.prepared = prepared;
    this.random = random;
    this.clock = clock;
    this.ordered = prepared.constraints.flatMap(({ expr }) => {
      const [large, less] = expr.kind === 'add' && expr.args.length === 2 ? expr.args : [];
      return large?.kind === 'symbol' && less?.kind === 'neg' && less.arg.kind === 'symbol'
        ? [[less.arg.name, large.name] as const]
        : [];
    });
    const roots = [prepared.lhs, prepared.rhs, ...prepared.constraints.map((c) => c.expr)];
    const grows = (e: { kind: string }): boolean => e.kind === 'call' && 'fn' in e && e.fn === 'exp';
    this.switches = switchPoints(roots, prepared.free);
    // e^(e^16) has nine million digits: with exp, extremes stay near e^±3.
    const fast = nodesOfAll(roots).some((e) => grows(e) || (e.kind === 'pow' && 'kind' in e.exponent));
    this.reach = fast ? 3 : 16;
  }

  /** A feasible point, or null after `attempts` failures. */
  next(kind: PointKind, attempts = 300): Map<string, Rational> | null {
    for (let i = 0; i < attempts; i++) {
      this.clock.check();
      this.tried++;
      const known = this.feasible.length;
      // Where feasible points are rare, move from one already found.
      const from =
        i > 40 && known > 0 && this.random.unit() < 0.7 ? this.feasible[this.random.below(known)]! : null;
      const blend = i > 60 ? (['simple', 'typical', 'extreme'] as const)[this.random.below(3)]! : kind;
      const point = new Map<string, Rational>();
      for (const [name, domain] of this.prepared.free) {
        const near = from?.get(name);
        point.set(name, near ? this.near(near, domain) : this.value(name, domain, blend));
      }
      if (!this.looksFeasible(point) && !(i >= ORDER_FROM && this.order(point) && this.looksFeasible(point)))
        continue;
      if (known < 64) this.feasible.push(point);
      return point;
    }
    return null;
  }

  /** Values exchanged until a < b, b < c … hold, where the domains allow it: by chance long chains never do. */
  private order(point: Map<string, Rational>): boolean {
    for (let pass = 0; pass < this.ordered.length; pass++) {
      let exchanged = false;
      for (const [small, large] of this.ordered) {
        const [x, y] = [point.get(small)!, point.get(large)!];
        const fits =
          contains(this.prepared.free.get(small)!, y) && contains(this.prepared.free.get(large)!, x);
        if (compareQ(x, y) <= 0 || !fits) continue;
        point.set(small, y).set(large, x);
        exchanged = true;
      }
      if (!exchanged) break;
    }
    return this.ordered.length > 0;
  }

  looksFeasible(point: Point): boolean {
    const { constraints, defined } = this.prepared;
    if (constraints.length === 0 && defined.size === 0) return true;
    const doubles = new Map([...point].map(([name, value]) => [name, numberQ(value)]));
    const valueOf = doublesAt(doubles);
    for (const { value } of defined.values()) if (Number.isNaN(valueOf(value))) return false;
    return constraints.every(({ expr, weak }) => {
      const value = valueOf(expr);
      return weak ? value >= -1e-12 : value > 0;
    });
  }

  private near(x: Rational, domain: Domain): Rational {
    for (let i = 0; i < 8; i++) {
      const centre = numberQ(x);
      const scale = 10 ** (-1 - 3 * this.random.unit());
      const moved = decimalNear(centre + (this.random.unit() - 0.5) * scale * (Math.abs(centre) + 0.01), 9);
      if (contains(domain, moved)) return moved;
    }
    return x;
  }

  private value(name: string, domain: Domain, kind: PointKind): Rational {
    const turns = kind === 'switch' ? this.switches.get(name)?.filter((x) => contains(domain, x)) : undefined;
    if (turns && turns.length > 0) return turns[this.turned++ % turns.length]!;
    for (let i = 0; i < 40; i++) {
      const x = this.candidate(domain, kind === 'simple' && i > 20 ? 'typical' : kind);
      if (contains(domain, x)) return x;
    }
    return this.inside(domain);
  }

  private candidate({ lo, hi, loClosed, hiClosed }: Domain, kind: PointKind): Rational {
    const r = this.random;
    if (kind === 'simple') return SIMPLE_VALUES[Math.floor(SIMPLE_VALUES.length * r.unit() ** 2)]!;
    const extreme = kind === 'extreme' && r.unit() < 0.7;
    if (extreme && r.unit() < 0.15) {
      if (loClosed && r.unit() < 0.5) return lo!;
      if (hiClosed) return hi!;
      if (loClosed) return lo!;
    }
    if (lo && hi) {
      const width = subQ(hi, lo);
      if (!extreme) return addQ(lo, mulQ(width, decimalNear(0.02 + 0.96 * r.unit(), 9)));
      const edge = mulQ(width, decimalNear(10 ** -(1 + 6 * r.unit()), 9));
      return r.unit() < 0.5 ? addQ(lo, edge) : subQ(hi, edge);
    }
    const magnitude = decimalNear(Math.exp((2 * r.unit() - 1) * (extreme ? this.reach : 1.5)), 9);
    if (lo) return addQ(lo, magnitude);
    if (hi) return subQ(hi, magnitude);
    return extreme
      ? mulQ(magnitude, rational(r.unit() < 0.5 ? 1n : -1n))
      : decimalNear((2 * r.unit() - 1) * 3, 9);
  }

  private inside({ lo, hi }: Domain): Rational {
    if (lo && hi) return mulQ(addQ(lo, hi), rational(1n, 2n));
    return lo ? addQ(lo, rational(1n)) : hi ? subQ(hi, rational(1n)) : rational(0n);
  }
}

/** For each symbol the zeros of what turns there, the middles between them, and points beside them. */
function switchPoints(roots: readonly Expr[], domains: ReadonlyMap<string, Domain>): Map<string, Rational[]> {
  const zeros = new Map<string, Rational[]>();
  const affineSymbols = symbolsIfAffine();
  for (const u of nodesOfAll(roots).flatMap(turning)) {
    const names = affineSymbols(u);
    if (names?.length !== 1) continue;
    const [at0, at1] = [0, 1].map((x) => constant(substitute(u, { [names[0]]: number(x) })));
    if (!at0 || !at1) continue;
    const slope = subQ(at1, at0);
    if (slope.n !== 0n) zeros.set(names[0], [...(zeros.get(names[0]) ?? []), divQ(negQ(at0), slope)]);
  }
  for (const [name, found] of zeros) {
    const sorted = found
      .sort(compareQ)
      .filter((x, i) => i === 0 || compareQ(x, found[i - 1]!) !== 0)
      .slice(0, 8);
    const half = rational(1n, 2n);
    const { lo = null, hi = null } = domains.get(name) ?? {};
    const places = [...sorted, ...[lo, hi].filter((end) => end !== null)].sort(compareQ);
    const between = places.slice(1).map((x, i) => mulQ(half, addQ(x, places[i]!)));
    const beside = sorted.flatMap((x) => [mulQ(half, x), mulQ(rational(2n), x), addQ(x, rational(1n))]);
    const below = sorted.map((x) => subQ(x, rational(1n)));
    zeros.set(name, [...sorted, ...between, ...beside, ...below]);
  }
  return zeros;
}

/** What may change its sign in a node, where the node behaves otherwise on either side. */
function turning(node: Expr): readonly Expr[] {
  if (node.kind === 'call') return node.fn === 'exp' ? [] : [node.arg];
  if (node.kind === 'pow') return [node.base];
  return node.kind === 'mul' ? node.args : [];
}
