import { tf } from '../tf.ts';
import { expectShape } from './shapes.ts';

/** x + b over the last dimension: x [..., C], b [C]. The kernel `BiasAdd` and its gradient are the engine's own. */
export function addBias<T extends tf.Tensor>(x: T, b: tf.Tensor1D): T {
  expectShape('addBias', 'b', b, [x.shape[x.rank - 1]!]);
  return tf.engine().runKernel('BiasAdd', { x, b }) as tf.Tensor as T;
}
