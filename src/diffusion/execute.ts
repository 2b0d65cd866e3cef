/**
 * Formulas executed on tensors: the fourth reading of a formula, by the same fold that typesets, evaluates and
 * proves it.
 *
 * Coefficients are folded in float64 for as long as no tensor is met, so `sqrt(1 - abar)` keeps its digits where
 * ᾱ is near 1; only the result enters the float32 arithmetic of tensors.
 */
import { tf } from '../engine/index.ts';
import { didYouMean } from '../options/index.ts';
import { erf, type Algebra, type Formula, type FunctionName } from '../symbolic/index.ts';
import { isTensor, onHost, toTensor } from './operands.ts';
import type { Operand } from './operands.ts';

/** A function of numbers that refuses what it is not defined for; a negative radicand is never clamped away. */
function defined(name: string, fn: (x: number) => number, holds: (x: number) => boolean) {
  return (x: number): number => {
    if (!holds(x)) throw new RangeError(`${name} of ${x}`);
    return fn(x);
  };
}

/** All that a formula may call; `min`, `max` and `normalCdf` are written with these when it is parsed. */
const functions: Record<FunctionName, { host: (x: number) => number; tensor: (x: tf.Tensor) => tf.Tensor }> =
  {
    sqrt: { host: defined('square root', Math.sqrt, (x) => !(x < 0)), tensor: tf.sqrt },
    log: { host: defined('logarithm', Math.log, (x) => !(x < 0)), tensor: tf.log },
    exp: { host: Math.exp, tensor: tf.exp },
    abs: { host: Math.abs, tensor: tf.abs },
    sin: { host: Math.sin, tensor: tf.sin },
    cos: { host: Math.cos, tensor: tf.cos },
    erf: { host: erf, tensor: tf.erf },
  };

function hostPower(base: number, exponent: number): number {
  if (exponent === 0.5) return functions.sqrt.host(base);
  if (base < 0 && !Number.isInteger(exponent)) throw new RangeError(`power ${exponent} of ${base}`);
  return base ** exponent;
}

/** The algebra of numbers, tables over time and tensors. `t` [B] says where the tables are read. */
export function tensorAlgebra(values: Readonly<Record<string, Operand>>, t?: tf.Tensor1D): Algebra<Operand> {
  const binary =
    (host: (a: number, b: number) => number, tensor: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
    (a: Operand, b: Operand): Operand => {
      if (!isTensor(a) && !isTensor(b)) return onHost(host, a, b);
      const rank = Math.max(isTensor(a) ? a.rank : 0, isTensor(b) ? b.rank : 0);
      return tensor(toTensor(a, rank, t), toTensor(b, rank, t));
    };
  const add = binary((a, b) => a + b, tf.add);
  const mul = binary((a, b) => a * b, tf.mul);
  const tensorPower = binary(hostPower, tf.pow);
  // Host values first: one float64 coefficient meets the tensors, whatever the order they are written in.
  const hostFirst = (xs: Operand[]) => [...xs.filter((x) => !isTensor(x)), ...xs.filter(isTensor)];
  return {
    number: (n, d) => Number(n) / Number(d),
    pi: () => Math.PI,
    symbol: (name) => {
      if (!Object.hasOwn(values, name)) {
        throw new Error(`no value for ${name}; given: ${Object.keys(values).join(', ')}`);
      }
      return values[name];
    },
    add: (xs) => hostFirst(xs).reduce(add),
    mul: (xs) => hostFirst(xs).reduce(mul),
    div: binary((a, b) => a / b, tf.div),
    neg: (x) => (isTensor(x) ? tf.neg(x) : onHost((a) => -a, x)),
    pow: (base, exponent) => {
      const power =
        typeof exponent === 'object' && 'n' in exponent ? Number(exponent.n) / Number(exponent.d) : exponent;
      if (!isTensor(base) && !isTensor(power)) return onHost(hostPower, base, power);
      if (isTensor(base) && power === 2) return tf.square(base);
      if (isTensor(base) && power === 0.5) return tf.sqrt(base);
      return tensorPower(base, power);
    },
    call: (name, x) => {
      const { host, tensor } = functions[name];
      return isTensor(x) ? tensor(x) : onHost(host, x);
    },
  };
}

/**
 * Executes a formula on tensors. Safe inside `compile` and `tf.grad`: tables become constants of the graph.
 *
 * @param values numbers, tables over time (Float64Array, entries t = 0 … T) and tensors [B, …], by symbol; symbols
 *   of its table that the formula does not read are ignored
 * @param options.t times [B] at which tables are read
 * @returns a float32 tensor; a scalar when only numbers were given
 * @throws RangeError for a negative radicand, Error for a symbol without a value and for a value under a name that is no
 *   symbol; they name the formula
 */
export function execute(
  formula: Formula,
  values: Readonly<Record<string, Operand>>,
  { t }: { t?: tf.Tensor1D } = {},
): tf.Tensor {
  for (const name of Object.keys(values)) {
    if (!formula.symbols.has(name))
      throw new Error(`${formula.name}: unknown symbol ${name}${didYouMean(name, formula.symbols.names)}`);
  }
  return tf.tidy(() => {
    try {
      return toTensor(formula.apply(tensorAlgebra(values, t), values), 0, t);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const Kind = error instanceof RangeError ? RangeError : Error;
      throw new Kind(`${formula.name}: ${error.message}`, { cause: error });
    }
  });
}
