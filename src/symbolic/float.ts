/** Evaluation in float64, on numbers and on arrays alike: an algebra whose values are numbers or columns of numbers. */
import { erf } from './erf.ts';
import type { Algebra } from './expr.ts';

export type Column = number | Float64Array;

/** The float64 algebra; `symbol` looks names up. Arrays are combined element by element. */
export function floatAlgebra(symbol: (name: string) => Column): Algebra<Column> {
  return {
    number: (n, d) => Number(n) / Number(d),
    pi: () => Math.PI,
    symbol,
    add: (terms) => terms.reduce((a, b) => zip(a, b, (x, y) => x + y)),
    mul: (factors) => factors.reduce((a, b) => zip(a, b, (x, y) => x * y)),
    div: (a, b) => zip(a, b, (x, y) => x / y),
    neg: (a) => map(a, (x) => -x),
    pow: (base, exponent) =>
      typeof exponent === 'object' && 'n' in exponent
        ? map(base, rationalPower(exponent.n, exponent.d))
        : zip(base, exponent, Math.pow),
    call: (name, argument) => {
      const fn = functions[name];
      if (fn === undefined)
        throw new Error(`cannot evaluate ${name}(…): expected ${Object.keys(functions).join(', ')}`);
      return map(argument, fn);
    },
  };
}

const functions: Record<string, (x: number) => number> = {
  sqrt: (x) => {
    if (x < 0) throw new RangeError(`square root of ${x}: the radicand must not be negative`);
    return Math.sqrt(x);
  },
  exp: Math.exp,
  log: (x) => {
    if (x < 0) throw new RangeError(`logarithm of ${x}: the argument must not be negative`);
    return Math.log(x);
  },
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  erf,
};

/** Squares are products, so that x² of a float is the float nearest to it. */
function rationalPower(n: bigint, d: bigint): (x: number) => number {
  if (d === 1n && n === 2n) return (x) => x * x;
  if (d === 2n && n === 1n) return functions.sqrt;
  const exponent = Number(n) / Number(d);
  return (x) => {
    if (x < 0 && d % 2n === 0n)
      throw new RangeError(`${x} to the power ${n}/${d}: the base must not be negative`);
    return Math.pow(x, exponent);
  };
}

function map(a: Column, fn: (x: number) => number): Column {
  return typeof a === 'number' ? fn(a) : a.map((x) => fn(x));
}

function zip(a: Column, b: Column, fn: (x: number, y: number) => number): Column {
  if (typeof a === 'number') return typeof b === 'number' ? fn(a, b) : b.map((y) => fn(a, y));
  if (typeof b === 'number') return a.map((x) => fn(x, b));
  if (a.length !== b.length) {
    throw new RangeError(`arrays of ${a.length} and ${b.length} entries: expected equal lengths`);
  }
  return a.map((x, i) => fn(x, b[i]));
}
