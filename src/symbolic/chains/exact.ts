/**
 * Exact arithmetic with logarithms: a rational plus rational multiples of logarithms of whole numbers. Such a value is
 * zero only if the rational is and every multiple over a coprime base is: logarithms of coprime numbers are linearly
 * independent over the rationals, and none of their combinations is a rational but 0 (Hermite–Lindemann).
 */
import {
  ONE,
  ZERO,
  addQ,
  bitLength,
  divQ,
  gcd,
  mulQ,
  negQ,
  numberQ,
  rational,
  type Rational,
} from '../rational.ts';
import { NoValue, Undefined, type Arithmetic } from './evaluate.ts';

export interface LogValue {
  readonly rest: Rational;
  /** Multiple of log n for each whole number n > 1. */
  readonly logs: ReadonlyMap<bigint, Rational>;
}

const none: ReadonlyMap<bigint, Rational> = new Map();
const plain = (rest: Rational): LogValue => ({ rest, logs: none });

function scale(value: LogValue, by: Rational): LogValue {
  if (by.n === 0n) return plain(ZERO);
  return {
    rest: mulQ(value.rest, by),
    logs: new Map([...value.logs].map(([n, multiple]) => [n, mulQ(multiple, by)])),
  };
}

function total(terms: readonly LogValue[]): LogValue {
  let rest = ZERO;
  const logs = new Map<bigint, Rational>();
  for (const term of terms) {
    rest = addQ(rest, term.rest);
    for (const [n, multiple] of term.logs) logs.set(n, addQ(logs.get(n) ?? ZERO, multiple));
  }
  for (const [n, multiple] of logs) if (multiple.n === 0n) logs.delete(n);
  return { rest, logs };
}

function log({ rest, logs }: LogValue): LogValue {
  if (logs.size > 0) throw new NoValue('a logarithm of a logarithm');
  if (rest.n <= 0n) throw new Undefined('a logarithm of a number that is not positive');
  const found = new Map<bigint, Rational>();
  if (rest.n !== 1n) found.set(rest.n, ONE);
  if (rest.d !== 1n) found.set(rest.d, negQ(ONE));
  return { rest: ZERO, logs: found };
}

export const exact: Arithmetic<Rational, LogValue> = {
  zero: ZERO,
  one: ONE,
  sum: (cells) => cells.reduce(addQ, ZERO),
  mul: mulQ,
  div: divQ,
  plain,
  number: plain,
  total,
  negative: (a) => scale(a, negQ(ONE)),
  times: (a, b) => {
    if (a.logs.size > 0 && b.logs.size > 0) throw new NoValue('a product of logarithms');
    return a.logs.size > 0 ? scale(a, b.rest) : scale(b, a.rest);
  },
  quotient: (a, b) => {
    if (b.logs.size > 0) throw new NoValue('a quotient by a logarithm');
    if (b.rest.n === 0n) throw new Undefined('a division by 0');
    return scale(a, divQ(ONE, b.rest));
  },
  log,
};

/** A double and a bound on how far it is from the value. */
export interface Approximate {
  value: number;
  error: number;
}

export function approximate({ rest, logs }: LogValue): Approximate {
  let value = numberQ(rest);
  let size = Math.abs(value);
  for (const [n, multiple] of logs) {
    const term = numberQ(multiple) * logOf(n);
    value += term;
    size += Math.abs(term);
  }
  // Every operation is good to 2^-52; a sum of k terms loses no more than k of them.
  return { value, error: size * (logs.size + 8) * 2 ** -51 };
}

function logOf(n: bigint): number {
  const drop = Math.max(0, bitLength(n) - 60);
  return Math.log(Number(n >> BigInt(drop))) + drop * Math.LN2;
}

/** Is the value zero? Decided exactly. */
export function isZero(value: LogValue): boolean {
  if (value.logs.size === 0) return value.rest.n === 0n;
  const near = approximate(value);
  if (Math.abs(near.value) > near.error) return false;
  if (value.rest.n !== 0n) return false;
  const base = coprimeBase([...value.logs.keys()]);
  return base.every((b) => {
    let sum = ZERO;
    for (const [n, multiple] of value.logs) sum = addQ(sum, mulQ(multiple, rational(valuation(n, b))));
    return sum.n === 0n;
  });
}

/** Pairwise coprime numbers > 1 of which the given ones are products, found by gcds alone. */
export function coprimeBase(numbers: readonly bigint[]): bigint[] {
  let base: bigint[] = [];
  for (const number of numbers) {
    const waiting = [number];
    while (waiting.length > 0) {
      const n = waiting.pop()!;
      if (n === 1n) continue;
      const found = base.findIndex((b) => gcd(b, n) !== 1n);
      if (found < 0) {
        base.push(n);
        continue;
      }
      const b = base[found];
      const g = gcd(b, n);
      if (g === b) {
        waiting.push(n / g);
        continue;
      }
      base = base.filter((_, i) => i !== found);
      waiting.push(g, b / g, n / g);
    }
  }
  return base;
}

function valuation(n: bigint, b: bigint): bigint {
  let count = 0n;
  for (; n % b === 0n; n /= b) count++;
  return count;
}
