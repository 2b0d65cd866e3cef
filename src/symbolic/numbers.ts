import { absBig, bitLength, isqrt, rational, type Rational } from './rational.ts';

/** Something the field engine cannot treat; the claim stays undecided. */
export class FieldLimit extends Error {}

/** An expression that has no value at any point. */
export class NeverDefined extends FieldLimit {}

/** {n/d}^e for an integer e; FieldLimit for 0 to a negative power and for results of thousands of digits. */
export function powQ({ n, d }: Rational, e: bigint): Rational {
  const digits = absBig(e) * BigInt(bitLength(n) + bitLength(d)); // binary
  if ((absBig(e) > 4096n || digits > 1n << 17n) && (absBig(n) > 1n || d > 1n))
    throw new FieldLimit(`the constant power ^${e} is too large`);
  if (e >= 0n) return rational(n ** e, d ** e);
  if (n === 0n) throw new NeverDefined('division by 0: never defined');
  return rational(d ** -e, n ** -e);
}

/** Small prime factors with multiplicity, and what is left (a square is recognised) as one more factor. */
export function factorize(n: bigint): [bigint, bigint][] {
  const out: [bigint, bigint][] = [];
  for (let q = 2n; q < 1000n && q * q <= n; q += q === 2n ? 1n : 2n) {
    let count = 0n;
    for (; n % q === 0n; n /= q) count++;
    if (count > 0n) out.push([q, count]);
  }
  if (n === 1n) return out;
  const root = isqrt(n);
  return [...out, root * root === n ? [root, 2n] : [n, 1n]];
}
