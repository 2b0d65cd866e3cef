/** Expressions that are k·t + c. */
import { foldExpr, type Expr } from './expr.ts';
import { addQ, divQ, mulQ, negQ, ONE, ZERO, type Rational } from './rational.ts';

export interface Affine {
  slope: Rational;
  offset: Rational;
}

/** k·t + c for an expression in one symbol, by its structure; null where it may be anything else. */
export function affineIn(expr: Expr): Affine | null {
  const known = (offset: Rational): Affine => ({ slope: ZERO, offset });
  const scaled = ({ slope, offset }: Affine, by: Rational): Affine => ({
    slope: mulQ(slope, by),
    offset: mulQ(offset, by),
  });
  return foldExpr<Affine | null>(expr, {
    number: (n, d) => known({ n, d }),
    pi: () => null,
    symbol: () => ({ slope: ONE, offset: ZERO }),
    neg: (a) => a && scaled(a, negQ(ONE)),
    add: (terms) =>
      terms.reduce(
        (a, b) => a && b && { slope: addQ(a.slope, b.slope), offset: addQ(a.offset, b.offset) },
        known(ZERO),
      ),
    mul: (factors) =>
      factors.reduce((a, b) => {
        if (!a || !b) return null;
        return a.slope.n === 0n ? scaled(b, a.offset) : b.slope.n === 0n ? scaled(a, b.offset) : null;
      }, known(ONE)),
    div: (a, b) => (a && b && b.slope.n === 0n && b.offset.n !== 0n ? scaled(a, divQ(ONE, b.offset)) : null),
    pow: () => null,
    call: () => null,
  });
}
