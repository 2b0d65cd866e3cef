import { expect } from 'vitest';
import { tf } from '../../src/engine/index.ts';

/** Entry by entry, |ours − theirs| ≤ tolerance·max(1, |theirs|). */
export function closeTo(
  ours: ArrayLike<number>,
  theirs: ArrayLike<number>,
  tolerance: number,
  of = '',
): void {
  expect(ours.length).toBe(theirs.length);
  const worst = Array.from(theirs, (b, i) => Math.abs(ours[i] - b) / Math.max(1, Math.abs(b)));
  expect(Math.max(...worst), of).toBeLessThanOrEqual(tolerance);
}

/** Runs `fn` and expects that exactly `kept` new tensors are alive afterwards. */
export function noLeak(kept: number, fn: () => unknown): void {
  const before = tf.memory().numTensors;
  fn();
  expect(tf.memory().numTensors - before).toBe(kept);
}
