import { isTracing, tf } from '../engine/index.ts';

/**
 * Refuses times that are not times of the chain. It never rounds: a formula at t = 0.5 is not the one at t = 0.
 * @throws RangeError naming the first that is no whole number from `from` to T
 */
export function checkTimes(times: ArrayLike<number>, { from, T }: { from: number; T: number }): void {
  for (let i = 0; i < times.length; i++) {
    if (Number.isInteger(times[i]) && times[i] >= from && times[i] <= T) continue;
    throw new RangeError(`time t = ${times[i]}: expected a whole number from ${from} to T = ${T}`);
  }
}

/** The same for a tensor, where its values can be read now: not in a compiled function, nor at once from a GPU. */
export function checkTimesNow(t: tf.Tensor1D, range: { from: number; T: number }): void {
  if (!isTracing() && tf.getBackend() !== 'webgpu') checkTimes(t.dataSync(), range);
}

/**
 * Entries of a table over time at t [B]: `table[t]` as float32 [B].
 *
 * Where the times cannot be read (see {@link checkTimesNow}) the entry of a time that is none is NaN.
 * @throws RangeError for a time that is no whole number from 0 to T
 */
export function entriesAt(table: Float64Array, t: tf.Tensor1D): tf.Tensor1D {
  const T = table.length - 1;
  checkTimesNow(t, { from: 0, T });
  return tf.tidy(() => {
    const times = tf.cast(t, 'float32');
    // NaN is equal to nothing, and in no range.
    const inRange = tf.logicalAnd(tf.greaterEqual(times, 0), tf.lessEqual(times, T));
    const valid = tf.logicalAnd(inRange, tf.equal(times, tf.floor(times)));
    const places = tf.cast(tf.where(valid, times, tf.zerosLike(times)), 'int32');
    const found = tf.gather(tf.tensor1d(Float32Array.from(table)), places);
    return tf.where(valid, found, tf.fill(found.shape, NaN)) as tf.Tensor1D;
  });
}
