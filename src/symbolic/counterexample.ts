import { ball, divBalls, mulBalls, powBall, type Ball } from './ball.ts';
import type { Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import { contains } from './domain.ts';
import { evaluateBall } from './evaluate.ts';
import { constant, number, substitute, type Expr } from './expr.ts';
import { absBig, bitLength, equalQ, numberQ, rational, textQ, type Rational } from './rational.ts';
import { compareAt, PRECISIONS } from './real.ts';
import { SIMPLE_VALUES, decimalNear } from './sampling.ts';
import type { Random } from './random.ts';
import type { Counterexample } from './verdict.ts';

type Point = Map<string, Rational>;

/**
 * The counterexample in numbers a reader can check: random small values first, then the found point with each
 * coordinate made as simple as it can be. Every point returned was compared rigorously.
 */
export function simplestCounterexample(
  prepared: Prepared,
  found: Point,
  random: Random,
  clock: Clock,
  precisions: readonly number[] = PRECISIONS,
): Counterexample {
  const names = [...prepared.free.keys()];
  const differs = (point: Point): boolean => compareAt(prepared, point, clock, precisions).kind === 'differ';
  let best = found;
  const choices = names.map((name) => SIMPLE_VALUES.filter((x) => contains(prepared.free.get(name)!, x)));
  const tries = Math.min(40, 10 * names.length);
  for (let i = 0; i < tries && clock.left() > 500; i++) {
    if (choices.some((list) => list.length === 0)) break;
    // Early tries stay with the simplest values.
    const widest = 2 + Math.floor((i * 8) / tries);
    const point = new Map(
      names.map((name, k) => [name, choices[k]![random.below(Math.min(widest, choices[k]!.length))]!]),
    );
    if (!differs(point)) continue;
    best = point;
    break;
  }
  if (best === found) {
    for (const [k, name] of names.entries()) {
      const x = best.get(name)!;
      const rounded = [1, 2, 3, 5].map((digits) => decimalNear(numberQ(x), digits));
      for (const value of [...choices[k]!.slice(0, 6), ...rounded]) {
        if (clock.left() < 500) break;
        if (equalQ(value, x) || !contains(prepared.free.get(name)!, value)) continue;
        const point = new Map(best).set(name, value);
        if (!differs(point)) continue;
        best = point;
        break;
      }
    }
  }
  return describe(prepared, best, clock, precisions);
}

function describe(
  prepared: Prepared,
  point: Point,
  clock: Clock,
  precisions: readonly number[],
): Counterexample {
  const result = compareAt(prepared, point, clock, precisions);
  if (result.kind !== 'differ') throw new Error('internal: a counterexample must differ when compared again');
  const { lhs, rhs, bits } = result;
  // Enough digits to see the difference.
  let digits = 12;
  while (digits < 2400 && sideText(lhs, digits) === sideText(rhs, digits)) digits += 12;
  const entries = [...point, ...prepared.fixed].map(([name, value]): [string, string] => [
    name,
    textQ(value),
  ]);
  const defined = [...prepared.defined].map(([name, { value }]): [string, string] => [
    name,
    valueText(value, point, bits),
  ]);
  return {
    point: Object.fromEntries([...entries, ...defined]),
    lhs: sideText(lhs, digits),
    rhs: sideText(rhs, digits),
  };
}

/** A ball around 0 says no more than 0: its midpoint is rounding noise. */
const sideText = (value: Ball, digits: number): string =>
  absBig(value.m) <= value.r ? '0' : decimalText(value, digits);

/** The value of a defined symbol: exact where it is rational. */
function valueText(value: Expr, point: Point, bits: number): string {
  const numbers = new Map([...point].map(([name, { n, d }]) => [name, number(n, d)]));
  const exact = constant(substitute(value, numbers));
  return exact && exact.d < 10n ** 12n ? textQ(exact) : sideText(evaluateBall(value, point, bits), 30);
}

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
