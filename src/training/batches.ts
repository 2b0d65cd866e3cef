import type { ImageSet } from '../datasets/index.ts';
import { checkValue, OptionError, shown, whole } from '../options/index.ts';
import { fold, normal, permutation, uniform, type Key } from '../engine/index.ts';

/** What one training step sees: n images with a time and a noise each. */
export interface Batch {
  readonly n: number;
  /** [n, height, width, channels] in [−1, 1]. */
  readonly x0: Float32Array;
  /** [n], whole times in 1 … T. */
  readonly t: Float32Array;
  /** Standard normal, the shape of x0. */
  readonly eps: Float32Array;
}

/**
 * The images of a set at `indices`: [n, height, width, channels].
 * @throws OptionError naming the set, when it does not give as many numbers as these images have
 */
export function imagesAt(set: ImageSet, indices: ArrayLike<number>): Float32Array {
  const values = set.images(indices);
  const expected = indices.length * set.shape[0] * set.shape[1] * set.shape[2];
  const given = (values as Float32Array | undefined)?.length;
  if (given === expected) return values;
  throw new OptionError(
    'data',
    `data ${set.name}: images() gives ${given === undefined ? shown(values) : `${given} numbers`} for ${indices.length} images of ` +
      `[${set.shape.join(', ')}]: expected ${expected} numbers`,
  );
}

/** Everything random in training, each from a stream of its own. */
export const streams = { init: 0, order: 1, times: 2, noise: 3 } as const;

const positive = whole({ min: 1 });

/**
 * The images of step 1, 2, …: every epoch goes through all of them once, in an order of its own.
 *
 * Nothing is remembered but a cache: the indices of a step follow from the key and the step alone, so training resumes
 * at any step as if it had never stopped.
 * @throws OptionError unless there are images, and `batch` and the steps asked for are whole numbers of 1 or more
 */
export function dataOrder(count: number, batch: number, key: Key): (step: number) => Uint32Array {
  checkValue('dataOrder', 'count', count, positive);
  checkValue('dataOrder', 'batch', batch, positive);
  let cached = -1;
  let order: Uint32Array = new Uint32Array(0);
  const at = (position: number): number => {
    const epoch = Math.floor(position / count);
    if (epoch !== cached) {
      order = permutation(fold(key, epoch), count);
      cached = epoch;
    }
    return order[position % count];
  };
  return (step) => {
    checkValue('dataOrder', 'step', step, positive);
    return Uint32Array.from({ length: batch }, (_, i) => at((step - 1) * batch + i));
  };
}

/**
 * n times in 1 … T, one from each n-th of the range, in the order of the range. Each is uniform over a batch at random,
 * so the loss is L_simple still, with less variance: a step sees early and late times alike.
 *
 * Source: the low-discrepancy sampler of Kingma et al. 2021 (arXiv:2107.00630), appendix I.1.
 */
export function spreadTimes(n: number, T: number, key: Key): Float32Array {
  checkValue('spreadTimes', 'n', n, positive);
  checkValue('spreadTimes', 'T', T, positive);
  const [offset] = uniform(key, 1);
  return Float32Array.from({ length: n }, (_, i) => Math.min(T, 1 + Math.floor(((i + offset) / n) * T)));
}

/** Places from … from + n − 1 of a batch: what one process of several works on. */
export interface Slice {
  readonly from: number;
  readonly n: number;
}

/**
 * The part of a batch for process `rank` of `size`; the parts differ by one image at most.
 * @throws when there are more processes than images
 */
export function sliceOf(batch: number, rank: number, size: number): Slice {
  checkValue('sliceOf', 'batch', batch, positive);
  checkValue('sliceOf', 'size', size, positive);
  checkValue('sliceOf', 'rank', rank, whole({ min: 0, max: size - 1 }));
  if (batch < size) throw new Error(`batch: ${batch}, expected ${size} or more, an image for each worker`);
  const from = Math.floor((rank * batch) / size);
  return { from, n: Math.floor(((rank + 1) * batch) / size) - from };
}

/** The batches of training, by step (from 1), or one slice of each: the very numbers of the whole in those places. */
export function batches(
  data: ImageSet,
  { batch, T, key, slice = { from: 0, n: batch } }: { batch: number; T: number; key: Key; slice?: Slice },
): (step: number) => Batch {
  const order = dataOrder(data.count, batch, fold(key, streams.order));
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  const { from, n } = slice;
  return (step) => ({
    n,
    x0: imagesAt(data, order(step).subarray(from, from + n)),
    t: spreadTimes(batch, T, fold(key, streams.times, step)).subarray(from, from + n),
    eps: normal(fold(key, streams.noise, step), n * size, from * size),
  });
}
