import {
  UNDEFINED,
  UNKNOWN,
  ball,
  divBalls,
  isNegative,
  isZero,
  mulBalls,
  powBall,
  round,
  sqrtBall,
  type Ball,
} from './ball.ts';
import { checkTime } from './clock.ts';
import { absBig, bitLength, type Rational } from './rational.ts';

const ln2Cache = new Map<number, bigint>();

/** ln 2 in units of 2^−bits, to within 64 units. */
function ln2(bits: number): bigint {
  const known = ln2Cache.get(bits);
  if (known !== undefined) return known;
  // ln 2 = 18·artanh(1/26) − 2·artanh(1/4801) + 8·artanh(1/8749)
  const guard = 32;
  const artanh = (q: bigint): bigint => {
    let term = (1n << BigInt(bits + guard)) / q;
    let sum = term;
    for (let k = 3n; term !== 0n; k += 2n) {
      term /= q * q;
      sum += term / k;
    }
    return sum;
  };
  const value = (18n * artanh(26n) - 2n * artanh(4801n) + 8n * artanh(8749n)) >> BigInt(guard);
  ln2Cache.set(bits, value);
  return value;
}

/**
 * exp of the exact number m·2^e with about `bits` correct bits, error in the radius. The argument is reduced by
 * multiples of ln 2, then by 2^−halvings; the Taylor sum is squared back.
 */
function expExact(m: bigint, e: number, bits: number): Ball {
  if (m === 0n) return ball(1n, 0n, 0);
  const size = bitLength(m) + e; // |x| < 2^size
  if (size > 40) return UNKNOWN;
  if (size < -bits - 8) return round(1n << BigInt(bits), 2n, -bits, bits); // |e^x − 1| < 2|x|
  const halvings = Math.ceil(Math.sqrt(bits) / 2) + 2;
  const work = bits + halvings + Math.max(0, size) + 24;
  const fixed = e + work >= 0 ? m << BigInt(e + work) : m >> BigInt(-e - work); // error < 1
  const l2 = ln2(work);
  const k = (fixed + (l2 >> 1n)) / l2 - (fixed + (l2 >> 1n) < 0n ? 1n : 0n);
  const x = (fixed - k * l2) >> BigInt(halvings); // |x| < 2^(work − halvings); error below 64·|k|+2 before the shift
  const one = 1n << BigInt(work);
  const shift = BigInt(work);
  let term = one;
  let sum = one;
  let terms = 0;
  for (let i = 1n; term !== 0n && term !== -1n; i++, terms++) {
    term = ((term * x) >> shift) / i;
    sum += term;
  }
  // Rounding: at most 2 units a term, plus the reduction error; each squaring doubles it and adds one unit.
  let error = BigInt(2 * terms + 8) + ((64n * (absBig(k) + 1n)) >> BigInt(halvings));
  for (let i = 0; i < halvings; i++) {
    sum = (sum * sum) >> shift;
    error = ((2n * error * (sum < one ? one : sum)) >> shift) * 2n + 2n;
    if (i > 0 && error > 1n << 200n) return UNKNOWN;
  }
  return round(sum, error, Number(k) - work, bits);
}

export function expBall(a: Ball, bits: number): Ball {
  if (a.state !== 'value') return a;
  const middle = expExact(a.m, a.e, bits);
  if (a.r === 0n || middle.state !== 'value') return middle;
  // e^(x ± ρ) lies within e^x (1 ± 2ρ) for ρ ≤ 1.
  const logRadius = bitLength(a.r) + a.e;
  if (logRadius > -1) return UNKNOWN;
  const spread = ball(1n << BigInt(32), 1n, -32);
  return logRadius < -bits - 64
    ? mulBalls(middle, round(1n << BigInt(bits + 60), 1n, -bits - 60, bits + 64), bits)
    : mulBalls(
        middle,
        logRadius + 1 < -32 ? widened(logRadius + 1) : { ...spread, r: 1n << BigInt(logRadius + 33) },
        bits,
      );
}

/** 1 ± 2^logRadius, logRadius < 0. */
const widened = (logRadius: number): Ball => ball(1n << BigInt(-logRadius), 1n, logRadius);

