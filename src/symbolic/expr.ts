import { checkTime } from './clock.ts';
import { FieldLimit } from './numbers.ts';
import { fnv } from './random.ts';
import { ONE, ZERO, absBig, bitLength, equalQ, negQ, rational, textQ, type Rational } from './rational.ts';

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

const MAX_BASE_BITS = 4096; // of a constant that is raised to a power: towers of powers explode
const MAX_CONSTANT_BITS = 1 << 17;

/** The exact value of an expression made of numbers, + − * / and integer powers up to 64; null otherwise. */
export function constant(expr: Expr): Rational | null {
  if (expr.kind === 'number') return { n: expr.n, d: expr.d };
  if (expr.kind === 'symbol' || expr.kind === 'pi' || expr.kind === 'call') return null;
  return exactly(() => null)(expr);
}

/** Exact values as by `constant`, with those of the symbols; what is shared among expressions is computed once. */
export function exactly(valueOf: (name: string) => Rational | null): (expr: Expr) => Rational | null {
  const value = folder<{ q: Rational | null }>({
    number: (n, d) => ({ q: { n, d } }),
    pi: () => ({ q: null }),
    symbol: (name) => ({ q: valueOf(name) }),
    neg: ({ q }) => ({ q: q && negQ(q) }),
    div: ({ q: a }, { q: b }) => ({ q: a && b && b.n !== 0n ? bounded(a.n * b.d, a.d * b.n) : null }),
    add: (xs) => ({
      q: xs.reduce<Rational | null>(
        (a, { q: b }) => a && b && bounded(a.n * b.d + b.n * a.d, a.d * b.d),
        ZERO,
      ),
    }),
    mul: (xs) => ({
      q: xs.reduce<Rational | null>((a, { q: b }) => a && b && bounded(a.n * b.n, a.d * b.d), ONE),
    }),
    pow: ({ q: base }, e) => ({ q: base && 'n' in e ? powerOf(base, e) : null }),
    call: () => ({ q: null }),
  });
  return (expr) => value(expr).q;
}

const bounded = (n: bigint, d: bigint): Rational | null =>
  bitLength(n) + bitLength(d) > MAX_CONSTANT_BITS ? null : rational(n, d);

function powerOf(base: Rational, e: Rational): Rational | null {
  if (e.d !== 1n || absBig(e.n) > 64n) return null;
  if (base.n === 0n && e.n <= 0n) return null; // 0^0 and 1/0 are undefined
  if (bitLength(base.n) + bitLength(base.d) > MAX_BASE_BITS) return null;
  return e.n >= 0n ? rational(base.n ** e.n, base.d ** e.n) : rational(base.d ** -e.n, base.n ** -e.n);
}

/** The one fold. Shared subtrees are visited once, so a definition used many times costs once. */
export const foldExpr = <T>(expr: Expr, algebra: Algebra<T>): T => folder(algebra)(expr);

/** The fold for several expressions: what they share is visited once for all of them. However deep, it needs no stack. */
export function folder<T>(algebra: Algebra<T>): (expr: Expr) => T {
  const done = new Map<Expr, T>();
  const valueOf = (e: Expr): T => done.get(e) as T;
  const step = (e: Expr): T => {
    switch (e.kind) {
      case 'number':
        return algebra.number(e.n, e.d);
      case 'pi':
        return algebra.pi();
      case 'symbol':
        return algebra.symbol(e.name);
      case 'add':
        return algebra.add(e.args.map(valueOf));
      case 'mul':
        return algebra.mul(e.args.map(valueOf));
      case 'div':
        return algebra.div(valueOf(e.num), valueOf(e.den));
      case 'neg':
        return algebra.neg(valueOf(e.arg));
      case 'pow':
        return algebra.pow(valueOf(e.base), isRational(e.exponent) ? e.exponent : valueOf(e.exponent));
      case 'call':
        return algebra.call(e.fn, valueOf(e.arg));
    }
  };
  return (expr) => {
    visit(
      [expr],
      (e) => done.has(e),
      (e) => done.set(e, step(e)),
    );
    return valueOf(expr);
  };
}

let entered = 0; // nodes, since the clock was looked at
const STACK = 200; // levels that recursion goes down at a time

