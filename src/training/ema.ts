import { tf } from '../engine/index.ts';
import { real, requireValue, whole } from '../options/index.ts';

/** How much of a moving average a step may keep. */
export const decayKind = real({ min: 0, below: 1 });

/**
 * How much of the average is kept at `step` (from 1): min(decay, (1 + step)/(10 + step)), so that the first steps do not
 * leave the random start in it. The decay is 0 or more and below 1. The warm-up is the one of TensorFlow's `ExponentialMovingAverage`.
 */
export const emaDecay = (decay: number, step: number): number =>
  Math.min(
    requireValue('emaDecay', 'decay', decay, decayKind),
    (1 + requireValue('emaDecay', 'step', step, whole({ min: 1 }))) / (10 + step),
  );

/** decay·average + (1 − decay)·value, all [N]; `decay` is a scalar tensor. Compiles. */
export const ema = (average: tf.Tensor1D, value: tf.Tensor1D, decay: tf.Tensor): tf.Tensor1D =>
  tf.add(value, tf.mul(tf.sub(average, value), decay));
