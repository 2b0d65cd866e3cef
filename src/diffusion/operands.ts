import { tf } from '../engine/index.ts';
import { entriesAt } from './times.ts';

/**
 * What a formula computes with when it is executed.
 *
 * - `number`: a coefficient, in float64.
 * - `Float64Array`: a table over time, one entry for each of t = 0 … T. It stands for "the entry at each example's t".
 * - `Tensor`: float32 data, first axis the batch when tables take part.
 */
export type Operand = number | Float64Array | tf.Tensor;

export const isTensor = (x: Operand): x is tf.Tensor => x instanceof tf.Tensor;

const isTable = (x: Operand): x is Float64Array => x instanceof Float64Array;

/** Applies a float64 function to numbers and tables; tables go entry by entry, numbers are repeated. */
export function onHost(
  fn: (...args: number[]) => number,
  ...args: (number | Float64Array)[]
): number | Float64Array {
  const tables = args.filter(isTable);
  if (tables.length === 0) return fn(...(args as number[]));
  const { length } = tables[0];
  const odd = tables.find((table) => table.length !== length);
  if (odd)
    throw new Error(
      `tables over time of lengths ${length} and ${odd.length}: they belong to different schedules`,
    );
  return Float64Array.from({ length }, (_, i) => fn(...args.map((x) => (isTable(x) ? x[i] : x))));
}

/**
 * The float32 tensor of a host value, shaped to broadcast against a tensor of the given rank:
 * a number → scalar; a table → its entries at `t`, [B] → [B, 1, …, 1].
 * @throws RangeError for a time that is no whole number from 0 to T
 */
export function toTensor(x: Operand, rank: number, t: tf.Tensor1D | undefined): tf.Tensor {
  if (isTensor(x)) return x;
  if (typeof x === 'number') return tf.scalar(x, 'float32');
  if (t === undefined) {
    throw new Error(
      'a table over time was given without the times to read it at: execute(formula, values, { t })',
    );
  }
  const column = entriesAt(x, t); // [B]
  return rank <= 1 ? column : tf.reshape(column, [t.shape[0], ...Array<number>(rank - 1).fill(1)]);
}
