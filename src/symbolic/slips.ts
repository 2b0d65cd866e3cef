/** What a slip of the pen does at one node of an expression, undone: each list is one kind of slip. */
import {
  add,
  call,
  childrenOf,
  div,
  equalExpr,
  isRational,
  mul,
  neg,
  number,
  pow,
  type Expr,
} from './expr.ts';

/** What may stand in place of a node. */
export type Slip = (e: Expr) => Expr[];

const ONE = number(1);
const TWO = number(2);

const isNumber = (e: Expr, value: bigint): boolean => e.kind === 'number' && e.n === value && e.d === 1n;

/** A symbol or a number, its sign included. */
export const isToken = (e: Expr): boolean => childrenOf(e.kind === 'neg' ? e.arg : e).length === 0;

/** The other sign, without two in a row. */
export function flipped(e: Expr): Expr {
  if (e.kind === 'neg') return e.arg;
  if (e.kind === 'number') return number(-e.n, e.d);
  if (e.kind === 'mul' && leadsNegative(e)) return mul(flipped(e.args[0]), ...e.args.slice(1));
  return e.kind === 'div' && leadsNegative(e.num) ? div(flipped(e.num), e.den) : neg(e);
}

/** Does it begin with a minus, as `-2*x` is read? */
function leadsNegative(e: Expr): boolean {
  if (e.kind === 'mul') return leadsNegative(e.args[0]);
  if (e.kind === 'div') return leadsNegative(e.num);
  return e.kind === 'neg' || (e.kind === 'number' && e.n < 0n);
}

/** A sum or product of what is left; one alone is itself. */
export function joined(kind: 'add' | 'mul', args: readonly Expr[]): Expr {
  if (args.length === 0) return number(kind === 'mul' ? 1 : 0);
  if (args.length === 1) return args[0];
  return kind === 'add' ? add(...args) : mul(...args);
}

/** A product or quotient as one writes it: no factor 1, and a sign before it for a factor −1. */
export function withoutOnes(e: Expr): Expr {
  if (e.kind === 'div' && isNumber(e.den, 1n)) return e.num;
  if (e.kind !== 'mul') return e;
  const [first, ...rest] = e.args;
  if (first.kind === 'neg' && isNumber(first.arg, 1n)) return neg(joined('mul', rest));
  return joined(
    'mul',
    e.args.filter((arg) => !isNumber(arg, 1n)),
  );
}

/** Twice an expression, the factor where one would write it: `a/(2b)` becomes `a/b`, and `3x` `6x`. */
export function doubled(e: Expr): Expr {
  if (leadsNegative(e)) return neg(doubled(flipped(e)));
  if (e.kind === 'number') return number(2n * e.n, e.d);
  if (e.kind === 'div') {
    const den = withoutTwo(e.den);
    return den ? (isNumber(den, 1n) ? e.num : div(e.num, den)) : div(doubled(e.num), e.den);
  }
  return e.kind === 'mul' && e.args[0].kind === 'number'
    ? joined('mul', [...unlessOne(doubled(e.args[0])), ...e.args.slice(1)])
    : timesTwo(e);
}

/** Half an expression: `2x` becomes `x`, and `a/b` `a/(2b)`. */
export function halved(e: Expr): Expr {
  if (leadsNegative(e)) return neg(halved(flipped(e)));
  const half = withoutTwo(e);
  if (half) return half;
  if (e.kind !== 'div') return div(e, TWO);
  const num = withoutTwo(e.num);
  return num ? div(num, e.den) : div(e.num, timesTwo(e.den));
}

const unlessOne = (e: Expr): Expr[] => (isNumber(e, 1n) ? [] : [e]);
const timesTwo = (e: Expr): Expr => {
  if (e.kind === 'number') return number(2n * e.n, e.d);
  return e.kind === 'mul' ? mul(TWO, ...e.args) : mul(TWO, e);
};

