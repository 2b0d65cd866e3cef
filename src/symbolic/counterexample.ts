import { ball, divBalls, mulBalls, powBall, type Ball } from './ball.ts';
import type { Prepared } from './claim.ts';
import { TimeUp, withinTime, type Clock } from './clock.ts';
import { contains } from './domain.ts';
import { ballsAt, type Point } from './evaluate.ts';
import { exactly } from './expr.ts';
import { absBig, bitLength, equalQ, numberQ, rational, textQ } from './rational.ts';
import { compareAt, PRECISIONS, type Witness } from './real.ts';
import { SIMPLE_VALUES, decimalNear } from './sampling.ts';
import type { Random } from './random.ts';
import type { Counterexample } from './verdict.ts';

/** Of the time left, what is kept for describing the counterexample. */
const KEPT = 0.2;

/**
 * The counterexample in numbers a reader can check: random small values first, then the found point with each
 * coordinate made as simple as it can be, as long as time is left. Every point returned was compared rigorously, with at
 * least as many digits as it took to find the first.
 */
export function simplestCounterexample(
  prepared: Prepared,
  found: Witness,
  random: Random,
  clock: Clock,
): Counterexample {
  let best = found;
  try {
    withinTime((1 - KEPT) * Math.max(0, clock.left()), (inner) => {
      for (const witness of simpler(prepared, found, random, inner)) best = witness;
    });
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
  }
  return describe(prepared, best);
}

/** Ever simpler points at which the sides differ. */
function* simpler(prepared: Prepared, found: Witness, random: Random, clock: Clock): Generator<Witness> {
  const names = [...prepared.free.keys()];
  const larger = PRECISIONS.filter((bits) => bits >= found.bits);
  const precisions = larger.length > 0 ? larger : [found.bits];
  const compared = (point: Point): Witness | null => {
    const result = compareAt(prepared, point, clock, precisions);
    return result.kind === 'differ' ? result.witness : null;
  };
  const choices = names.map((name) => SIMPLE_VALUES.filter((x) => contains(prepared.free.get(name)!, x)));
  const tries = Math.min(40, 10 * names.length);
  for (let i = 0; i < tries; i++) {
    if (choices.some((list) => list.length === 0)) break;
    // Early tries stay with the simplest values.
    const widest = 2 + Math.floor((i * 8) / tries);
    const point = new Map(
      names.map((name, k) => [name, choices[k]![random.below(Math.min(widest, choices[k]!.length))]!]),
    );
    const simple = compared(point);
    if (!simple) continue;
    yield simple;
    return;
  }
  let best = found.point;
  for (const [k, name] of names.entries()) {
    const x = best.get(name)!;
    const rounded = [1, 2, 3, 5].map((digits) => decimalNear(numberQ(x), digits));
    for (const value of [...choices[k]!.slice(0, 6), ...rounded]) {
      if (equalQ(value, x) || !contains(prepared.free.get(name)!, value)) continue;
      const simple = compared(new Map(best).set(name, value));
      if (!simple) continue;
      yield simple;
      best = simple.point;
      break;
    }
  }
}

/** The counterexample as it was found. */
export function describe(prepared: Prepared, { point, lhs, rhs, bits }: Witness): Counterexample {
  // Enough digits to see the difference.
  let digits = 12;
  while (digits < 2400 && sideText(lhs, digits) === sideText(rhs, digits)) digits += 12;
  const entries = [...point, ...prepared.fixed].map(([name, value]): [string, string] => [
    name,
    textQ(value),
  ]);
  const exact = exactly((name) => point.get(name) ?? null);
  const valueOf = ballsAt(point, bits);
  const defined = [...prepared.defined].map(([name, { value }]): [string, string] => {
    const q = exact(value);
    // A value that is rational is exact.
    return [name, q && q.d < 10n ** 12n ? textQ(q) : sideText(valueOf(value), 30)];
  });
  return {
    point: Object.fromEntries([...entries, ...defined]),
    lhs: sideText(lhs, digits),
    rhs: sideText(rhs, digits),
  };
}

/** A ball around 0 says no more than 0: its midpoint is rounding noise. */
const sideText = (value: Ball, digits: number): string =>
  absBig(value.m) <= value.r ? '0' : decimalText(value, digits);

/** The midpoint in decimal, rounded to `digits` significant digits. */
export function decimalText({ m, e }: Pick<Ball, 'm' | 'e'>, digits: number): string {
  if (m === 0n) return '0';
  if (Math.abs(e) > 8000) return farDecimalText({ m, e }, digits);
  const value = e >= 0 ? rational(m << BigInt(e)) : rational(m, 1n << BigInt(-e));
  const sign = value.n < 0n ? '-' : '';
  const n = value.n < 0n ? -value.n : value.n;
  // scaled = n/d·10^k has `digits` digits before the point, rounded to nearest.
  let k = digits - (n.toString().length - value.d.toString().length);
  const scaledAt = (power: number): bigint => {
    const [top, below] =
      power >= 0 ? [n * 10n ** BigInt(power), value.d] : [n, value.d * 10n ** BigInt(-power)];
    return (2n * top + below) / (2n * below);
  };
  let scaled = scaledAt(k);
  while (scaled.toString().length > digits) scaled = scaledAt(--k);
  const text = scaled.toString().replace(/0+$/, '');
  const exponent = scaled.toString().length - 1 - k; // of the leading digit
  if (exponent >= -6 && exponent < 15) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${text}`;
    const padded = text.padEnd(exponent + 1, '0');
    const fraction = padded.slice(exponent + 1);
    return `${sign}${padded.slice(0, exponent + 1)}${fraction ? '.' + fraction : ''}`;
  }
  return `${sign}${text[0]}${text.length > 1 ? '.' + text.slice(1) : ''}e${exponent}`;
}

/** The same for magnitudes whose exact decimals would be too long: divided by a power of ten first. */
function farDecimalText({ m, e }: Pick<Ball, 'm' | 'e'>, digits: number): string {
  const power = Math.floor((bitLength(m) + e) * Math.log10(2));
  const bits = 4 * digits + 64;
  const tens = powBall(ball(10n, 0n, 0), BigInt(Math.abs(power)), bits);
  const near = power > 0 ? divBalls(ball(m, 0n, e), tens, bits) : mulBalls(ball(m, 0n, e), tens, bits);
  if (near.state !== 'value') return `about 10^${power}`;
  return `${decimalText(near, digits)}e${power}`;
}
