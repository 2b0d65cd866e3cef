import * as P from './poly.ts';
import type { Poly } from './poly.ts';
import { ONE, type Rational } from './rational.ts';

/** A quotient of polynomials, not reduced. */
export type Fraction = { readonly num: Poly; readonly den: Poly };

export const constant = (q: Rational): Fraction => ({ num: P.polyConstant(q), den: P.polyConstant(ONE) });
export const mulFractions = (a: Fraction, b: Fraction): Fraction => ({
  num: P.polyMul(a.num, b.num),
  den: P.polyMul(a.den, b.den),
});
export const divFractions = (a: Fraction, b: Fraction): Fraction => ({
  num: P.polyMul(a.num, b.den),
  den: P.polyMul(a.den, b.num),
});
export const negFraction = (a: Fraction): Fraction => ({ num: P.polyNeg(a.num), den: a.den });

export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (samePoly(a.den, b.den)) return { num: P.polyAdd(a.num, b.num), den: a.den };
  return {
    num: P.polyAdd(P.polyMul(a.num, b.den), P.polyMul(b.num, a.den)),
    den: P.polyMul(a.den, b.den),
  };
}

function samePoly(a: Poly, b: Poly): boolean {
  if (a.size !== b.size) return false;
  for (const [key, q] of a) {
    const other = b.get(key);
    if (!other || other.n !== q.n || other.d !== q.d) return false;
  }
  return true;
}

export function fractionPower(a: Fraction, e: number, inverse: boolean): Fraction {
  const out = { num: P.polyPow(a.num, e), den: P.polyPow(a.den, e) };
  return inverse ? { num: out.den, den: out.num } : out;
}
