/** Broadcasting and reductions, undone. */
import { tf } from '../tf.ts';

/** Sums dy over the axes along which an operand of this shape was broadcast. */
export function sumTo(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (String(dy.shape) === String(shape)) return dy;
  const extra = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  );
  return tf.reshape(tf.sum(dy, axes), [...shape]);
}

/** The result of a reduction of x along `axes`, with the axes it lost put back as 1. */
export function withAxes(reduced: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  return tf.reshape(
    reduced,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

/** The axes that an attribute of tfjs names: none is all, negative ones count from the end. */
export const axesOf = (axis: unknown, x: tf.Tensor): number[] =>
  tf.util.parseAxisParam(axis as number | number[], x.shape);

/** One gradient, with the types of tfjs left out. */
export const gradient = <Attrs = Record<string, unknown>>(
  kernelName: string,
  inputsToSave: string[],
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[], attrs: Attrs) => Record<string, () => tf.Tensor>,
  outputsToSave: boolean[] = [],
): tf.GradConfig => ({
  kernelName,
  inputsToSave,
  outputsToSave,
  gradFunc: gradFunc as unknown as tf.GradFunc,
});
