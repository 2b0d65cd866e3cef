import { checkTime } from './clock.ts';

/** Exact rationals as reduced fractions: `d > 0` and `gcd(n, d) = 1`. */
export type Rational = { readonly n: bigint; readonly d: bigint };

export const absBig = (a: bigint): bigint => (a < 0n ? -a : a);

export function gcd(a: bigint, b: bigint): bigint {
  a = absBig(a);
  b = absBig(b);
  for (let i = 1; b !== 0n; i++) {
    [a, b] = [b, a % b];
    if ((i & 1023) === 0) checkTime(); // numbers of hundreds of digits
  }
  return a;
}

/** n/d in lowest terms. Throws RangeError when d is 0. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new RangeError(`rational ${n}/0: the denominator must not be 0`);
  if (d < 0n) [n, d] = [-n, -d];
  if (d === 1n) return { n, d };
  const g = gcd(n, d);
  return { n: n / g, d: d / g };
}

export const ZERO = rational(0n);
export const ONE = rational(1n);

export const addQ = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const subQ = (a: Rational, b: Rational): Rational => rational(a.n * b.d - b.n * a.d, a.d * b.d);
export const mulQ = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
export const divQ = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);
export const negQ = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const equalQ = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d;
/** Sign of a − b. */
export const compareQ = (a: Rational, b: Rational): number => {
  const x = a.n * b.d - b.n * a.d;
  return x < 0n ? -1 : x > 0n ? 1 : 0;
};
/** Nearest double, also where n and d each exceed the range of doubles. */
export function numberQ(a: Rational): number {
  const excess = Math.max(absBig(a.n).toString(2).length, a.d.toString(2).length) - 1000;
  if (excess <= 0) return Number(a.n) / Number(a.d);
  const bits = absBig(a.n).toString(2).length - a.d.toString(2).length;
  const shift = BigInt(Math.max(0, 64 - bits));
  const drop = BigInt(Math.max(0, bits - 64));
  return Number((a.n << shift) / (a.d << drop)) * 2 ** (Number(drop) - Number(shift));
}
/** The largest bigint whose square is at most a (a ≥ 0). */
export function isqrt(a: bigint): bigint {
  if (a < 2n) return a;
  if (a < 1n << 52n) return BigInt(Math.floor(Math.sqrt(Number(a))));
  // Newton from above: a power of two not below the root.
  let x = 1n << BigInt((bitLength(a) + 1) >> 1);
  for (;;) {
    const y = (x + a / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** Number of binary digits of |a|; 0 for 0. */
export function bitLength(a: bigint): number {
  if (a === 0n) return 0;
  const hex = absBig(a).toString(16);
  return hex.length * 4 - Math.clz32(parseInt(hex[0]!, 16)) + 28;
}

/** Text of a rational: an exact decimal where that is short, else a fraction. */
export function textQ({ n, d }: Rational): string {
  if (d === 1n) return n.toString();
  let rest = d;
  let digits = 0;
  let fives = 0;
  for (; rest % 2n === 0n && digits <= 40; rest /= 2n) digits++;
  for (; rest % 5n === 0n && fives <= 40; rest /= 5n) fives++;
  digits = Math.max(digits, fives);
  if (rest !== 1n || digits > 40) return `${n}/${d}`;
  const scaled = ((absBig(n) * 10n ** BigInt(digits)) / d).toString().padStart(digits + 1, '0');
  return `${n < 0n ? '-' : ''}${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`;
}

/** A decimal literal ("0.10", "1e-30", "12") as an exact rational; null when it is not one. */
export function parseDecimal(text: string): Rational | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(text.trim());
  if (!match || (!match[2] && !match[3])) return null;
  const fraction = match[3] ?? '';
  const exponent = Number(match[4] ?? 0) - fraction.length;
  const digits = BigInt((match[2] ?? '') + fraction) * (match[1] === '-' ? -1n : 1n);
  return exponent >= 0
    ? rational(digits * 10n ** BigInt(exponent))
    : rational(digits, 10n ** BigInt(-exponent));
}
