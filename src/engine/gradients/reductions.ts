/** Reductions and running sums along axes. */
import { tf } from '../tf.ts';
import { axesOf, gradient, withAxes } from './shapes.ts';
import { scatterTo } from './picks.ts';

/** Greatest or least: equal ones share the slope evenly. */
const extreme = (kernelName: string, axisAttr: string): tf.GradConfig =>
  gradient(
    kernelName,
    ['x'],
    (dy, [x, y], attrs) => ({
      x: () => {
        const axes = axesOf(attrs[axisAttr], x!);
        const taken = tf.cast(tf.equal(x!, withAxes(y!, x!, axes)), 'float32');
        return tf.mul(withAxes(dy, x!, axes), tf.div(taken, tf.sum(taken, axes, true)));
      },
    }),
    [true],
  );

interface Running {
  axis: number;
  exclusive: boolean;
  reverse: boolean;
}

/**
 * Slope of a running product, without dividing, so that zeros are no matter: with x_i taken out, the products that hold x_i
 * are P_ij, and the slope to x_i is Σ_j P_ij·dy_j.
 */
function runningProductSlope(dy: tf.Tensor, x: tf.Tensor, { axis, exclusive, reverse }: Running): tf.Tensor {
  if (x.size === 0) return tf.zerosLike(x);
  const [place] = axesOf(axis, x);
  const size = x.shape[place!]!;
  const last = [...x.shape.keys()].filter((i) => i !== place).concat(place!);
  const back = last.map((_, i) => last.indexOf(i));
  const rows = tf.reshape(tf.transpose(x, last), [-1, 1, size]);
  const slopes = tf.reshape(tf.transpose(dy, last), [-1, 1, size]);
  const without = tf.where(tf.cast(tf.eye(size), 'bool'), 1, rows); // [rows, i, k]: x with x_i as 1
  const products = tf.cumprod(without, 2, exclusive, reverse); // [rows, i, j]
  const holds = tf.cumsum(tf.eye(size), 1, exclusive, reverse); // 1 where the product j holds x_i
  const sums = tf.sum(tf.mul(tf.mul(products, holds), slopes), 2);
  return tf.transpose(
    tf.reshape(
      sums,
      last.map((i) => x.shape[i]!),
    ),
    back,
  );
}

export const reductionGradients: readonly tf.GradConfig[] = [
  extreme('Max', 'reductionIndices'),
  extreme('Min', 'axis'),
  // tfjs permutes the axes of this once more, which is right for the last axis only.
  gradient<Running>('Cumsum', [], (dy, _, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis, exclusive, !reverse),
  })),
  gradient<Running>('Cumprod', ['x'], (dy, [x], attrs) => ({ x: () => runningProductSlope(dy, x!, attrs) })),
  gradient(
    'TopK',
    ['x'],
    (dys, [x, indices]) => ({
      x: () => {
        const size = x!.shape[x!.rank - 1]!;
        const count = x!.size / Math.max(size, 1);
        const starts = tf.mul(tf.range(0, count, 1, 'int32'), tf.scalar(size, 'int32'));
        const places = tf.add(tf.reshape(indices!, [count, -1]), tf.reshape(starts, [count, 1]));
        const [values] = dys as unknown as tf.Tensor[];
        return scatterTo(x!.shape, places, values!);
      },
    }),
    [false, true],
  ),
];
