import { tf } from '../engine/index.ts';
import { anyOf, checkOptions, oneOf, real } from '../options/index.ts';

export interface AdamOptions {
  /** Decay of the mean of gradients, 0 or more and below 1. */
  beta1?: number;
  /** Decay of the mean of squared gradients, 0 or more and below 1. */
  beta2?: number;
  /** Added to the root of the mean of squares; above 0, in float32. */
  eps?: number;
  /** Decoupled: each step first shrinks the parameters by learning rate × this (AdamW). */
  weightDecay?: number;
  /** Largest norm of the gradient; longer ones are scaled to it. */
  clipNorm?: number;
}

/** Running means of the gradient and of its square, [N] each. */
export type Moments = {
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
};

/** An optimizer over one flat vector, as pure functions. */
export interface Optimizer<State> {
  /**
   * Its name and options, as a checkpoint records them to compare on resume: whatever `scalars` and `update` depend on. Plain
   * data, as JSON holds it.
   */
  readonly settings: Readonly<Record<string, string | number>>;
  init(size: number): State;
  /** What one update needs beside tensors, in float64: `step` counts from 1. */
  scalars(step: number, learningRate: number): Float64Array;
  /** (parameters, gradient, state, scalars as a tensor) → the next parameters and state. Compiles. */
  update(
    parameters: tf.Tensor1D,
    gradient: tf.Tensor1D,
    state: State,
    scalars: tf.Tensor1D,
  ): { parameters: tf.Tensor1D; state: State };
}

/**
 * Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1) with exact bias correction; with `weightDecay` it is AdamW
 * (Loshchilov & Hutter 2019, arXiv:1711.05101). The numbers are those of `torch.optim`.
 * @throws OptionError for an unknown option, or a value out of its range
 */
export function adam(options: AdamOptions = {}): Optimizer<Moments> {
  checkOptions('adam', options, {
    beta1: real({ min: 0, below: 1 }),
    beta2: real({ min: 0, below: 1 }),
    eps: real({ min: 1e-37 }), // float32 has little below: 0/0 where a gradient is 0
    weightDecay: real({ min: 0 }),
    clipNorm: anyOf(real({ min: 1e-37 }), oneOf(Infinity)),
  });
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0, clipNorm = Infinity } = options;
  return {
    settings: { name: 'adam', beta1, beta2, eps, weightDecay, ...(clipNorm < Infinity ? { clipNorm } : {}) },
    init: (size) => ({ m: tf.zeros([size]), v: tf.zeros([size]) }),
    scalars: (step, learningRate) =>
      Float64Array.of(
        learningRate / (1 - beta1 ** step),
        1 / Math.sqrt(1 - beta2 ** step),
        1 - learningRate * weightDecay,
      ),
    update(parameters, gradient, state, scalars) {
      const [stepSize, correction, keep] = tf.unstack(scalars);
      const g = clipNorm < Infinity ? clipped(gradient, clipNorm) : gradient;
      const m = tf.add(tf.mul(state.m, beta1), tf.mul(g, 1 - beta1)) as tf.Tensor1D;
      const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(g), 1 - beta2)) as tf.Tensor1D;
      const direction = tf.div(m, tf.add(tf.mul(tf.sqrt(v), correction), eps));
      const kept = weightDecay === 0 ? parameters : tf.mul(parameters, keep);
      return { parameters: tf.sub(kept, tf.mul(direction, stepSize)) as tf.Tensor1D, state: { m, v } };
    },
  };
}

/** g, scaled down when its norm is above `limit`; the 1e-6 is that of `torch.nn.utils.clip_grad_norm_`. */
function clipped(g: tf.Tensor1D, limit: number): tf.Tensor1D {
  const length = tf.sqrt(tf.sum(tf.square(g)));
  return tf.mul(g, tf.minimum(1, tf.div(limit, tf.add(length, 1e-6))));
}
