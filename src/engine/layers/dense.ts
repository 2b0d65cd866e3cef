import { addBias } from './bias.ts';
import { expectShape } from './shapes.ts';
import { tf } from '../tf.ts';

/**
 * x·w + b over the last dimension: x [..., I], w [I, O], b [O] → [..., O].
 * @throws when the shapes do not fit.
 */
export function dense(x: tf.Tensor, w: tf.Tensor2D, b?: tf.Tensor1D): tf.Tensor {
  const inputs = x.shape[x.rank - 1]!;
  expectShape('dense', 'w', w, [inputs, w.shape[1]]);
  const rows = tf.matMul(tf.reshape(x, [-1, inputs]), w); // [rows, O]
  const y = b ? addBias(rows, b) : rows;
  return tf.reshape(y, [...x.shape.slice(0, -1), w.shape[1]]);
}
