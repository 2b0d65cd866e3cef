import { tf } from '../tf.ts';

/**
 * Sinusoidal embedding of time steps (Ho et al. 2020, after Vaswani et al. 2017, section 3.5): t [B] → [B, width],
 * angles t·10000^(−i/half) for i = 0 … half − 1; sines first, or cosines with `cosFirst` (diffusers' flip_sin_to_cos).
 * `shift` is subtracted from the exponent's divisor (diffusers' freq_shift; its U-Net uses 0).
 */
export function timestepEmbedding(
  t: tf.Tensor1D,
  width: number,
  { cosFirst = false, shift = 0 }: { cosFirst?: boolean; shift?: number } = {},
): tf.Tensor2D {
  if (width % 2 !== 0) throw new RangeError(`timestepEmbedding: width must be even, got ${width}`);
  const half = width / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp((-Math.log(10_000) * i) / (half - shift)),
  );
  const angles = tf.mul(tf.reshape(tf.cast(t, 'float32'), [-1, 1]), tf.tensor2d(frequencies, [1, half])); // [B, half]
  const parts = [tf.sin(angles), tf.cos(angles)];
  return tf.concat(cosFirst ? parts.reverse() : parts, 1) as tf.Tensor2D;
}
