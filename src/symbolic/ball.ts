import { absBig, bitLength, isqrt, type Rational } from './rational.ts';

/**
 * A real number known to lie in [(m − r)·2^e, (m + r)·2^e], r ≥ 0: midpoint, radius, exponent.
 * `state` is 'value' for such a ball, 'undefined' where the expression certainly has no real value, and
 * 'unknown' where this precision cannot tell (say, division by a ball that holds 0).
 */
export type Ball = {
  readonly state: 'value' | 'undefined' | 'unknown';
  readonly m: bigint;
  readonly r: bigint;
  readonly e: number;
};

export const UNDEFINED: Ball = { state: 'undefined', m: 0n, r: 0n, e: 0 };
export const UNKNOWN: Ball = { state: 'unknown', m: 0n, r: 0n, e: 0 };
/** Binary exponents beyond this are refused (`unknown`): e^(e^100) has no place in a verdict. */
const MAX_BINARY_EXPONENT = 2 ** 40;

export const ball = (m: bigint, r: bigint, e: number): Ball => ({ state: 'value', m, r, e });
export const isValue = (a: Ball): boolean => a.state === 'value';
export const isPositive = (a: Ball): boolean => a.state === 'value' && a.m > a.r;
export const isNegative = (a: Ball): boolean => a.state === 'value' && -a.m > a.r;
export const isZero = (a: Ball): boolean => a.state === 'value' && a.m === 0n && a.r === 0n;
export const excludesZero = (a: Ball): boolean => isPositive(a) || isNegative(a);
/** Certainly at least 0. */
export const isNonNegative = (a: Ball): boolean => a.state === 'value' && a.m >= a.r;

/** Base-2 logarithm of the largest magnitude in the ball; −Infinity for exact 0. */
export function log2Bound(a: Ball): number {
  const top = absBig(a.m) + a.r;
  return top === 0n ? -Infinity : bitLength(top) + a.e;
}

/** The worse of two states, undefined before unknown; null when both are values. */
function flaw(a: Ball, b: Ball): Ball | null {
  if (a.state === 'undefined' || b.state === 'undefined') return UNDEFINED;
  return a.state === 'unknown' || b.state === 'unknown' ? UNKNOWN : null;
}

const shifted = (m: bigint, bits: number): bigint => (bits >= 0 ? m << BigInt(bits) : m >> BigInt(-bits));

/** Keeps about `bits` bits of the midpoint and 30 of the radius; every rounding is added to the radius. */
export function round(m: bigint, r: bigint, e: number, bits: number): Ball {
  let drop = bitLength(m) - bits;
  if (r > 0x3fffffffffn) drop = Math.max(drop, bitLength(r) - 30);
  if (drop > 0) {
    m >>= BigInt(drop);
    r = (r >> BigInt(drop)) + 2n;
    e += drop;
  }
  return Math.abs(e) > MAX_BINARY_EXPONENT ? UNKNOWN : ball(m, r, e);
}

export function fromRational({ n, d }: Rational, bits: number): Ball {
  if (d === 1n) return round(n, 0n, 0, Math.max(bits, 64));
  const shift = Math.max(0, bits + bitLength(d) - bitLength(n));
  const top = shifted(n, shift);
  const q = top / d;
  return round(q, q * d === top ? 0n : 1n, -shift, bits);
}

export function addBalls(a: Ball, b: Ball, bits: number): Ball {
  const bad = flaw(a, b);
  if (bad) return bad;
  if (isZero(a)) return b;
  if (isZero(b)) return a;
  if (a.e < b.e) [a, b] = [b, a];
  const gap = a.e - b.e;
  // Aligned at the lower exponent where that is cheap, else at one that keeps all bits of interest.
  const raise = Math.min(gap, Math.max(0, 2 * bits + 64 - bitLength(a.m)));
  const lower = gap - raise;
  const m = (a.m << BigInt(raise)) + (b.m >> BigInt(lower));
  const r = (a.r << BigInt(raise)) + (b.r >> BigInt(lower)) + (lower > 0 ? 2n : 0n);
  return round(m, r, a.e - raise, bits);
}

export const negBall = (a: Ball): Ball => (a.state === 'value' ? ball(-a.m, a.r, a.e) : a);
export const absBall = (a: Ball): Ball => {
  if (a.state !== 'value' || a.m >= a.r) return a;
  return -a.m >= a.r ? negBall(a) : ball(0n, absBig(a.m) + a.r, a.e);
};

export function mulBalls(a: Ball, b: Ball, bits: number): Ball {
  const bad = flaw(a, b);
  if (bad) return bad;
  const r = a.r === 0n && b.r === 0n ? 0n : absBig(a.m) * b.r + absBig(b.m) * a.r + a.r * b.r;
  return round(a.m * b.m, r, a.e + b.e, bits);
}

export function divBalls(a: Ball, b: Ball, bits: number): Ball {
  const bad = flaw(a, b);
  if (bad) return bad;
  if (isZero(b)) return UNDEFINED;
  if (!excludesZero(b)) return UNKNOWN;
  const shift = Math.max(0, bits + 8 + bitLength(b.m) - bitLength(a.m));
  const q = (a.m << BigInt(shift)) / b.m;
  // |a/b − m_a/m_b| ≤ (|m_a| r_b + |m_b| r_a) / (|m_b| (|m_b| − r_b))
  const mb = absBig(b.m);
  const top = (absBig(a.m) * b.r + mb * a.r) << BigInt(shift);
  const r = top === 0n ? 0n : top / (mb * (mb - b.r)) + 1n;
  const exact = r === 0n && q * b.m === a.m << BigInt(shift);
  return round(q, exact ? 0n : r + 1n, a.e - b.e - shift, bits);
}

export function sqrtBall(a: Ball, bits: number): Ball {
  if (a.state !== 'value') return a;
  if (isNegative(a)) return UNDEFINED;
  if (isZero(a)) return a;
  if (a.m < a.r) return UNKNOWN;
  if (a.m === a.r) {
    // [0, 2m]: the root lies in [0, √(2m)].
    const e = a.e - (a.e & 1);
    const half = (isqrt(shifted(2n * a.m, a.e & 1)) + 2n) / 2n;
    return round(half, half, e / 2, bits);
  }
  let shift = Math.max(0, 2 * bits + 16 - bitLength(a.m));
  if ((a.e - shift) % 2 !== 0) shift++;
  const m = a.m << BigInt(shift);
  const root = isqrt(m);
  // √m − √(m − r) ≤ r / √(m − r)
  const r = a.r === 0n ? 0n : (a.r << BigInt(shift)) / isqrt((a.m - a.r) << BigInt(shift)) + 1n;
  return round(root, a.r === 0n && root * root === m ? 0n : r + 1n, (a.e - shift) / 2, bits);
}

/** a^n for an integer n; a^0 is 1 for a ≠ 0 and undefined at 0. */
export function powBall(a: Ball, n: bigint, bits: number): Ball {
  if (a.state !== 'value') return a;
  if (n <= 0n && isZero(a)) return UNDEFINED;
  if (n === 0n) return excludesZero(a) ? ball(1n, 0n, 0) : UNKNOWN;
  if (n < 0n) return divBalls(ball(1n, 0n, 0), powBall(a, -n, bits), bits);
  if (bitLength(n) > 64) return UNKNOWN;
  let result = ball(1n, 0n, 0);
  let square = a;
  for (let k = n; ;) {
    if (k & 1n) result = mulBalls(result, square, bits);
    k >>= 1n;
    if (k === 0n) return result;
    square = mulBalls(square, square, bits);
  }
}
