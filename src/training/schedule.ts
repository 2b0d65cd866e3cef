/** The learning rate at a step counted from 1. */
export type LearningRate = (step: number) => number;

export const constant =
  (rate: number): LearningRate =>
  () =>
    rate;

/** `rate`, then from the middle of `steps` on a straight line to zero just after the last step. */
export const linearDecay =
  (rate: number, steps: number, { from = 0.5 }: { from?: number } = {}): LearningRate =>
  (step) => {
    const start = from * steps;
    return rate * Math.min(1, Math.max(0, (steps + 1 - step) / (steps + 1 - start)));
  };

/** Rises in a straight line to `schedule` over the first `steps` steps. */
export const warmUp =
  (schedule: LearningRate, steps: number): LearningRate =>
  (step) =>
    schedule(step) * Math.min(1, step / steps);
