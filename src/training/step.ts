import { simpleLoss, type Schedule } from '../diffusion/index.ts';
import { compile, tf } from '../engine/index.ts';
import { unflatten, type Denoiser, type Params } from '../models/index.ts';
import type { Moments, Optimizer } from './adam.ts';
import type { Batch } from './batches.ts';
import { totals, type Share } from './share.ts';
import { ema } from './ema.ts';

/** Everything that training carries from step to step; four vectors of N numbers. */
export type TrainingState = {
  readonly parameters: tf.Tensor1D;
  /** Their moving average: what samples are drawn with. */
  readonly average: tf.Tensor1D;
  readonly moments: Moments;
};

export type BatchTensors = {
  readonly x0: tf.Tensor4D;
  readonly t: tf.Tensor1D;
  readonly eps: tf.Tensor4D;
};

export function batchTensors(
  { n, x0, t, eps }: Batch,
  shape: readonly [number, number, number],
): BatchTensors {
  return { x0: tf.tensor4d(x0, [n, ...shape]), t: tf.tensor1d(t), eps: tf.tensor4d(eps, [n, ...shape]) };
}

/**
 * A network's answer to x_t at a time t of the chain. The chain counts 1 … T (t = 0 is the data), networks count from 0
 * as in diffusers: the one place where the two meet.
 */
export const predictNoise = (model: Denoiser, params: Params, x: tf.Tensor, t: tf.Tensor1D): tf.Tensor =>
  model.apply(params, x as tf.Tensor4D, tf.sub(t, 1));

/** L_simple of the network on one batch, as a function of its flat parameters. */
export function batchLoss(
  model: Denoiser,
  schedule: Schedule,
  vector: tf.Tensor1D,
  batch: BatchTensors,
): tf.Scalar {
  const params = unflatten(model, vector);
  return simpleLoss((x, t) => predictNoise(model, params, x, t), schedule, batch);
}

/**
 * One training step as one compiled pure function: (state, batch, scalars) → the next state and the loss before it.
 * `scalars` are what changes from step to step: those of the optimizer, how much of the average is kept, and whether to
 * stop after it (any number but 0), which comes out as what all the processes say.
 *
 * @param share how this process takes part where several train together: gradient and loss are those of the whole batch
 */
export function trainingStep(
  model: Denoiser,
  schedule: Schedule,
  optimizer: Optimizer<Moments>,
  share?: Share,
) {
  return compile(
    (
      { parameters, average, moments }: TrainingState,
      batch: BatchTensors,
      scalars: { optimizer: tf.Tensor1D; decay: tf.Scalar; stop: tf.Scalar },
    ): { state: TrainingState; loss: tf.Scalar; stop: tf.Scalar } => {
      const { value, grad } = tf.valueAndGrad((vector: tf.Tensor) =>
        batchLoss(model, schedule, vector as tf.Tensor1D, batch),
      )(parameters);
      const own = { gradient: grad as tf.Tensor1D, loss: value as tf.Scalar, stop: scalars.stop };
      const { gradient, loss, stop } = share ? totals(share, own) : own;
      const next = optimizer.update(parameters, gradient, moments, scalars.optimizer);
      const state = {
        parameters: next.parameters,
        average: ema(average, next.parameters, scalars.decay),
        moments: next.state,
      };
      return { state, loss, stop };
    },
    { name: 'trainingStep' },
  );
}
