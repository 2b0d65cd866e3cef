import { tf } from '../tf.ts';
import { expectRank } from './shapes.ts';

/** Each pixel twice in both directions: x [B, H, W, C] → [B, 2H, 2W, C]. */
export function upsampleNearest(x: tf.Tensor4D): tf.Tensor4D {
  expectRank('upsampleNearest', 'x', x, 4);
  return upsample(x) as tf.Tensor4D;
}

/** The gradient is the sum over each 2×2 block: four times average pooling, which every backend has fast. */
const upsample = tf.customGrad((input) => {
  const x = input as tf.Tensor4D;
  const [, height, width] = x.shape;
  return {
    value: tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]),
    gradFunc: (dy: tf.Tensor) => tf.mul(tf.avgPool(dy as tf.Tensor4D, 2, 2, 'valid'), 4),
  };
});
