/**
 * Noise drawn inside a compiled function, for devices to which uploading it would take longer than a step.
 *
 * Its stream is TensorFlow's `StatelessRandomNormal`, another than that of `normal`: Philox4x32-10 under a key and a counter
 * that one block scrambles from the seed, and Box–Muller on 23-bit fractions, in float32. Where a backend has no such
 * operation the same stream is computed here; the two differ by the rounding of logarithm and sine only.
 */
import { expectNoPart } from '../purity.ts';
import { tf } from '../tf.ts';
import { countOf, type Key } from './index.ts';
import { philox, philoxInto } from './philox.ts';

/** A key as an argument of a compiled function: int32 [2]. A function that draws must get another one at each call. */
export const keyTensor = ({ k0, k1 }: Key): tf.Tensor1D => tf.tensor1d([k0 | 0, k1 | 0], 'int32');

/**
 * Standard normal float32 of this shape, inside a compiled function too. The same key and shape give the same numbers.
 * @param key int32 [2], made with `keyTensor`
 */
export function normalInGraph<S extends number[]>(key: tf.Tensor1D, shape: [...S]): tf.Tensor {
  expectNoPart('normalInGraph()');
  countOf(shape);
  if (key.dtype !== 'int32' || key.size !== 2) {
    throw new RangeError(`normalInGraph: key is ${key.dtype} [${key.shape}], expected one of keyTensor()`);
  }
  return tf.engine().runKernel('StatelessRandomNormal', { seed: key }, { shape }) as tf.Tensor;
}

/** Initial key of the block that scrambles a seed: tensorflow/core/kernels/stateless_random_ops.cc, GenerateKey. */
const SCRAMBLE = [0x3ec8f720, 0x02461e29] as const;
/** Of float32's fraction; TensorFlow's Uint32ToFloat keeps the low 23 bits of a word. */
const FRACTION = 2 ** 23;
/** Keeps the logarithm finite: tensorflow/core/lib/random/random_distributions_utils.h, BoxMullerFloat. */
const SMALLEST = Math.fround(1e-7);

/** The numbers of TensorFlow's StatelessRandomNormal for an int32 seed of two words. */
export function statelessNormal(seed: ArrayLike<number>, count: number): Float32Array {
  const [low, high] = [seed[0]! | 0, seed[1]! | 0];
  // Each int32 is widened to 64 bits with its sign.
  const [k0, k1, c2, c3] = philox([low, low >> 31, high, high >> 31], SCRAMBLE);
  const words = new Uint32Array(4);
  const out = new Float32Array(4 * Math.ceil(count / 4));
  for (let at = 0; at < out.length; at += 4) {
    philoxInto(words, 0, [at / 4, 0, c2!, c3!], k0!, k1!);
    for (const pair of [0, 2]) {
      const u = Math.max((words[pair]! % FRACTION) / FRACTION, SMALLEST);
      const angle = 2 * Math.PI * ((words[pair + 1]! % FRACTION) / FRACTION);
      const radius = Math.sqrt(-2 * Math.log(u));
      out[at + pair] = radius * Math.sin(angle);
      out[at + pair + 1] = radius * Math.cos(angle);
    }
  }
  return out.subarray(0, count);
}
