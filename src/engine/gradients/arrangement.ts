/** Repeating, stacking and splitting. */
import { tf } from '../tf.ts';
import { gradient } from './shapes.ts';

/** tfjs hands over a list of slopes, and a single one bare. */
const listed = (dys: unknown): tf.Tensor[] =>
  Array.isArray(dys) ? (dys as tf.Tensor[]) : [dys as tf.Tensor];

/** Sums the repeats of each axis, one axis after the other. */
function untile(dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor {
  return shape.reduce((sums, size, axis) => {
    const rep = reps[axis]!;
    if (rep === 1) return sums;
    const before = sums.shape.slice(0, axis);
    const after = sums.shape.slice(axis + 1);
    const count = tf.util.sizeFromShape(before);
    const split = tf.reshape(sums, [count, rep, size, tf.util.sizeFromShape(after)]);
    return tf.reshape(tf.sum(split, 1), [...before, size, ...after]);
  }, dy);
}

export const arrangementGradients: readonly tf.GradConfig[] = [
  gradient<{ reps: number[] }>('Tile', ['x'], (dy, [x], { reps }) => ({
    x: () => untile(dy, x!.shape, reps),
  })),
  gradient<{ axis: number }>('SplitV', [], (dys, _, { axis }) => ({ x: () => tf.concat(listed(dys), axis) })),
  gradient<{ axis: number }>('Unpack', [], (dys, _, { axis }) => ({
    value: () => tf.stack(listed(dys), axis),
  })),
];