/** An even number, or a product with one among its factors, halved; null for others. */
function withoutTwo(e: Expr): Expr | null {
  if (e.kind === 'number') return e.n % 2n === 0n && e.n !== 0n ? number(e.n / 2n, e.d) : null;
  if (e.kind !== 'mul') return null;
  const at = e.args.findIndex((arg) => withoutTwo(arg));
  return at < 0 ? null : withoutOnes(mul(...e.args.map((arg, i) => (i === at ? withoutTwo(arg)! : arg))));
}

/** `1 - x` for `x`, and `x` for `1 - x`. */
export function complement(e: Expr): Expr {
  if (e.kind === 'add' && e.args.length === 2 && isNumber(e.args[0], 1n) && e.args[1].kind === 'neg')
    return e.args[1].arg;
  return add(ONE, neg(e));
}

const squared = (e: Expr): Expr => (e.kind === 'call' && e.fn === 'sqrt' ? e.arg : pow(e, { n: 2n, d: 1n }));

const isSquare = (e: Expr): e is Expr & { kind: 'pow' } =>
  e.kind === 'pow' && isRational(e.exponent) && e.exponent.n === 2n && e.exponent.d === 1n;

/** A root written without the square under it: of `a*x^2`, `sqrt(a)*x`. It stands for a term, so its sign is free. */
function rootOf(e: Expr): Expr {
  if (isSquare(e)) return e.base;
  if (isNumber(e, 1n)) return e;
  if (e.kind === 'mul') return mul(...e.args.map(rootOf));
  return e.kind === 'div' ? div(rootOf(e.num), rootOf(e.den)) : call('sqrt', e);
}

/** A sign before it forgotten or too much, or that of an exponent. */
export const signs: Slip = (e) => {
  if (e.kind === 'neg') return [e.arg];
  if (e.kind === 'call' && e.fn !== 'sqrt') return [call(e.fn, flipped(e.arg))];
  return e.kind === 'pow' && isRational(e.exponent)
    ? [pow(e.base, { n: -e.exponent.n, d: e.exponent.d })]
    : [];
};

/** A root or a square forgotten or too much: σ for σ², `1 - a` for `sqrt(1 - a)`. */
export const roots: Slip = (e) => {
  if (e.kind === 'number' || e.kind === 'neg') return [];
  if (e.kind === 'call' && e.fn === 'sqrt') return [e.arg];
  if (e.kind === 'call' && e.fn === 'exp') return []; // half the exponent says it better
  if (isSquare(e)) return [e.base, call('sqrt', e.base)];
  return [call('sqrt', e), pow(e, { n: 2n, d: 1n })];
};

/** A factor 2 forgotten, too much, or on the wrong side of the fraction. */
export const twos: Slip = (e) => {
  if (isNumber(e, 1n) || e.kind === 'neg') return [];
  const bare = leadsNegative(e) ? flipped(e) : e;
  const found = [doubled(bare), halved(bare)];
  if (bare.kind === 'div' && withoutTwo(bare.num)) found.push(halved(halved(bare)));
  if (bare.kind === 'div' && withoutTwo(bare.den)) found.push(doubled(doubled(bare)));
  return bare === e ? found : found.map(neg);
};

/** `1 - x` for `x`, a fraction upside down, a product for a quotient. */
export const turned: Slip = (e) => {
  const other =
    e.kind === 'symbol' || (e.kind === 'add' && complement(e).kind !== 'add') ? [complement(e)] : [];
  if (e.kind !== 'div') return other;
  return [isNumber(e.num, 1n) ? e.den : div(e.den, e.num), joined('mul', [...unlessOne(e.num), e.den])];
};

/** Bars forgotten or too much; a number or a power one off. */
export const offByOne: Slip = (e) => {
  switch (e.kind) {
    case 'number':
      return [e.n + e.d, e.n - e.d].filter((n) => n !== 0n).map((n) => number(n, e.d));
    case 'call':
      return e.fn === 'abs' ? [e.arg] : [call('abs', e)];
    case 'pow': {
      const { base, exponent } = e;
      if (!isRational(exponent)) return [];
      const near = [1n, -1n].map((by) => ({ n: exponent.n + by * exponent.d, d: exponent.d }));
      return near.filter(({ n }) => n !== 0n).map((other) => (other.n === other.d ? base : pow(base, other)));
    }
    default:
      return e.kind === 'neg' ? [] : [call('abs', e)];
  }
};

