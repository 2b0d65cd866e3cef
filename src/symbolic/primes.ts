import { isqrt } from './rational.ts';
import { Random } from './random.ts';

export function powMod(a: bigint, e: bigint, p: bigint): bigint {
  let result = 1n;
  a %= p;
  if (a < 0n) a += p;
  for (; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * a) % p;
    a = (a * a) % p;
  }
  return result;
}

/** 1/a mod p; null for a ≡ 0. */
export function inverseMod(a: bigint, p: bigint): bigint | null {
  let [r0, r1] = [p, ((a % p) + p) % p];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [t0, t1] = [t1, t0 - q * t1];
  }
  return r0 === 1n ? (t0 < 0n ? t0 + p : t0) : null;
}

/** Is a a square mod p (p prime, ≡ 3 mod 4)? 0 for a ≡ 0, else ±1. */
export function character(a: bigint, p: bigint): number {
  if (a % p === 0n) return 0;
  return powMod(a, (p - 1n) / 2n, p) === 1n ? 1 : -1;
}

/** Miller–Rabin with bases that decide every n < 2^64 (Sinclair). */
export function isPrime(n: bigint): boolean {
  if (n < 2n) return false;
  for (const q of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]) if (n % q === 0n) return n === q;
  let d = n - 1n;
  let s = 0;
  for (; (d & 1n) === 0n; d >>= 1n) s++;
  witness: for (const base of [2n, 325n, 9375n, 28178n, 450775n, 9780504n, 1795265022n]) {
    let x = powMod(base, d, n);
    if (x === 0n || x === 1n || x === n - 1n) continue;
    for (let i = 1; i < s; i++) {
      x = (x * x) % n;
      if (x === n - 1n) continue witness;
    }
    return false;
  }
  return true;
}

// p ≡ 23 mod 24 makes 2 and 3 squares and −1 a non-square; the classes below make 5, 7, 11, 13 squares and keep
// p ≢ 1, so that 5th, 7th, 11th and 13th roots are unique (as are cube roots).
const CLASSES: readonly (readonly [bigint, readonly bigint[]])[] = [
  [5n, [4n]],
  [7n, [3n, 5n, 6n]],
  [11n, [2n, 6n, 7n, 8n, 10n]],
  [13n, [3n, 4n, 9n, 10n, 12n]],
];

/** A random 61-bit prime of those classes. */
export function randomPrime(random: Random): bigint {
  for (;;) {
    const start = (1n << 60n) + random.residue(1n << 60n);
    for (let p = start - (start % 24n) + 23n, i = 0; i < 4000; p += 24n, i++)
      if (CLASSES.every(([q, classes]) => classes.includes(p % q)) && isPrime(p)) return p;
  }
}

const pool: bigint[] = [];
const poolRandom = new Random([0x5c0eb00c, 0x61]);

/** The i-th prime of a fixed random pool: cheap variety beside the primes drawn for one claim. */
export function poolPrime(i: number): bigint {
  const index = i % 48;
  while (pool.length <= index) pool.push(randomPrime(poolRandom));
  return pool[index]!;
}

/** n/d with |n|, d ≤ √(p/2) and n ≡ a·d mod p; null when there is none. */
export function reconstruct(a: bigint, p: bigint): { n: bigint; d: bigint } | null {
  const limit = isqrt(p / 2n);
  let [r0, r1] = [p, a % p];
  let [t0, t1] = [0n, 1n];
  while (r1 > limit) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [t0, t1] = [t1, t0 - q * t1];
  }
  if (t1 === 0n || (t1 < 0n ? -t1 : t1) > limit) return null;
  return t1 < 0n ? { n: -r1, d: -t1 } : { n: r1, d: t1 };
}