/** Leaves every node below the roots that is not yet done, children first and from left to right. @throws TimeUp */
function visit(roots: readonly Expr[], isDone: (e: Expr) => boolean, leave: (e: Expr) => void): void {
  const deep: Expr[] = []; // what lies too deep for the stack is done first, from the bottom up
  const go = (e: Expr, levels: number): boolean => {
    if (isDone(e)) return true;
    if (levels === 0) {
      deep.push(e);
      return false;
    }
    if ((++entered & 255) === 0) checkTime();
    for (const child of childrenOf(e)) if (!go(child, levels - 1)) return false;
    leave(e);
    return true;
  };
  for (const root of roots) {
    deep.push(root);
    for (let e; (e = deep.at(-1));) if (go(e, STACK)) deep.pop();
  }
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

type Values = ReadonlyMap<string, Expr> | Record<string, Expr>;

/** expr with every symbol named in `values` replaced. */
export const substitute = (expr: Expr, values: Values): Expr => substitution(values)(expr);

/** The same for several expressions, which go on sharing what they share. */
export function substitution(values: Values): (expr: Expr) => Expr {
  const map = values instanceof Map ? (values as ReadonlyMap<string, Expr>) : new Map(Object.entries(values));
  return folder({ ...rebuild, symbol: (name) => map.get(name) ?? symbol(name) });
}

/** The expression with the outermost parts for which `change` gives another in their place. */
export function rewritten(expr: Expr, change: (part: Expr) => Expr | undefined): Expr {
  const done = new Map<Expr, Expr>();
  const stack = [expr];
  while (stack.length > 0) {
    const e = stack.at(-1)!;
    const changed = done.has(e) ? undefined : change(e);
    const open = done.has(e) || changed ? [] : childrenOf(e).filter((child) => !done.has(child));
    if (open.length > 0) {
      stack.push(...open);
      continue;
    }
    stack.pop();
    if (!done.has(e))
      done.set(
        e,
        changed ??
          withChildren(
            e,
            childrenOf(e).map((child) => done.get(child)!),
          ),
      );
  }
  return done.get(expr)!;
}

/** The node with other children. */
export function withChildren(e: Expr, children: readonly Expr[]): Expr {
  switch (e.kind) {
    case 'number':
    case 'pi':
    case 'symbol':
      return e;
    case 'add':
    case 'mul':
      return { ...e, args: children };
    case 'div':
      return div(children[0], children[1]);
    case 'neg':
      return neg(children[0]);
    case 'call':
      return call(e.fn, children[0]);
    case 'pow':
      return pow(children[0], isRational(e.exponent) ? e.exponent : children[1]);
  }
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
export const nodesOf = (expr: Expr): Expr[] => nodesOfAll([expr]);

/** Every distinct node of several expressions once, children before parents. */
export function nodesOfAll(exprs: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  visit(
    exprs,
    (e) => seen.has(e),
    (e) => seen.add(e),
  );
  return [...seen];
}

/** Names of the symbols in order of first appearance. */
export function symbolsOf(expr: Expr): string[] {
  const names = nodesOf(expr).flatMap((e) => (e.kind === 'symbol' ? [e.name] : []));
  return [...new Set(names)];
}

/** Structural equality (order of arguments counts). */
export function equalExpr(a: Expr, b: Expr): boolean {
  const met = new Map<Expr, Set<Expr>>(); // a pair that is met again is compared once
  const stack: [Expr, Expr][] = [[a, b]];
  for (let pair; (pair = stack.pop());) {
    const [x, y] = pair;
    if (x === y) continue;
    if (!sameHead(x, y)) return false;
    const [xs, ys] = [childrenOf(x), childrenOf(y)];
    if (xs.length !== ys.length) return false;
    if (xs.length === 0) continue;
    const before = met.get(x);
    if (before?.has(y)) continue;
    if (before) before.add(y);
    else met.set(x, new Set([y]));
    for (let i = xs.length - 1; i >= 0; i--) stack.push([xs[i], ys[i]]);
  }
  return true;
}

/** The same number, symbol or operation, whatever it is applied to. */
export function sameHead(a: Expr, b: Expr): boolean {
  if (a.kind === 'number' && b.kind === 'number') return equalQ(a, b);
  if (a.kind === 'symbol' && b.kind === 'symbol') return a.name === b.name;
  if (a.kind === 'call' && b.kind === 'call') return a.fn === b.fn;
  if (a.kind !== 'pow' || b.kind !== 'pow') return a.kind === b.kind;
  if (!isRational(a.exponent) || !isRational(b.exponent))
    return isRational(a.exponent) === isRational(b.exponent);
  return equalQ(a.exponent, b.exponent);
}

/** `level`: 1 sum, 2 product, 3 sign, 4 power, 5 atom; `minus`: what is left when a minus before it is the operator. */
type Printed = { text: string; level: number; product?: boolean; minus?: Printed };

const at = ({ text, level }: Printed, least: number): string => (level >= least ? text : `(${text})`);

/** Characters of a text that is read, or written to be read again. */
export const MAX_TEXT = 20_000;

/**
 * Plain text with the fewest brackets; parse(toText(e)) has the same value and, for parsed e, the same tree.
 * @throws FieldLimit when it is longer than a text that is read: definitions that use one another grow when written out.
 */
export const toText = (expr: Expr): string =>
  written(expr, (text) => {
    if (text.length <= MAX_TEXT) return text;
    throw new FieldLimit(`written out, an expression takes more than ${MAX_TEXT} characters`);
  });

const MAX_SHOWN = 2_000;

/** Plain text to look at: the middle of a long part is left out. */
export const shownText = (expr: Expr): string =>
  written(expr, (text) =>
    text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN / 4)} … ${text.slice(-MAX_SHOWN / 4)}`,
  );

const MAX_NAMED = 1_000;

/** A text that stands for the expression and is short: that of `toText`, long parts by a hash of theirs. */
export const digest = (expr: Expr): string =>
  written(expr, (text) => (text.length <= MAX_NAMED ? text : `#${fnv(text).toString(36)}`));

/** The text of an expression, `cut` applied to that of every part. */
function written(expr: Expr, cut: (text: string) => string): string {
  const algebra: Algebra<Printed> = {
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
  };
  const whole = (printed: Printed): Printed => {
    const text = cut(printed.text);
    // What stands for a part that was cut is one piece.
    return text === printed.text ? printed : { text, level: 5 };
  };
  return foldExpr<Printed>(expr, {
    number: (n, d) => whole(algebra.number(n, d)),
    pi: () => algebra.pi(),
    symbol: (name) => whole(algebra.symbol(name)),
    add: (xs) => whole(algebra.add(xs)),
    mul: (xs) => whole(algebra.mul(xs)),
    div: (a, b) => whole(algebra.div(a, b)),
    neg: (a) => whole(algebra.neg(a)),
    pow: (a, e) => whole(algebra.pow(a, e)),
    call: (name, a) => whole(algebra.call(name, a)),
  }).text;
}

const rationalExponent = ({ n, d }: Rational): Printed =>
  d === 1n ? { text: n.toString(), level: n >= 0n ? 5 : 3 } : { text: `${n}/${d}`, level: 2 };
