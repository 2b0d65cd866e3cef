import { tf } from '../engine/index.ts';
import { forwardMarginal } from '../formulas/index.ts';
import { execute } from './execute.ts';
import type { Schedule } from './schedules.ts';

/**
 * x_t ~ q(x_t | x_0) for a batch: the forward marginal with given noise.
 *
 * @param x0 data [B, …]
 * @param t times [B] in 1 … T (0 gives x0 back), int32 or float32
 * @param eps standard normal noise, shape of x0
 * @throws RangeError for a time that is no whole number from 0 to T; inside `compile`, where times cannot be read, its x_t is NaN
 * @returns x_t, shape of x0. Square roots are taken in float64, once per time; safe inside `compile`.
 */
export function diffuse(schedule: Schedule, x0: tf.Tensor, t: tf.Tensor1D, eps: tf.Tensor): tf.Tensor {
  return execute(forwardMarginal, { x0, eps, abar: schedule.abar }, { t });
}
