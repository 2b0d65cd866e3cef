import {
  addBalls,
  ball,
  divBalls,
  excludesZero,
  isValue,
  log2Bound,
  mulBalls,
  negBall,
  powBall,
  type Ball,
} from './ball.ts';
import type { Prepared } from './claim.ts';
import { TimeUp, withinTime, type Clock } from './clock.ts';
import { contains } from './domain.ts';
import { ballsAt, evaluateBall, type Point } from './evaluate.ts';
import { exactly, type Expr } from './expr.ts';
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

/** Digits of a side: enough to read, and more only where it takes more to tell the sides apart. */
const DIGITS = 12;
const MOST_DIGITS = 2400;
/** Digits of a defined symbol, enough to go on with. */
const POINT_DIGITS = 30;

/** The counterexample as it was found: what the claim reads, and both sides with the digits that are certain. */
export function describe(prepared: Prepared, { point, bits, ...sides }: Witness): Counterexample {
  const sharper = sharpener(point, bits);
  let [lhs, rhs] = [sharper(prepared.lhs, sides.lhs, DIGITS), sharper(prepared.rhs, sides.rhs, DIGITS)];
  const apart = digitsApart(lhs, rhs, bits);
  let digits = apart ?? DIGITS;
  [lhs, rhs] = [sharper(prepared.lhs, lhs, digits + 2), sharper(prepared.rhs, rhs, digits + 2)];
  // Where the digits before are 9s or 0s, the first that differ may be rounded away.
  const most = digits + 2;
  while (apart !== null && digits < most && sideText(lhs, digits) === sideText(rhs, digits)) digits++;
  const reads = prepared.reads();
  const exact = exactly((name) => point.get(name) ?? null);
  const valueOf = ballsAt(point, bits);
  const entries = [
    ...[...point, ...prepared.fixed].map(([name, value]) => [name, textQ(value)] as const),
    ...[...prepared.defined].map(([name, { value }]) => {
      const q = exact(value);
      // A value that is rational is exact.
      const isShort = q && q.d < 10n ** 12n;
      return [
        name,
        isShort ? textQ(q) : sideText(sharper(value, valueOf(value), POINT_DIGITS), POINT_DIGITS),
      ] as const;
    }),
  ];
  return {
    point: Object.fromEntries(entries.filter(([name]) => reads.has(name))),
    lhs: sideText(lhs, digits),
    rhs: sideText(rhs, digits),
  };
}

/** With how many digits two values differ; null where they are not told apart. */
function digitsApart(lhs: Ball, rhs: Ball, bits: number): number | null {
  const gap = addBalls(lhs, negBall(rhs), 2 * bits);
  if (!excludesZero(gap)) return null;
  const shared = Math.max(log2Bound(lhs), log2Bound(rhs)) - log2Bound(gap);
  return Math.min(MOST_DIGITS, Math.max(DIGITS, Math.floor(shared * Math.log10(2)) + 1));
}

/** A value again with more bits, where its ball has fewer certain digits than are wanted and time is left. */
function sharpener(point: Point, bits: number): (expr: Expr, known: Ball, digits: number) => Ball {
  return (expr, known, digits) => {
    let best = known;
    try {
      for (let more = 2 * bits; certainDigits(best) < digits && more <= 4 * bits; more *= 2) {
        const next = evaluateBall(expr, point, more);
        if (isValue(next)) best = next;
      }
    } catch (error) {
      if (!(error instanceof TimeUp)) throw error;
    }
    return best;
  };
}

/** The decimal digits that every number of the ball has, but for one unit in the last. */
function certainDigits({ m, r }: Ball): number {
  if (r === 0n) return Infinity;
  return Math.max(0, Math.floor((bitLength(m) - 1 - bitLength(r)) * Math.log10(2)));
}

/** An expression without symbols, in decimal. */
export const constantText = (expr: Expr): string =>
  sideText(
    sharpener(new Map(), PRECISIONS[0])(expr, evaluateBall(expr, new Map(), PRECISIONS[0]), DIGITS),
    DIGITS,
  );

/** A ball around 0 says no more than 0: its midpoint is rounding noise. */
const sideText = (value: Ball, digits: number): string =>
  absBig(value.m) <= value.r ? '0' : decimalText(value, Math.max(1, Math.min(digits, certainDigits(value))));

/** The midpoint in decimal, rounded to `digits` significant digits. */
export function decimalText({ m, e }: Pick<Ball, 'm' | 'e'>, digits: number): string {
  if (m === 0n) return '0';
  if (Math.abs(bitLength(m) + e) > 8000) return farDecimalText({ m, e }, digits);
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
