import type { ImageSet } from '../datasets/index.ts';
import type { Schedule } from '../diffusion/index.ts';
import { checkOptions, OptionError, whole } from '../options/index.ts';
import { compile, fold, normal, randomKey, tf } from '../engine/index.ts';
import type { Denoiser } from '../models/index.ts';
import { imagesAt, type Batch } from './batches.ts';
import { batchLoss, batchTensors, type BatchTensors } from './step.ts';

/** Not the seed of training: losses of different runs are compared on the same noise. */
const validationKey = randomKey(20_200_619);
const CHUNK = 64;

/** Held-out images in one estimate, unless told otherwise. */
export const VALIDATION_IMAGES = 512;

/** Flat parameters [N] → mean squared error of the noise. */
export interface Validator {
  (vector: tf.Tensor1D): Promise<number>;
  /** Frees what was compiled. */
  dispose(): void;
}

/**
 * An estimate of L_simple on held-out images that differs only when the network does: the same images, one time from
 * each stratum of 1 … T and one fixed noise each, whatever the seed of training.
 * @throws OptionError when there are no images, or `images` is no whole number of 1 or more
 */
export function validator(
  model: Denoiser,
  schedule: Schedule,
  data: ImageSet,
  options: { images?: number } = {},
): Validator {
  checkOptions('validator', options, { images: whole({ min: 1 }) });
  const { images = VALIDATION_IMAGES } = options;
  if (data.count === 0)
    throw new OptionError('data', `validator: ${data.name} has no images: expected 1 or more`);
  const count = Math.min(images, data.count);
  const chunks: Batch[] = [];
  for (let from = 0; from < count; from += CHUNK)
    chunks.push(chunk(data, from, Math.min(CHUNK, count - from), count));
  const loss = compile((vector: tf.Tensor1D, batch: BatchTensors) =>
    batchLoss(model, schedule, vector, batch),
  );

  function chunk(set: ImageSet, from: number, n: number, of: number): Batch {
    const indices = Uint32Array.from({ length: n }, (_, i) => from + i);
    const size = set.shape[0] * set.shape[1] * set.shape[2];
    return {
      n,
      x0: imagesAt(set, indices),
      t: Float32Array.from(indices, (i) => 1 + Math.floor(((stride(i, of) + 0.5) / of) * schedule.T)),
      eps: normal(fold(validationKey, from), n * size),
    };
  }

  const estimate = async (vector: tf.Tensor1D): Promise<number> => {
    let sum = 0;
    for (const batch of chunks) {
      const tensors = batchTensors(batch, data.shape);
      let result: tf.Scalar | undefined;
      try {
        result = await loss(vector, tensors);
        sum += (await result.data())[0] * batch.n;
      } finally {
        tf.dispose(tensors);
        result?.dispose();
      }
    }
    return sum / count;
  };
  return Object.assign(estimate, { dispose: () => loss.dispose() });
}

/** Visits 0 … count − 1 in big steps, so that each chunk has times of the whole range. */
function stride(i: number, count: number): number {
  let step = Math.max(1, Math.round(count * 0.618));
  while (gcd(step, count) !== 1) step++;
  return (i * step) % count;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
