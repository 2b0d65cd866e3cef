import type { Domain } from './domain.ts';
import {
  addFractions,
  constant,
  divFractions,
  fractionPower,
  mulFractions,
  negFraction,
  type Fraction,
} from './fraction.ts';
import { topological, type Node } from './node.ts';
import * as P from './poly.ts';
import { TooLarge, UNKNOWN_SIGN, polySign, type Poly, type Sign, type VariableKind } from './poly.ts';
import { ONE, absBig, gcd, rational, type Rational } from './rational.ts';

/** u between bounds that may hold other symbols; `form` says which bounds the substitution uses. */
export type Substitution = {
  name: string;
  lower: Node | null;
  upper: Node | null;
  lowerClosed: boolean;
  upperClosed: boolean;
};
/** How a symbol of [lo, hi] is substituted: between both ends, from the lower one, from the upper one. */
export type ClosedForm = 'between' | 'above' | 'below';

const MAX_CONJUGATIONS = 6;

/** Neighbouring convergents: π lies strictly between them. */
const PI_BOUNDS = [rational(103993n, 33102n), rational(104348n, 33215n)] as const;

export const timesSign = (a: Sign, b: Sign): Sign => ({
  sign: (a.sign * b.sign) as -1 | 0 | 1,
  strict: a.strict && b.strict,
});

/** One expansion into positive variables. */
export class Expansion {
  private readonly domains: ReadonlyMap<string, Domain>;
  private readonly variant: ReadonlyMap<string, Substitution>;
  private readonly signOf: (node: Node) => Sign;
  private readonly check: () => void;
  private readonly raw: boolean;
  private readonly closed: ClosedForm;
  private readonly kinds: VariableKind[] = [];
  /** What r² is, for variables that are square roots of expressions. */
  private readonly squares = new Map<number, Fraction>();
  private readonly done = new Map<Node, Fraction>();
  private readonly busy = new Set<string>();
  /** Symbols and exponentials are powers x = X^k where roots of x occur. */
  private readonly rootOrder = new Map<Node, bigint>();

  constructor(
    domains: ReadonlyMap<string, Domain>,
    variant: ReadonlyMap<string, Substitution>,
    signOf: (node: Node) => Sign,
    check: () => void,
    form: ClosedForm | 'raw' = 'between',
  ) {
    this.check = check;
    this.domains = domains;
    this.variant = variant;
    this.signOf = signOf;
    this.raw = form === 'raw';
    this.closed = form === 'raw' ? 'between' : form;
  }

  sign(node: Node): Sign {
    for (const n of topological([node]))
      if (n.kind === 'pow' && n.exponent.d !== 1n) {
        const order = this.rootOrder.get(n.base) ?? 1n;
        this.rootOrder.set(n.base, lcm(order, n.exponent.d));
      }
    const { num, den } = this.logarithms(node) ?? this.increasing(node) ?? this.fraction(node);
    return timesSign(this.polySign(num, MAX_CONJUGATIONS), this.polySign(den, MAX_CONJUGATIONS));
  }

  /** Σ c·log f, with integers c and f of certain sign, has the sign of ∏ |f|^c − 1; null for anything else. */
  private logarithms(node: Node): Fraction | null {
    if (this.raw) return null;
    const terms = node.kind === 'add' ? node.args : [node];
    let product = constant(ONE);
    for (const term of terms) {
      const [c, of] = term.kind === 'mul' && term.args.length === 2 ? term.args : [null, term];
      const power = c === null ? ONE : c.kind === 'num' ? c : null;
      if (!power || power.d !== 1n || absBig(power.n) > 16n || of!.kind !== 'log') return null;
      const { sign, strict } = this.signOf(of!.arg);
      if (sign === 0 || !strict) return null;
      const arg = sign > 0 ? this.fraction(of!.arg) : negFraction(this.fraction(of!.arg)); // log is ln|arg|
      const factor = fractionPower(arg, Number(absBig(power.n)), power.n < 0n);
      product = mulFractions(product, factor);
    }
    return addFractions(product, constant(rational(-1n)));
  }

