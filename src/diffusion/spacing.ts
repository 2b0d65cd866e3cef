import { checkTimes } from './times.ts';

/** Halves go to the even neighbour, as NumPy rounds, so that the times agree with diffusers' `linspace` spacing. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * n times spread evenly over 1 … T, falling: the first is T, the last is 1. A sampler steps from each to the next, and
 * from the last to t = 0, where ᾱ = 1.
 *
 * diffusers counts its timesteps from 0: `spacing(1000, 10)` is 1000, 889, …, 1, its 999, 888, …, 0.
 * A single step starts at T.
 *
 * @throws RangeError unless n is a whole number in 1 … T
 */
export function spacing(T: number, n: number): number[] {
  if (!Number.isInteger(n) || n < 1 || n > T) {
    throw new RangeError(`steps = ${n}: expected a whole number from 1 to T = ${T}`);
  }
  if (n === 1) return [T];
  const gap = (T - 1) / (n - 1);
  return Array.from({ length: n }, (_, i) => roundHalfEven(i * gap) + 1).reverse();
}

/** Checks times chosen by hand: whole, falling, within 1 … T. */
export function fallingTimes(T: number, times: readonly number[]): readonly number[] {
  checkTimes(times, { from: 1, T });
  times.forEach((t, i) => {
    if (i > 0 && t >= times[i - 1]) throw new RangeError(`times must fall: ${times[i - 1]} then ${t}`);
  });
  if (times.length === 0) throw new RangeError('no times to step through: expected at least one');
  return times;
}
