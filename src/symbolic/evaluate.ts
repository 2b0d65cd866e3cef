import {
  UNKNOWN,
  absBall,
  addBalls,
  ball,
  divBalls,
  fromRational,
  mulBalls,
  negBall,
  powBall,
  sqrtBall,
  type Ball,
} from './ball.ts';
import { expBall, generalPowBall, logBall, rootPowBall } from './ball-functions.ts';
import { erf, erfBall, piBall } from './erf.ts';
import { checkTime } from './clock.ts';
import { folder, type Algebra, type Expr } from './expr.ts';
import { numberQ, type Rational } from './rational.ts';

export type Point = ReadonlyMap<string, Rational>;

/** Values with rigorous error balls at about `bits` binary digits. */
export function ballAlgebra(point: Point, bits: number, check: () => void = checkTime): Algebra<Ball> {
  return {
    number: (n, d) => fromRational({ n, d }, bits),
    pi: () => piBall(bits),
    symbol: (name) => {
      const value = point.get(name);
      if (!value) throw new Error(`no value for "${name}" at this point`);
      return fromRational(value, bits);
    },
    add: (xs) => xs.reduce((a, b) => addBalls(a, b, bits), ball(0n, 0n, 0)),
    mul: (xs) => xs.reduce((a, b) => mulBalls(a, b, bits)),
    div: (a, b) => divBalls(a, b, bits),
    neg: negBall,
    pow: (base, exponent) => {
      check();
      if (!('n' in exponent)) return generalPowBall(base, exponent, bits);
      return exponent.d === 1n ? powBall(base, exponent.n, bits) : rootPowBall(base, exponent, bits);
    },
    call: (name, x) => {
      check();
      if (name === 'sqrt') return sqrtBall(x, bits);
      if (name === 'exp') return expBall(x, bits);
      if (name === 'erf') return erfBall(x, bits);
      if (name === 'log') return logBall(x, bits);
      return name === 'abs' ? absBall(x) : UNKNOWN; // no balls of sin and cos
    },
  };
}

export const evaluateBall = (expr: Expr, point: Point, bits: number, check?: () => void): Ball =>
  ballsAt(point, bits, check)(expr);

/** The values of expressions at one point; what they share is evaluated once. */
export const ballsAt = (point: Point, bits: number, check?: () => void): ((expr: Expr) => Ball) =>
  folder(ballAlgebra(point, bits, check));

/** Doubles, NaN where undefined: for choosing points, never for verdicts. */
export const evaluateDouble = (expr: Expr, point: ReadonlyMap<string, number>): number =>
  doublesAt(point)(expr);

/** The same for several expressions at one point; what they share is evaluated once. */
export function doublesAt(point: ReadonlyMap<string, number>): (expr: Expr) => number {
  return folder<number>({
    number: (n, d) => numberQ({ n, d }),
    pi: () => Math.PI,
    symbol: (name) => point.get(name) ?? NaN,
    add: (xs) => xs.reduce((a, b) => a + b, 0),
    mul: (xs) => xs.reduce((a, b) => a * b, 1),
    div: (a, b) => (b === 0 ? NaN : a / b),
    neg: (a) => -a,
    pow: (base, exponent) => {
      if (typeof exponent === 'number') return base > 0 ? Math.pow(base, exponent) : NaN;
      if (exponent.d !== 1n && base < 0) return NaN;
      if (base === 0 && exponent.n <= 0n) return NaN;
      return Math.pow(base, Number(exponent.n) / Number(exponent.d));
    },
    call: (name, x) => {
      if (name === 'log') return x > 0 ? Math.log(x) : NaN;
      if (name === 'erf') return erf(x);
      return name === 'sqrt' ? Math.sqrt(x) : name === 'exp' ? Math.exp(x) : Math.abs(x);
    },
  });
}
