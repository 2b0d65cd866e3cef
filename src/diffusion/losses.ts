import { tf } from '../engine/index.ts';
import { squaredError } from '../formulas/index.ts';
import { execute } from './execute.ts';
import { diffuse } from './forward.ts';
import { checkSignal } from './parameterization.ts';
import type { Schedule } from './schedules.ts';
import { checkTimesNow } from './times.ts';

/** Mean over batch and coordinates of (ε − ε̂)², the integrand of L_simple. Both [B, …]. @throws when their shapes differ */
export function epsError(eps: tf.Tensor, epsHat: tf.Tensor): tf.Scalar {
  // Broadcasting would make a loss of them all the same.
  if (eps.shape.join() !== epsHat.shape.join())
    throw new Error(
      `the prediction has shape [${epsHat.shape.join(', ')}]: expected that of the noise, [${eps.shape.join(', ')}]`,
    );
  return tf.tidy(() => tf.mean(execute(squaredError, { eps, epsHat })) as tf.Scalar);
}

/** A noise predictor that answers at once, as inside `compile` and `tf.grad`. */
export type SyncEpsPredictor = (xt: tf.Tensor, t: tf.Tensor1D) => tf.Tensor;

/**
 * L_simple (Ho et al. 2020, eq. 14) on one batch: noise the data, predict the noise, mean squared error.
 *
 * @param predictEps sees x_t and t
 * @param batch x0 [B, …], times t [B] drawn from 1 … T, noise eps of x0's shape
 * @throws when a time is no whole number from 1 to T, the prediction has another shape, or ᾱ_T = 0: the noise of a pure-noise input says nothing about the data, so ε-prediction is refused
 */
export function simpleLoss(
  predictEps: SyncEpsPredictor,
  schedule: Schedule,
  { x0, t, eps }: { x0: tf.Tensor; t: tf.Tensor1D; eps: tf.Tensor },
): tf.Scalar {
  checkSignal(schedule.abar[schedule.T], schedule.T);
  checkTimesNow(t, { from: 1, T: schedule.T });
  return tf.tidy(() => epsError(eps, predictEps(diffuse(schedule, x0, t, eps), t)));
}
