/**
 * How long a step takes, from the times of the steps of a run: the mean of the last ten. The first step is traced, which
 * tells nothing of the others, and counts only until there is another.
 */
export function timeOfStep(times: readonly number[]): number {
  const counted = times.slice(1).slice(-10);
  return counted.length === 0 ? times[0] : counted.reduce((a, b) => a + b) / counted.length;
}