/** A factor or a denominator too much. */
export const dropped: Slip = (e) => {
  if (e.kind === 'div') return [e.num];
  return e.kind === 'mul' ? e.args.map((_, i) => joined('mul', without(e.args, i))) : [];
};

export const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, i) => i !== index);

/** Rules that do not exist: a root, square, exponential or logarithm taken term by term. */
export const laws: Slip = (e) => {
  if (e.kind === 'add') {
    const terms = e.args;
    const root = (x: Expr): boolean => x.kind === 'call' && x.fn === 'sqrt';
    const bare = terms.map((term) => (term.kind === 'neg' ? term.arg : term));
    const signedSum = (parts: readonly Expr[]): Expr =>
      add(...parts.map((part, i) => (terms[i].kind === 'neg' ? neg(part) : part)));
    const square = (x: Expr): Expr => (x.kind === 'number' ? number(x.n * x.n, x.d * x.d) : squared(x));
    return [
      ...(bare.some(root) || bare.some((x) => isNumber(x, 1n))
        ? [call('sqrt', signedSum(bare.map(square)))]
        : []),
      ...(bare.every(isSquare) ? [squared(signedSum(bare.map(rootOf)))] : []),
      ...inside(terms, 'log').map((args) => call('log', add(...args))),
      ...inside(terms, 'exp').map((args) => call('exp', add(...args))),
    ];
  }
  if (e.kind === 'mul') {
    const logs = inside(e.args, 'log').map(() => add(...e.args));
    return [...logs, ...inside(e.args, 'exp').map((args) => call('exp', joined('mul', args)))];
  }
  if (e.kind === 'div' && inside([e.num, e.den], 'log').length > 0) return [add(e.num, neg(e.den))];
  if (isSquare(e) && e.base.kind === 'add')
    return [add(...e.base.args.map((x) => squared(x.kind === 'neg' ? x.arg : x)))];
  if (e.kind !== 'call' || e.arg.kind !== 'add') return [];
  const each = e.arg.args.map((x) => call(e.fn, x));
  return e.fn === 'exp' ? [mul(...each)] : e.fn === 'erf' ? [] : [add(...each)];
};

/** The arguments of a list of calls of one function; nothing where one is another. */
function inside(list: readonly Expr[], fn: 'log' | 'exp'): Expr[][] {
  const args = list.flatMap((x) => (x.kind === 'call' && x.fn === fn ? [x.arg] : []));
  return args.length === list.length ? [args] : [];
}

/** What a square of a sum leaves between its squares: `2ab` and `-2ab` for two terms of a sum that could be a² and b². */
export function crossTerms(terms: readonly Expr[]): Expr[] {
  const found: Expr[] = [];
  for (const [i, a] of terms.entries())
    for (const b of terms.slice(i + 1)) {
      if (![a, b].some((x) => isSquare(x) || (x.kind === 'mul' && x.args.some(isSquare)))) continue;
      const factors = [a, b].map(rootOf).flatMap((x) => (x.kind === 'mul' ? x.args : [x]));
      // Roots come first, as one writes them.
      const ordered = [...factors].sort((x, y) => Number(x.kind !== 'call') - Number(y.kind !== 'call'));
      const term = mul(TWO, ...ordered.filter((x) => !isNumber(x, 1n)));
      found.push(neg(term), term);
    }
  return found;
}

/** Pairs of factors of two terms of a sum: what `w*a - (1 + w)*b` exchanges. */
export function* coefficientPairs(terms: readonly Expr[]): Generator<[Expr, Expr]> {
  const factors = terms.map((term) => factorsOf(term));
  for (const [i, mine] of factors.entries())
    for (const a of mine) for (const b of factors.slice(i + 1).flat()) if (!equalExpr(a, b)) yield [a, b];
}

function factorsOf(e: Expr): readonly Expr[] {
  if (e.kind === 'neg') return factorsOf(e.arg);
  return e.kind === 'mul' ? e.args : [e];
}
