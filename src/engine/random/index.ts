/**
 * Seeded noise: the same numbers on every machine and backend.
 *
 * A key is a value, never changed: the same key gives the same numbers, and another stream is another key, made with
 * `fold(key, …)`. So a training step's noise depends on (seed, step) alone and resuming is exact.
 */
import { philox, philoxInto } from './philox.ts';

/** A stream of random numbers: a Philox key (two 32-bit words). */
export interface Key {
  readonly k0: number;
  readonly k1: number;
}

/** Words of the counter that say what a block is for, so that no two uses of one key share a block. */
const STREAM = { numbers: 0, fold: 1, seed: 2 } as const;

const makeKey = (k0: number, k1: number): Key => Object.freeze({ k0: k0 >>> 0, k1: k1 >>> 0 });

function checkInteger(value: number, what: string): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} must be an integer, got ${value}`);
}

/** Splits an integer into its low and high 32-bit words (two's complement). */
const words = (value: number): [number, number] => [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];

/** The key of a seed: any safe integer, negative ones included. */
export function randomKey(seed: number): Key {
  checkInteger(seed, 'seed');
  const [low, high] = words(seed);
  const [k0, k1] = philox([low, high, 0, STREAM.seed], [0, 0]);
  return makeKey(k0!, k1!);
}

/** A key of its own for each `data`: `fold(key, step)`, `fold(key, epoch, index)`. Integers; order matters. */
export function fold(key: Key, ...data: number[]): Key {
  return data.reduce((folded, value) => {
    checkInteger(value, 'what a key is folded with');
    const [low, high] = words(value);
    const [k0, k1] = philox([low, high, 0, STREAM.fold], [folded.k0, folded.k1]);
    return makeKey(k0!, k1!);
  }, key);
}

/** `shape` as a number of elements. */
export function countOf(shape: number | readonly number[]): number {
  const count = typeof shape === 'number' ? shape : shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`a number of samples or a shape was expected, got ${JSON.stringify(shape)}`);
  }
  return count;
}

/**
 * `count` uniform 32-bit words, after skipping `from`. Part of a longer draw: words `from` … `from + count` of it, at the
 * cost of those alone.
 */
export function bits(key: Key, count: number, from = 0): Uint32Array {
  const first = Math.floor(from / 4);
  const blocks = Math.ceil((from + count) / 4) - first;
  const out = new Uint32Array(4 * blocks);
  for (let block = 0; block < blocks; block++) {
    philoxInto(out, 4 * block, [first + block, 0, 0, STREAM.numbers], key.k0, key.k1);
  }
  return out.subarray(from % 4, (from % 4) + count);
}

/** Uniform float32 in [0, 1): the top 24 bits of a word, so that every value is exact. */
export function uniform(key: Key, shape: number | readonly number[]): Float32Array {
  return Float32Array.from(bits(key, countOf(shape)), (word) => (word >>> 8) / 2 ** 24);
}

/**
 * Standard normal float32 by Box–Muller (1958), computed in float64: words u, v give
 * √(−2 ln((u + ½)/2³²)) · (cos, sin)(2πv/2³²). Never infinite: |z| < 6.8.
 * @param from numbers skipped, so that several processes draw parts of what one would draw
 */
export function normal(key: Key, shape: number | readonly number[], from = 0): Float32Array {
  const count = countOf(shape);
  const odd = from % 2;
  const words = bits(key, 2 * Math.ceil((odd + count) / 2), from - odd);
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((words[i]! + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * words[i + 1]!) / 2 ** 32;
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle);
  }
  return out.subarray(odd, odd + count);
}

/**
 * `count` integers of low ≤ n < high, without modulo bias (the few words above the last full multiple are drawn again).
 * @throws when the range is empty or wider than 2³².
 */
export function integers(key: Key, count: number, low: number, high: number): Int32Array {
  const width = high - low;
  checkInteger(low, 'low');
  checkInteger(high, 'high');
  if (width < 1 || width > 2 ** 32) throw new RangeError(`integers need low < high, got ${low} and ${high}`);
  const draw = wordSource(key);
  return Int32Array.from({ length: countOf(count) }, () => low + below(draw, width));
}

/** A uniformly random order of 0 … n−1 (Fisher–Yates). */
export function permutation(key: Key, n: number): Uint32Array {
  const order = Uint32Array.from({ length: countOf(n) }, (_, i) => i);
  const draw = wordSource(key);
  for (let i = n - 1; i > 0; i--) {
    const j = below(draw, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** One word after another from a key. */
function wordSource(key: Key): () => number {
  const block = new Uint32Array(4);
  let next = 0;
  return () => {
    if (next % 4 === 0) philoxInto(block, 0, [next / 4, 0, 0, STREAM.numbers], key.k0, key.k1);
    next += 1;
    return block[(next - 1) % 4]!;
  };
}

/** A uniform integer of 0 ≤ n < width. Words above the largest multiple of `width` are drawn again. */
function below(draw: () => number, width: number): number {
  const limit = 2 ** 32 - (2 ** 32 % width);
  let word = draw();
  while (word >= limit) word = draw();
  return word % width;
}
