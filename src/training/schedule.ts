import {
  callable,
  checkOptions,
  checkValue,
  OptionError,
  real,
  requireValue,
  shown,
  whole,
  type Kind,
} from '../options/index.ts';

/** The learning rate at a step counted from 1: 0, or 2^−126 (the least of float32) or more. */
export type LearningRate = (step: number) => number;

/** The least that float32 has in full; backends take less for 0, and training would go on without moving. */
const LEAST = 2 ** -126;
const positive = real({ min: LEAST }, 'a number above 0, in float32 too: 1.2e-38 or more');
const anyRate: Kind = {
  expected: 'a number, 0 or more, and above 0 in float32 too: 1.2e-38 or more',
  accepts: (x) => x === 0 || positive.accepts(x),
};

/** @throws OptionError when the rate of this step is no number, negative, or 0 in float32 without being 0 */
export function rateAt(learningRate: LearningRate, step: number): number {
  const rate = learningRate(step);
  if (anyRate.accepts(rate)) return rate;
  throw new OptionError(
    'learningRate',
    `learningRate = ${shown(rate)} at step ${step}: expected ${anyRate.expected}`,
  );
}

/** @throws OptionError unless the rate is 2^−126 or more: less is 0 in float32 */
export function constant(rate: number): LearningRate {
  checkValue('constant', 'rate', rate, positive);
  return () => rate;
}

/**
 * `rate`, then from the middle of `steps` (or another part, `from`) on a straight line to zero just after the last step.
 * @throws OptionError unless the rate is 2^−126 or more, `steps` whole and `from` in 0 … 1
 */
export function linearDecay(rate: number, steps: number, options: { from?: number } = {}): LearningRate {
  checkValue('linearDecay', 'rate', rate, positive);
  checkValue('linearDecay', 'steps', steps, whole({ min: 1 }));
  checkOptions('linearDecay', options, { from: real({ min: 0, max: 1 }) });
  const start = (options.from ?? 0.5) * steps;
  return (step) => rate * Math.min(1, Math.max(0, (steps + 1 - step) / (steps + 1 - start)));
}

/** Rises in a straight line to `schedule` over the first `steps` steps. @throws OptionError unless `steps` is whole, 1 or more */
export function warmUp(schedule: LearningRate, steps: number): LearningRate {
  checkValue('warmUp', 'schedule', schedule, callable);
  const rise = requireValue('warmUp', 'steps', steps, whole({ min: 1 }));
  return (step) => schedule(step) * Math.min(1, step / rise);
}
