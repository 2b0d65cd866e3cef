/** Sums, products and quotients without the zeros and ones that rules leave behind. Values are unchanged. */
import { add, div, mul, neg, number, type Expr } from './expr.ts';

const isNumber = (e: Expr, n: bigint): boolean => e.kind === 'number' && e.n === n && e.d === 1n;
export const isZero = (e: Expr): boolean => isNumber(e, 0n);
export const isOne = (e: Expr): boolean => isNumber(e, 1n);

/** Sums and products of more parts than this are left nested: flattened, definitions that share parts would be written out. */
const MAX_FLAT = 64;

const partsOf = (kind: 'add' | 'mul', exprs: readonly Expr[]): Expr[] =>
  exprs.flatMap((e) => (e.kind === kind && e.args.length <= MAX_FLAT ? e.args : [e]));

export function plus(...terms: Expr[]): Expr {
  const kept = partsOf('add', terms).filter((term) => !isZero(term));
  return kept.length === 0 ? number(0) : kept.length === 1 ? kept[0] : add(...kept);
}

export const negative = (a: Expr): Expr => (isZero(a) ? a : a.kind === 'neg' ? a.arg : neg(a));
export const minus = (a: Expr, b: Expr): Expr => plus(a, negative(b));

export function times(...factors: Expr[]): Expr {
  if (factors.some(isZero)) return number(0);
  const kept = partsOf('mul', factors).filter((factor) => !isOne(factor));
  return kept.length === 0 ? number(1) : kept.length === 1 ? kept[0] : mul(...kept);
}

/** a/b; a zero numerator stays a quotient only where b might vanish, which callers rule out. */
export const over = (a: Expr, b: Expr): Expr => (isZero(a) || isOne(b) ? a : div(a, b));

/** A sum of expressions, or of [coefficient, expression] pairs: `sum(forward, prior, [-1, evidence])`. */
export function sum(...terms: (Expr | [coefficient: number, expr: Expr])[]): Expr {
  return plus(
    ...terms.map((term) => {
      if (!Array.isArray(term)) return term;
      const [coefficient, expr] = term;
      return coefficient < 0 ? negative(times(number(-coefficient), expr)) : times(number(coefficient), expr);
    }),
  );
}