  /** ±(erf a − erf b) and ±(e^a − e^b) have the sign of ±(a − b); null for anything else. */
  private increasing(node: Node): Fraction | null {
    if (this.raw || node.kind !== 'add' || node.args.length !== 2) return null;
    const [one, two] = node.args.map((term) => {
      const [c, of] = term.kind === 'mul' && term.args.length === 2 ? term.args : [null, term];
      if (c !== null && c.kind !== 'num') return null;
      return { c: c ?? ONE, of: of! };
    });
    if (!one || !two || one.c.d !== two.c.d || absBig(one.c.n) !== absBig(two.c.n)) return null;
    const opposite = one.c.n < 0n !== two.c.n < 0n;
    const [a, b] = [one.of, two.of];
    // erf is odd: erf a + erf b = erf a − erf(−b)
    const odd = a.kind === 'erf' && b.kind === 'erf';
    if (!odd && !(a.kind === 'exp' && b.kind === 'exp' && opposite)) return null;
    const [x, y] = [this.fraction(a.arg), this.fraction(b.arg)];
    const difference = addFractions(x, opposite ? negFraction(y) : y);
    return one.c.n < 0n ? negFraction(difference) : difference;
  }

  /** Sign of a polynomial; P + Q·r with r = √R is settled by P² − Q²·R. */
  private polySign(poly: Poly, depth: number): Sign {
    if (depth < 0) return UNKNOWN_SIGN;
    this.check();
    const reduced = this.reduce(poly);
    if (reduced.den.size !== 1 || !reduced.den.has('')) {
      return timesSign(this.polySign(reduced.num, depth - 1), this.polySign(reduced.den, depth - 1));
    }
    const direct = polySign(reduced.num, (v) => this.kinds[v]!);
    if (direct.sign !== 0 || depth <= 0) return direct;
    const square = this.byDiscriminant(reduced.num, depth);
    if (square.sign !== 0) return square;
    for (const r of [...P.polyVariables(reduced.num)].sort((a, b) => b - a)) {
      const square = this.squares.get(r);
      if (!square) continue;
      const parts = P.polyByPower(reduced.num, r);
      if ([...parts.keys()].some((e) => e > 1)) continue;
      const [p, q] = [parts.get(0) ?? new Map(), parts.get(1) ?? new Map()];
      const [sp, sq] = [this.polySign(p, depth - 1), this.polySign(q, depth - 1)];
      if (p.size === 0) return timesSign(sq, { sign: 1, strict: this.kinds[r] === 'positive' });
      if (sp.sign === 0 || sq.sign === 0) return UNKNOWN_SIGN;
      if (sp.sign === sq.sign) return { sign: sp.sign, strict: sp.strict };
      if (!sp.strict) return UNKNOWN_SIGN;
      const difference = P.polyAdd(
        P.polyMul(P.polyMul(p, p), square.den),
        P.polyNeg(P.polyMul(P.polyMul(q, q), square.num)),
      );
      // sign(P + Q r) = sign(P)·sign(P² − Q²R); the denominator of R is made positive first.
      const sden = this.polySign(square.den, depth - 1);
      return timesSign(timesSign(sp, this.polySign(difference, depth - 1)), sden);
    }
    return UNKNOWN_SIGN;
  }

  /** a·v² + b·v + c has the sign of a where 4ac − b² ≥ 0. */
  private byDiscriminant(poly: Poly, depth: number): Sign {
    for (const v of P.polyVariables(poly)) {
      const parts = P.polyByPower(poly, v);
      if ([...parts.keys()].some((e) => e > 2) || !parts.has(2)) continue;
      const [c, b, a] = [parts.get(0) ?? new Map(), parts.get(1) ?? new Map(), parts.get(2)!];
      const fourAC = P.polyMul(P.polyConstant(rational(4n)), P.polyMul(a, c));
      const margin = P.polyAdd(fourAC, P.polyNeg(P.polyMul(b, b)));
      const [top, rest] = [this.polySign(a, depth - 1), this.polySign(margin, depth - 1)];
      if (top.sign === 0 || (margin.size > 0 && rest.sign !== 1)) continue;
      if (!top.strict && margin.size === 0) continue; // where a vanishes, b·v + c would be left
      if (!top.strict && !rest.strict) continue;
      return { sign: top.sign, strict: top.strict && margin.size > 0 && rest.strict };
    }
    return UNKNOWN_SIGN;
  }

