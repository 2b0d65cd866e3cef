import { constantSign } from './constant-sign.ts';
import type { Domain } from './domain.ts';
import { Expansion, timesSign, type ClosedForm, type Substitution } from './expansion.ts';
import { topological, type Node } from './node.ts';
import * as P from './poly.ts';
import { TooLarge, UNKNOWN_SIGN, type Sign } from './poly.ts';
import { rational, type Rational } from './rational.ts';

const MAX_VARIANTS = 48;

/**
 * Certified signs on the claim's set. A node's sign is certified by rules, or by substituting u = lo + y or
 * u = (hi + lo·y)/(1 + y), y > 0, and finding all expanded coefficients of one sign; an inequality of the claim
 * serves as a bound of a symbol in it. A root left over is removed by conjugation.
 */
export class Signs {
  private readonly domains: ReadonlyMap<string, Domain>;
  private readonly known = new Map<Node, Sign>();
  private readonly check: () => void;
  private variants: ReadonlyMap<string, Substitution>[] = [new Map()];
  private facts: { node: Node; strict: boolean }[] = [];

  constructor(domains: ReadonlyMap<string, Domain>, check: () => void) {
    this.domains = domains;
    this.check = check;
  }

  /** Takes the claim's constraints (node > 0, or ≥ 0) into account; those the domains imply are left out. */
  assume(
    facts: readonly { node: Node; strict: boolean }[],
    bound: (fact: Node, closed: boolean) => Substitution[],
  ): void {
    this.facts = facts.filter(({ node, strict }) => {
      const { sign, strict: certain } = this.sign(node);
      return sign !== 1 || (strict && !certain);
    });
    this.known.clear();
    let variants: ReadonlyMap<string, Substitution>[] = [new Map()];
    for (const { node, strict } of this.facts) {
      const options = bound(node, !strict);
      const more = variants.flatMap((variant) =>
        options.flatMap((option) => {
          const joined = withBound(variant.get(option.name), option);
          return joined ? [new Map(variant).set(option.name, joined)] : [];
        }),
      );
      variants = [...more, ...variants].slice(0, MAX_VARIANTS);
    }
    this.variants = [new Map(), ...variants.filter((v) => v.size > 0)];
  }

  sign(node: Node): Sign {
    const known = this.known.get(node);
    if (known) return known;
    this.known.set(node, UNKNOWN_SIGN); // a question about itself stays open
    this.check();
    const sign = this.byRule(node);
    this.known.set(node, sign);
    return sign;
  }

  private byRule(node: Node): Sign {
    switch (node.kind) {
      case 'num':
        return { sign: node.n > 0n ? 1 : node.n < 0n ? -1 : 0, strict: node.n !== 0n };
      case 'pi':
        return { sign: 1, strict: true };
      case 'sym':
        return this.symbolSign(node.name) ?? this.certify(node);
      case 'exp':
        return { sign: 1, strict: true };
      case 'abs':
        return { sign: 1, strict: this.sign(node.arg).strict };
      case 'erf':
        return this.sign(node.arg);
      case 'mul':
        return node.args.map((arg) => this.sign(arg)).reduce(timesSign);
      case 'pow': {
        const { sign, strict } = this.sign(node.base);
        const even = node.exponent.n % 2n === 0n || node.exponent.d !== 1n;
        return { sign: even ? 1 : sign, strict };
      }
      case 'log':
      case 'add': {
        const constant = constantSign(node);
        return constant.sign === 0 ? this.certify(node) : constant;
      }
    }
  }

  private symbolSign(name: string): Sign | null {
    const { lo, hi, loClosed, hiClosed } = this.domains.get(name)!;
    if (lo && lo.n >= 0n) return { sign: 1, strict: lo.n > 0n || !loClosed };
    if (hi && hi.n <= 0n) return { sign: -1, strict: hi.n < 0n || !hiClosed };
    return null;
  }

  private *attempts(): Iterable<[ReadonlyMap<string, Substitution>, ClosedForm]> {
    const closedDomain = [...this.domains.values()].some((d) => d.loClosed && d.hiClosed);
    for (const variant of this.variants) {
      yield [variant, 'between'];
      const closed = closedDomain || [...variant.values()].some((s) => s.lowerClosed && s.upperClosed);
      if (closed) yield [variant, 'above'];
      if (closed) yield [variant, 'below'];
    }
  }

