import { fold, normal, tf } from '../engine/index.ts';
import type { Key } from '../engine/index.ts';
import type { Schedule } from './schedules.ts';
import {
  anyOf,
  callable,
  checkOptions,
  checkValue,
  listOf,
  objectWith,
  real,
  required,
  whole,
  type Kind,
} from '../options/index.ts';
import { fallingTimes, spacing } from './spacing.ts';
import { checkMean, checkSampler, reverseStep, stepCoefficients } from './step.ts';
import type { Sampler } from './step.ts';

/**
 * A noise predictor: x_t [B, …] and times t [B] (float32, in 1 … T) → the noise in x_t, same shape. May be
 * asynchronous. The sampler disposes the result.
 */
export type EpsPredictor = (xt: tf.Tensor, t: tf.Tensor1D) => tf.Tensor | Promise<tf.Tensor>;

export interface SampleOptions extends Sampler {
  /** Shape of x, batch first: `[64, 28, 28, 1]`. */
  readonly shape: number[];
  /** Decides all noise: the same key gives the same samples on every backend. */
  readonly key: Key;
  /** How many steps (spread evenly, see `spacing`) or the times themselves, falling. Default: all T. */
  readonly steps?: number | readonly number[];
  /** Interval the data lies in; x̂₀ is kept inside it. Default: not clipped. */
  readonly clip?: readonly [low: number, high: number];
  /** Where to start instead of at noise: x at the first time, of `shape`. Not disposed. */
  readonly start?: tf.Tensor;
}

/** Ranges that depend on other options are checked where those are known. */
const anyNumber: Kind = { expected: 'a number', accepts: (x) => typeof x === 'number' };
const formula = objectWith('a formula', 'evaluate', 'apply');
const kinds = {
  shape: required(listOf(whole({ min: 1 }), { min: 1 })),
  key: required(objectWith('a key, as `randomKey(seed)` makes it', 'k0', 'k1')),
  steps: anyOf(anyNumber, listOf(whole())),
  clip: listOf(real(), { length: 2 }),
  start: objectWith('a tensor', 'shape', 'dataId'),
  eta: required(anyNumber),
  mean: required(formula),
  variance: required(formula),
};

export interface SamplerState {
  /** Steps done, 1 … n, and how many there are. */
  readonly i: number;
  readonly n: number;
  /** The time x has reached; 0 at the end. */
  readonly t: number;
  readonly x: tf.Tensor;
  /** The data as predicted on the way. */
  readonly x0: tf.Tensor;
}

/**
 * Steps from noise to data, yielding after every step: all of DDPM and DDIM.
 *
 *     for await (const { i, x, x0 } of trajectory(predictEps, schedule, { ...ddim, steps: 50, shape, key })) …
 *
 * The yielded tensors live until the generator goes on; clone what is to be kept. The last x and x0 are the caller's.
 *
 * @throws OptionError for an option that is unknown, missing or of another kind; RangeError for bad times or eta, a negative radicand, or ᾱ = 0 where the chain starts; Error for a prediction of another shape
 */
export async function* trajectory(
  predictEps: EpsPredictor,
  schedule: Schedule,
  options: SampleOptions,
): AsyncGenerator<SamplerState, void, void> {
  checkValue('trajectory', 'predictEps', predictEps, callable);
  checkValue('trajectory', 'schedule', schedule, objectWith('a schedule', 'T', 'abar', 'beta'));
  checkOptions('trajectory', options, kinds);
  const { shape, key, steps = schedule.T, clip, start, ...sampler } = options;
  checkSampler(sampler);
  checkClip(clip);
  const times = typeof steps === 'number' ? spacing(schedule.T, steps) : fallingTimes(schedule.T, steps);
  if (start && start.shape.join() !== shape.join()) {
    throw new Error(`start has shape [${start.shape.join(', ')}]: expected [${shape.join(', ')}]`);
  }
  const coefficients = times.map((t, i) => stepCoefficients(sampler, schedule, t, times[i + 1] ?? 0));
  coefficients.forEach((each) => checkMean(sampler, each));
  const noiseAt = (time: number): tf.Tensor => tf.tensor(normal(fold(key, time), shape), shape, 'float32');

  let x = start ? tf.clone(start) : noiseAt(schedule.T + 1);
  let x0: tf.Tensor | undefined;
  let handedOver = false;
  try {
    for (const [i, current] of coefficients.entries()) {
      const { t, s } = current.values;
      const eps = await predictAt(predictEps, x, t);
      let noise: tf.Tensor | undefined;
      let next: { x: tf.Tensor; x0: tf.Tensor };
      try {
        noise = current.sigma > 0 ? noiseAt(t) : undefined;
        next = reverseStep(sampler, current, { xt: x, eps, noise }, clip);
      } finally {
        tf.dispose([eps, noise].filter((tensor) => tensor !== undefined));
      }
      tf.dispose([x, x0].filter((tensor) => tensor !== undefined));
      ({ x, x0 } = next);
      handedOver = s === 0;
      yield { i: i + 1, n: times.length, t: s, x, x0 };
    }
  } finally {
    if (!handedOver) tf.dispose([x, x0].filter((tensor) => tensor !== undefined));
  }
}

/** Runs a sampler to the end and returns the samples, a tensor of `shape`. */
export async function sample(
  predictEps: EpsPredictor,
  schedule: Schedule,
  options: SampleOptions,
): Promise<tf.Tensor> {
  for await (const { i, n, x, x0 } of trajectory(predictEps, schedule, options)) {
    if (i < n) continue;
    x0.dispose();
    return x;
  }
  throw new Error('the sampler ended without its last step');
}

function checkClip(clip: readonly [number, number] | undefined): void {
  if (clip && !(clip[0] < clip[1])) throw new RangeError(`clip [${clip.join(', ')}]: expected low < high`);
}

async function predictAt(predictEps: EpsPredictor, x: tf.Tensor, t: number): Promise<tf.Tensor> {
  const times = tf.fill([x.shape[0]], t, 'float32') as tf.Tensor1D;
  try {
    const eps = await predictEps(x, times);
    if (eps.shape.join() === x.shape.join()) return eps;
    eps.dispose();
    throw new Error(
      `the predictor returned shape [${eps.shape.join(', ')}]: expected that of x, [${x.shape.join(', ')}]`,
    );
  } finally {
    times.dispose();
  }
}