  /** Replaces r², r³ … by powers of what r² is. */
  private reduce(poly: Poly): Fraction {
    let out: Fraction = { num: poly, den: P.polyConstant(ONE) };
    for (const r of [...this.squares.keys()].sort((a, b) => b - a)) {
      const parts = P.polyByPower(out.num, r);
      if ([...parts.keys()].every((e) => e < 2)) continue;
      const square = this.squares.get(r)!;
      let total: Fraction = constant(rational(0n));
      for (const [e, coefficient] of parts) {
        const half = Math.floor(e / 2);
        const odd = e % 2 === 1 ? P.polyVariable(r) : P.polyConstant(ONE);
        const num = P.polyMul(P.polyMul(coefficient, odd), P.polyPow(square.num, half));
        total = addFractions(total, { num, den: P.polyPow(square.den, half) });
      }
      out = { num: total.num, den: P.polyMul(total.den, out.den) };
    }
    return out;
  }

  private variable(kind: VariableKind): Fraction {
    this.kinds.push(kind);
    return { num: P.polyVariable(this.kinds.length - 1), den: P.polyConstant(ONE) };
  }

  fraction(node: Node): Fraction {
    const known = this.done.get(node);
    if (known) return known;
    this.check();
    const made = this.make(node);
    this.done.set(node, made);
    return made;
  }

  private make(node: Node): Fraction {
    switch (node.kind) {
      case 'num':
        return constant({ n: node.n, d: node.d });
      case 'pi':
        return this.raw ? this.variable('free') : this.between(PI_BOUNDS);
      case 'sym':
        return this.raw ? this.variable('free') : this.rooted(node, () => this.symbol(node.name));
      case 'add':
        return node.args.map((arg) => this.fraction(arg)).reduce(addFractions);
      case 'mul':
        return node.args.map((arg) => this.fraction(arg)).reduce(mulFractions);
      case 'pow':
        return this.power(node.base, node.exponent);
      case 'exp':
        return this.rooted(node, () => this.exponential(node.arg));
      case 'abs': {
        const arg = this.fraction(node.arg); // made first: reductions go from later variables to earlier ones
        const r = this.variable(this.signOf(node.arg).strict ? 'positive' : 'weak');
        if (!this.raw) this.squares.set([...P.polyVariables(r.num)][0]!, mulFractions(arg, arg));
        return r;
      }
      case 'erf': {
        const { sign, strict } = this.raw ? UNKNOWN_SIGN : this.signOf(node.arg);
        if (sign === 0) return this.variable('free');
        const v = this.variable(strict ? 'positive' : 'weak');
        return sign > 0 ? v : negFraction(v);
      }
      case 'log': {
        const { sign, strict } = this.raw ? UNKNOWN_SIGN : this.logSign(node.arg);
        if (sign === 0) return this.variable('free');
        const v = this.variable(strict ? 'positive' : 'weak');
        return sign > 0 ? v : { num: P.polyNeg(v.num), den: v.den };
      }
    }
  }

  private power(base: Node, exponent: Rational): Fraction {
    const { n, d } = exponent;
    const size = n < 0n ? -n : n;
    if (size > 64n) throw new TooLarge();
    let root: Fraction;
    if (d === 1n) root = this.fraction(base);
    else if (!this.raw && (base.kind === 'exp' || (base.kind === 'sym' && this.rootable(base)))) {
      this.fraction(base);
      const order = this.rootOrder.get(base) ?? 1n;
      if (order % d === 0n) return fractionPower(this.roots.get(base)!, Number((size * order) / d), n < 0n);
      root = this.opaqueRoot(base, d);
    } else root = this.opaqueRoot(base, d);
    return fractionPower(root, Number(size), n < 0n);
  }

  private readonly roots = new Map<Node, Fraction>();

  /** base as X^k, remembering X. */
  private rooted(node: Node, make: () => Fraction): Fraction {
    const order = node.kind === 'sym' && !this.rootable(node) ? 1n : (this.rootOrder.get(node) ?? 1n);
    const x = make();
    this.roots.set(node, x);
    return fractionPower(x, Number(order), false);
  }

