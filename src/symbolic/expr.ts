import { ONE, ZERO, bitLength, equalQ, mulQ, negQ, rational, textQ, type Rational } from './rational.ts';

/**
 * sin, cos and erf are typeset, evaluated and differentiated. Of erf the engines know that it is odd, increasing and where
 * it is 0; claims with sin or cos are undecided.
 */
export const FUNCTIONS = ['sqrt', 'exp', 'log', 'abs', 'sin', 'cos', 'erf'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/**
 * An expression: an immutable tree (sharing allowed). Sums and products are n-ary; a − b is a + (−b).
 * An exponent is a rational where it is a constant, else an expression.
 */
export type Expr =
  | { readonly kind: 'number'; readonly n: bigint; readonly d: bigint }
  /** The number π: no symbol, and known to every engine. */
  | { readonly kind: 'pi' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'add' | 'mul'; readonly args: readonly Expr[] }
  | { readonly kind: 'div'; readonly num: Expr; readonly den: Expr }
  | { readonly kind: 'neg'; readonly arg: Expr }
  | { readonly kind: 'pow'; readonly base: Expr; readonly exponent: Rational | Expr }
  | { readonly kind: 'call'; readonly fn: FunctionName; readonly arg: Expr };

/** What an expression is read into: TeX, numbers, tensors and the engines of the checker are all algebras. */
export interface Algebra<T> {
  number(n: bigint, d: bigint): T;
  /** The number π. */
  pi(): T;
  symbol(name: string): T;
  add(xs: T[]): T;
  mul(xs: T[]): T;
  div(a: T, b: T): T;
  neg(a: T): T;
  pow(base: T, exponent: { n: bigint; d: bigint } | T): T;
  call(name: FunctionName, arg: T): T;
}

export const number = (n: bigint | number, d: bigint | number = 1n): Expr => ({
  kind: 'number',
  ...rational(BigInt(n), BigInt(d)),
});
export const PI: Expr = { kind: 'pi' };
export const symbol = (name: string): Expr => ({ kind: 'symbol', name });
export const add = (...args: Expr[]): Expr => ({ kind: 'add', args });
export const mul = (...args: Expr[]): Expr => ({ kind: 'mul', args });
export const div = (num: Expr, den: Expr): Expr => ({ kind: 'div', num, den });
export const neg = (arg: Expr): Expr => ({ kind: 'neg', arg });
export const sub = (a: Expr, b: Expr): Expr => add(a, neg(b));
export const call = (fn: FunctionName, arg: Expr): Expr => ({ kind: 'call', fn, arg });

export const isRational = (exponent: Rational | Expr): exponent is Rational => !('kind' in exponent);

/** base^exponent; an exponent that is a constant rational is stored as one. */
export function pow(base: Expr, exponent: Rational | Expr): Expr {
  return { kind: 'pow', base, exponent: isRational(exponent) ? exponent : (constant(exponent) ?? exponent) };
}

const MAX_CONSTANT_BITS = 4096;

/** The exact value of an expression made of numbers, + − * / and integer powers up to 64; null otherwise. */
export function constant(expr: Expr): Rational | null {
  switch (expr.kind) {
    case 'number':
      return { n: expr.n, d: expr.d };
    case 'neg': {
      const value = constant(expr.arg);
      return value && negQ(value);
    }
    case 'div': {
      const [a, b] = [constant(expr.num), constant(expr.den)];
      return a && b && b.n !== 0n ? rational(a.n * b.d, a.d * b.n) : null;
    }
    case 'add':
    case 'mul': {
      let total = expr.kind === 'add' ? ZERO : ONE;
      for (const arg of expr.args) {
        const value = constant(arg);
        if (!value) return null;
        total =
          expr.kind === 'add'
            ? rational(total.n * value.d + value.n * total.d, total.d * value.d)
            : mulQ(total, value);
      }
      return total;
    }
    case 'pow': {
      const base = constant(expr.base);
      const e = expr.exponent;
      if (!base || !isRational(e) || e.d !== 1n || e.n < -64n || e.n > 64n) return null;
      if (base.n === 0n && e.n <= 0n) return null; // 0^0 and 1/0 are undefined
      if (bitLength(base.n) + bitLength(base.d) > MAX_CONSTANT_BITS) return null; // towers of powers explode
      return e.n >= 0n ? rational(base.n ** e.n, base.d ** e.n) : rational(base.d ** -e.n, base.n ** -e.n);
    }
    default:
      return null;
  }
}

/** The one fold. Shared subtrees are visited once, so a definition used many times costs once. */
export function foldExpr<T>(expr: Expr, algebra: Algebra<T>): T {
  const done = new Map<Expr, T>();
  const visit = (e: Expr): T => {
    if (done.has(e)) return done.get(e) as T;
    const value = step(e);
    done.set(e, value);
    return value;
  };
  const step = (e: Expr): T => {
    switch (e.kind) {
      case 'number':
        return algebra.number(e.n, e.d);
      case 'pi':
        return algebra.pi();
      case 'symbol':
        return algebra.symbol(e.name);
      case 'add':
        return algebra.add(e.args.map(visit));
      case 'mul':
        return algebra.mul(e.args.map(visit));
      case 'div':
        return algebra.div(visit(e.num), visit(e.den));
      case 'neg':
        return algebra.neg(visit(e.arg));
      case 'pow':
        return algebra.pow(visit(e.base), isRational(e.exponent) ? e.exponent : visit(e.exponent));
      case 'call':
        return algebra.call(e.fn, visit(e.arg));
    }
  };
  return visit(expr);
}

/** The algebra that rebuilds an expression; spread it and replace what a rewrite changes. */
export const rebuild: Algebra<Expr> = {
  number: (n, d) => number(n, d),
  pi: () => PI,
  symbol,
  add: (xs) => add(...xs),
  mul: (xs) => mul(...xs),
  div,
  neg,
  pow: (base, exponent) => pow(base, exponent),
  call,
};

/** expr with every symbol named in `values` replaced. */
export function substitute(expr: Expr, values: ReadonlyMap<string, Expr> | Record<string, Expr>): Expr {
  const map = values instanceof Map ? (values as ReadonlyMap<string, Expr>) : new Map(Object.entries(values));
  return foldExpr(expr, { ...rebuild, symbol: (name) => map.get(name) ?? symbol(name) });
}

/** Direct subexpressions, a symbolic exponent included. */
export function childrenOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'number':
    case 'pi':
    case 'symbol':
      return [];
    case 'add':
    case 'mul':
      return e.args;
    case 'div':
      return [e.num, e.den];
    case 'neg':
    case 'call':
      return [e.arg];
    case 'pow':
      return isRational(e.exponent) ? [e.base] : [e.base, e.exponent];
  }
}

