import { tf } from '../tf.ts';
import { silu } from './activation.ts';

export interface GroupNormOptions {
  /** Multiplier per channel, [C]. */
  scale: tf.Tensor1D;
  /** Added per channel, [C]. */
  shift: tf.Tensor1D;
  groups: number;
  /** Follow with x·σ(x). Default true. */
  silu?: boolean;
  /** Added to x before normalization, per sample and channel, [B, C]: how a time embedding enters. */
  timeShift?: tf.Tensor2D;
  /** Added to the variance. Default 1e-5 (PyTorch's). */
  epsilon?: number;
}

export function groupNormSilu(x: tf.Tensor4D, options: GroupNormOptions): tf.Tensor4D {
  const { scale, shift, groups, timeShift, epsilon = 1e-5 } = options;
  const [B, H, W, C] = x.shape;
  const shifted = timeShift ? tf.add(x, tf.reshape(timeShift, [B, 1, 1, C])) : x;
  const grouped = tf.reshape(shifted, [B, H * W, groups, C / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const unit = tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
  const y = tf.add(tf.mul(unit, scale), shift) as tf.Tensor4D;
  return options.silu === false ? y : silu(y);
}
