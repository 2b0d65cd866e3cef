import { tf } from '../engine/index.ts';

/**
 * How much of the average is kept at `step` (from 1): min(decay, (1 + step)/(10 + step)), so that the first steps do not
 * leave the random start in it. The warm-up is the one of TensorFlow's `ExponentialMovingAverage`.
 */
export const emaDecay = (decay: number, step: number): number => Math.min(decay, (1 + step) / (10 + step));

/** decay·average + (1 − decay)·value, all [N]; `decay` is a scalar tensor. Compiles. */
export const ema = (average: tf.Tensor1D, value: tf.Tensor1D, decay: tf.Tensor): tf.Tensor1D =>
  tf.add(value, tf.mul(tf.sub(average, value), decay));