export function logBall(a: Ball, bits: number): Ball {
  if (a.state !== 'value') return a;
  if (isNegative(a) || isZero(a)) return UNDEFINED;
  if (a.m <= a.r) return UNKNOWN;
  // a = y·2^k with y in [3/4, 3/2)
  const length = bitLength(a.m);
  let k = length + a.e;
  const top = length > 60 ? Number(a.m >> BigInt(length - 60)) / 2 ** 60 : Number(a.m) / 2 ** length;
  let scale = -length;
  let estimate = top;
  if (top < 0.75) {
    scale += 1;
    k -= 1;
    estimate *= 2;
  }
  const y = ball(a.m, 0n, scale);
  const work = bits + 16;
  // Newton on e^L = y, cubic: L += 2 (y − e^L)/(y + e^L).
  let log = fromNumber(Math.log(estimate));
  let z = expExact(log.m, log.e, work);
  for (let good = 45; good < work; good *= 3) {
    const target = Math.min(work, good * 3 + 16);
    const step = divBalls(subtract(y, z, target), sum(y, z, target), target);
    log = truncate(sum(log, ball(2n * step.m, 0n, step.e), target + 8));
    z = expExact(log.m, log.e, work);
  }
  // ln y = L + ln(y/z), and |ln q| ≤ 2|q − 1| for |q − 1| < 1/2: rigorous whatever Newton did.
  const defect = divBalls(subtract(y, z, work), z, work);
  const defectTop = absBig(defect.m) + defect.r;
  if (defect.state !== 'value' || (defectTop !== 0n && bitLength(defectTop) + defect.e > -1)) return UNKNOWN;
  let result = sum(log, ball(0n, 2n * defectTop, defect.e), work);
  if (k !== 0) {
    const l2bits = work + 16;
    result = sum(result, ball(BigInt(k) * ln2(l2bits), 64n * absBig(BigInt(k)), -l2bits), work);
  }
  if (a.r === 0n) return round(result.m, result.r, result.e, bits);
  // |ln(m ± r) − ln m| ≤ r/(m − r)
  const spread = (a.r << 64n) / (a.m - a.r) + 1n;
  return spread < 1n << 63n && spread > 1n << 20n
    ? sum(result, ball(0n, spread, -64), bits)
    : sum(result, spreadOf(a, bits), bits);
}

/** 0 ± r/(m − r). */
const spreadOf = (a: Ball, bits: number): Ball => {
  const shift = BigInt(bits + 64);
  return ball(0n, (a.r << shift) / (a.m - a.r) + 1n, -bits - 64);
};

const truncate = (a: Ball): Ball => ball(a.m, 0n, a.e);
const subtract = (a: Ball, b: Ball, bits: number): Ball => sum(a, ball(-b.m, b.r, b.e), bits);

function sum(a: Ball, b: Ball, bits: number): Ball {
  const e = Math.min(a.e, b.e);
  const m = (a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e));
  const r = (a.r << BigInt(a.e - e)) + (b.r << BigInt(b.e - e));
  return round(m, r, e, Math.max(bits, 64) + 64);
}

function fromNumber(x: number): Ball {
  return ball(BigInt(Math.round(x * 2 ** 60)), 0n, -60);
}

/** x^(n/d), d > 1, in lowest terms: for x ≥ 0 only (x > 0 when n < 0). */
export function rootPowBall(a: Ball, { n, d }: Rational, bits: number): Ball {
  if (a.state !== 'value') return a;
  if (isNegative(a) || (n <= 0n && isZero(a))) return UNDEFINED;
  if (isZero(a)) return a;
  let root = a;
  let rest = d;
  for (; rest % 2n === 0n; rest /= 2n) {
    checkTime();
    root = sqrtBall(root, bits + 8);
  }
  if (rest === 1n || root.state !== 'value') return powBall(root, n, bits);
  const log = logBall(root, bits + 8);
  return expBall(divBalls(mulBalls(log, ball(n, 0n, 0), bits + 8), ball(rest, 0n, 0), bits + 8), bits);
}

/** x^y with y not a constant: exp(y·ln x), for x > 0 only. */
export function generalPowBall(a: Ball, y: Ball, bits: number): Ball {
  return expBall(mulBalls(y, logBall(a, bits + 8), bits + 8), bits);
}
