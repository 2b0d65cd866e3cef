/** The error function, in float64 and with rigorous error balls. */
import { addBalls, ball, divBalls, isZero, log2Bound, mulBalls, round, sqrtBall, type Ball } from './ball.ts';
import { expBall } from './ball-functions.ts';
import { checkTime } from './clock.ts';

/** erf in float64. The series of positive terms e^{−x²}·Σ 2ⁿx^{2n+1}/(2n+1)!! loses nothing to cancellation. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x); // 1 − erf(6) < 2.2e−17
  let term = x;
  let sum = x;
  for (let n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 3);
    sum += term;
  }
  const value = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  return Math.max(-1, Math.min(1, value));
}

const piCache = new Map<number, Ball>();

/** π = 16·arctan(1/5) − 4·arctan(1/239). */
export function piBall(bits: number): Ball {
  const known = piCache.get(bits);
  if (known) return known;
  const work = bits + 32;
  let terms = 0n;
  const arctan = (q: bigint): bigint => {
    let power = (1n << BigInt(work)) / q;
    let sum = power;
    for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
      power /= q * q;
      sum += (sign * power) / k;
      terms++;
    }
    return sum;
  };
  const m = 16n * arctan(5n) - 4n * arctan(239n);
  // Each term is cut twice, by less than one unit each; what follows the last is less than one.
  const value = round(m, 16n * (2n * terms + 8n), -work, bits);
  piCache.set(bits, value);
  return value;
}

/** From here on erf is 1 to within e^{−x²} < 2^{−bits}. */
const farFrom = (bits: number): bigint => BigInt(Math.ceil(Math.sqrt(bits * Math.LN2)) + 1);

export function erfBall(x: Ball, bits: number): Ball {
  if (x.state !== 'value' || isZero(x)) return x;
  const middle = exactErf(ball(x.m, 0n, x.e), bits);
  if (middle.state !== 'value' || x.r === 0n) return middle;
  // The slope is at most 2/√π < 2.
  return addBalls(middle, ball(0n, 2n * x.r, x.e), bits);
}

function exactErf(x: Ball, bits: number): Ball {
  if (x.m < 0n) {
    const { state, m, r, e } = exactErf(ball(-x.m, 0n, x.e), bits);
    return { state, m: -m, r, e };
  }
  if (x.m === 0n) return x;
  const far = x.e >= 0 ? x.m << BigInt(Math.min(x.e, 64)) : x.m >> BigInt(-x.e);
  if (far >= farFrom(bits)) return round(1n << BigInt(bits), 1n, -bits, Math.max(bits, 64));
  const work = bits + 64;
  const square = mulBalls(x, x, work);
  const twice = ball(2n * square.m, 2n * square.r, square.e);
  let term = x;
  let sum = x;
  for (let n = 0; ; n++) {
    if ((n & 63) === 63) checkTime();
    const ratio = divBalls(twice, ball(BigInt(2 * n + 3), 0n, 0), work);
    term = mulBalls(term, ratio, work);
    sum = addBalls(sum, term, work);
    // From a ratio of at most 1/2 on, what follows is at most the last term.
    if (log2Bound(ratio) <= -1 && log2Bound(term) < log2Bound(sum) - work) break;
  }
  const tail = ball(0n, (term.m < 0n ? -term.m : term.m) + term.r, term.e);
  const series = addBalls(sum, tail, work);
  const scale = divBalls(ball(2n, 0n, 0), sqrtBall(piBall(work), work), work);
  const decay = expBall(ball(-square.m, square.r, square.e), work);
  return mulBalls(mulBalls(series, scale, work), decay, bits);
}