  /** Can the symbol be written X^k with X in an interval with rational ends? */
  private rootable(node: Node & { kind: 'sym' }): boolean {
    const { lo, hi } = this.domains.get(node.name)!;
    const unit = (q: Rational | null): boolean => q === null || q.n === 0n || (q.n === 1n && q.d === 1n);
    return lo !== null && lo.n >= 0n && unit(lo) && unit(hi) && !this.variant.has(node.name);
  }

  private readonly opaque = new Map<string, Fraction>();

  private opaqueRoot(base: Node, d: bigint): Fraction {
    const key = `${base.id}/${d}`;
    const known = this.opaque.get(key);
    if (known) return known;
    const inside = this.raw ? null : this.fraction(base);
    const strict = !this.raw && this.signOf(base).strict && this.signOf(base).sign === 1;
    const r = this.variable(this.raw ? 'free' : strict ? 'positive' : 'weak');
    if (inside && d === 2n) this.squares.set([...P.polyVariables(r.num)][0]!, inside);
    this.opaque.set(key, r);
    return r;
  }

  private symbol(name: string): Fraction {
    const { lo, hi, loClosed, hiClosed } = this.domains.get(name)!;
    const bounds = this.variant.get(name);
    if (this.busy.has(name)) throw new TooLarge(); // the bounds of a symbol lead back to it: no such variant
    this.busy.add(name);
    try {
      let lower = bounds ? bounds.lower && this.fraction(bounds.lower) : lo && constant(lo);
      let upper = bounds ? bounds.upper && this.fraction(bounds.upper) : hi && constant(hi);
      const [lowerClosed, upperClosed] = bounds
        ? [bounds.lowerClosed, bounds.upperClosed]
        : [loClosed, hiClosed];
      const one = constant(ONE);
      if (lower && upper && lowerClosed && upperClosed) {
        if (this.closed === 'between') return this.closedInterval(lower, upper);
        if (this.closed === 'above') upper = null;
        else lower = null;
      }
      if (lower && upper) {
        // (near + far·z)/(1 + z) reaches only its near end, at z = 0.
        const [near, far, closed] = lowerClosed ? [lower, upper, true] : [upper, lower, upperClosed];
        const z = this.variable(closed ? 'weak' : 'positive');
        return divFractions(addFractions(near, mulFractions(far, z)), addFractions(one, z));
      }
      if (lower) return addFractions(lower, this.variable(lowerClosed ? 'weak' : 'positive'));
      if (upper) return addFractions(upper, negFraction(this.variable(upperClosed ? 'weak' : 'positive')));
      return this.variable('free');
    } finally {
      this.busy.delete(name);
    }
  }

  /** A number strictly between two. */
  private between([lower, upper]: readonly [Rational, Rational]): Fraction {
    const z = this.variable('positive');
    const top = addFractions(constant(lower), mulFractions(constant(upper), z));
    return divFractions(top, addFractions(constant(ONE), z));
  }

  /** [lo, hi] = {lo + (hi − lo)·a/(a + b)}: homogeneous weights a, b ≥ 0 with a + b > 0. */
  private closedInterval(lower: Fraction, upper: Fraction): Fraction {
    const [a, b] = [this.variable('weak'), this.variable('weak')];
    const top = addFractions(mulFractions(upper, a), mulFractions(lower, b));
    return divFractions(top, addFractions(a, b));
  }

  private exponential(arg: Node): Fraction {
    const { sign, strict } = this.signOf(arg);
    if (sign === 0) return this.variable('positive');
    const y = this.variable(strict ? 'positive' : 'weak');
    const above = addFractions(constant(ONE), y);
    return sign > 0 ? above : divFractions(constant(ONE), above);
  }

  /** Sign of ln|a| for a of certain sign. */
  private logSign(arg: Node): Sign {
    const { sign, strict } = this.signOf(arg);
    if (sign !== 1 || !strict) return UNKNOWN_SIGN;
    const f = this.fraction(arg);
    const excess = addFractions(f, constant(rational(-1n)));
    return timesSign(this.polySign(excess.num, 1), this.polySign(excess.den, 1));
  }
}

const lcm = (a: bigint, b: bigint): bigint => (a * b) / gcd(a, b);