/** Every distinct node once, children before parents. */
export function nodesOf(expr: Expr): Expr[] {
  const seen = new Set<Expr>();
  const order: Expr[] = [];
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    childrenOf(e).forEach(visit);
    order.push(e);
  };
  visit(expr);
  return order;
}

/** Names of the symbols in order of first appearance. */
export function symbolsOf(expr: Expr): string[] {
  const names = nodesOf(expr).flatMap((e) => (e.kind === 'symbol' ? [e.name] : []));
  return [...new Set(names)];
}

/** Structural equality (order of arguments counts). */
export function equalExpr(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'number' && b.kind === 'number') return equalQ(a, b);
  if (a.kind === 'symbol' && b.kind === 'symbol') return a.name === b.name;
  if (a.kind === 'call' && b.kind === 'call' && a.fn !== b.fn) return false;
  if (a.kind === 'pow' && b.kind === 'pow') {
    const [ra, rb] = [isRational(a.exponent), isRational(b.exponent)];
    if (ra !== rb) return false;
    if (ra && !equalQ(a.exponent as Rational, b.exponent as Rational)) return false;
  }
  const [xs, ys] = [childrenOf(a), childrenOf(b)];
  return xs.length === ys.length && xs.every((x, i) => equalExpr(x, ys[i]!));
}

/** `level`: 1 sum, 2 product, 3 sign, 4 power, 5 atom; `minus`: what is left when a minus before it is the operator. */
type Printed = { text: string; level: number; product?: boolean; minus?: Printed };

const at = ({ text, level }: Printed, least: number): string => (level >= least ? text : `(${text})`);

/** Plain text with the fewest brackets; parse(toText(e)) has the same value and, for parsed e, the same tree. */
export function toText(expr: Expr): string {
  return foldExpr<Printed>(expr, {
    number: (n, d) => {
      const text = textQ({ n, d });
      const minus = n < 0n ? { text: text.slice(1), level: text.includes('/') ? 2 : 5 } : undefined;
      return { text, level: text.includes('/') ? 2 : n < 0n ? 3 : 5, minus };
    },
    pi: () => ({ text: 'pi', level: 5 }),
    symbol: (name) => ({ text: name, level: 5 }),
    add: (xs) => ({
      text: xs
        .map((x, i) => (i > 0 && x.minus ? ` - ${at(x.minus, 2)}` : (i > 0 ? ' + ' : '') + at(x, 2)))
        .join(''),
      level: 1,
    }),
    mul: (xs) => ({
      text: xs.map((x, i) => at(x, i > 0 || x.product ? 3 : 2)).join('*'),
      level: 2,
      product: true,
    }),
    div: (a, b) => ({ text: `${at(a, 2)}/${at(b, 3)}`, level: 2 }),
    neg: (a) => ({ text: `-${at(a, 3)}`, level: 3, minus: a }),
    pow: (base, exponent) => {
      const e = 'text' in exponent ? exponent : rationalExponent(exponent);
      return { text: `${at(base, 5)}^${at(e, 5)}`, level: 4 };
    },
    call: (name, arg) => ({ text: `${name}(${arg.text})`, level: 5 }),
  }).text;
}

const rationalExponent = ({ n, d }: Rational): Printed =>
  d === 1n ? { text: n.toString(), level: n >= 0n ? 5 : 3 } : { text: `${n}/${d}`, level: 2 };
