import { tf } from '../tf.ts';
import { expectShape } from './shapes.ts';

/**
 * Scaled dot-product attention, softmax(q·kᵀ/√d)·v (Vaswani et al. 2017, eq. 1).
 * q [B, N, D], k and v [B, M, D] → [B, N, D]; with `heads` h the last dimension is h groups of d = D/h.
 */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  { heads = 1 }: { heads?: number } = {},
): tf.Tensor3D {
  const [batch, rows, width] = q.shape;
  const d = width / heads;
  if (!Number.isInteger(d))
    throw new RangeError(`attention: ${width} channels do not divide into ${heads} heads`);
  expectShape('attention', 'k', k, [batch, k.shape[1], width]);
  expectShape('attention', 'v', v, k.shape);
  // [B, N, h·d] → [B, h, N, d]
  const split = (x: tf.Tensor3D): tf.Tensor =>
    heads === 1 ? x : tf.transpose(tf.reshape(x, [batch, x.shape[1], heads, d]), [0, 2, 1, 3]);
  const scores = tf.matMul(tf.mul(split(q), 1 / Math.sqrt(d)), split(k), false, true); // [B, (h,) N, M]
  const mixed = tf.matMul(tf.softmax(scores), split(v)); // [B, (h,) N, d]
  if (heads === 1) return mixed as tf.Tensor3D;
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, rows, width]);
}