  private certify(node: Node): Sign {
    let weak = UNKNOWN_SIGN;
    for (const [variant, form] of this.attempts()) {
      this.check();
      try {
        const found = new Expansion(this.domains, variant, (n) => this.sign(n), this.check, form).sign(node);
        if (found.sign !== 0 && found.strict) return found;
        if (weak.sign === 0) weak = found;
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
      }
    }
    for (const fact of this.facts) {
      const factor = proportional(node, fact.node, this.domains, this.check);
      if (factor !== 0) return { sign: factor, strict: fact.strict };
    }
    return weak;
  }
}

/** A bound beside the one already known; null where it has nothing to add. */
function withBound(known: Substitution | undefined, option: Substitution): Substitution | null {
  if (!known) return option;
  const { name, lower, lowerClosed, upper, upperClosed } = option;
  if (!known.upper && !lower) return { ...known, upper, upperClosed };
  if (!known.lower && !upper)
    return { name, lower, lowerClosed, upper: known.upper, upperClosed: known.upperClosed };
  return null;
}

/** Sign of c where node = c·fact as polynomials, c a number; 0 when it is not so. */
function proportional(
  node: Node,
  fact: Node,
  domains: ReadonlyMap<string, Domain>,
  check: () => void,
): -1 | 0 | 1 {
  try {
    const raw = new Expansion(domains, new Map(), () => UNKNOWN_SIGN, check, 'raw');
    const [a, b] = [raw.fraction(node), raw.fraction(fact)];
    const [x, y] = [P.polyMul(a.num, b.den), P.polyMul(b.num, a.den)];
    const [key, q] = [...y][0] ?? [];
    const p = key === undefined ? undefined : x.get(key);
    if (!p || !q) return 0;
    const c = rational(p.n * q.d, p.d * q.n);
    const rest = P.polyAdd(x, P.polyNeg(P.polyMul(P.polyConstant(c), y)));
    return rest.size > 0 ? 0 : c.n > 0n ? 1 : -1;
  } catch (error) {
    if (error instanceof TooLarge) return 0;
    throw error;
  }
}

/** Bounds of a symbol that a fact c·u + d > 0 (≥ 0 when closed; c of certain sign) gives; with and without its own other bound. */
export function boundsFrom(
  fact: Node,
  domains: ReadonlyMap<string, Domain>,
  make: {
    add(xs: Node[]): Node;
    mul(xs: Node[]): Node;
    pow(a: Node, e: Rational): Node;
    num(q: Rational): Node;
    split(a: Node): [Rational, Node];
  },
  signOf: (node: Node) => Sign,
  closed = false,
): Substitution[] {
  const [content, whole] = make.split(fact);
  const terms = whole.kind === 'add' ? whole.args.map((term) => make.mul([make.num(content), term])) : [fact];
  const out: Substitution[] = [];
  for (const [name, domain] of domains) {
    const holds = (n: Node): boolean => topological([n]).some((x) => x.kind === 'sym' && x.name === name);
    const mine = terms.filter(holds);
    if (mine.length === 0) continue;
    const factors = mine.map((term) => {
      const parts = term.kind === 'mul' ? term.args : [term];
      const symbols = parts.filter((x) => x.kind === 'sym' && x.name === name);
      const rest = parts.filter((x) => !(x.kind === 'sym' && x.name === name));
      return symbols.length === 1 && !rest.some(holds) ? make.mul([...rest]) : null;
    });
    if (factors.some((f) => f === null)) continue;
    const c = make.add(factors as Node[]);
    const { sign, strict } = signOf(c);
    if (sign === 0 || !strict) continue;
    const d = make.add(terms.filter((term) => !holds(term)));
    const bound = make.mul([make.num(rational(-1n)), d, make.pow(c, rational(-1n))]);
    const lo = domain.lo && make.num(domain.lo);
    const hi = domain.hi && make.num(domain.hi);
    const one = { lowerClosed: closed, upperClosed: closed };
    if (sign > 0) {
      out.push({ name, lower: bound, upper: hi, lowerClosed: closed, upperClosed: domain.hiClosed });
      if (hi) out.push({ name, lower: bound, upper: null, ...one });
    } else {
      out.push({ name, lower: lo, upper: bound, lowerClosed: domain.loClosed, upperClosed: closed });
      if (lo) out.push({ name, lower: null, upper: bound, ...one });
    }
  }
  return out;
}
