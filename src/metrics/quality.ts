import type { tf } from '../engine/index.ts';
import type { TrainedClassifier } from '../training/index.ts';

/** How much a set of samples looks like what a classifier knows. */
export interface Quality {
  readonly n: number;
  /** Share of samples of whose class the classifier is surer than the threshold. */
  readonly confident: number;
  readonly threshold: number;
  /** Mean over samples of the highest probability. */
  readonly meanConfidence: number;
  /** How many confident samples each class has. */
  readonly counts: readonly number[];
  /** How many classes have a confident sample. */
  readonly classes: number;
}

/**
 * Confidence and class coverage of samples by a classifier trained on the same data.
 *
 * A crude measure: it sees neither blur that the classifier ignores nor samples that are all alike within a class. It
 * costs one forward pass, and it tells noise from digits.
 *
 * @param samples [n, H, W, C] in [−1, 1]; not disposed
 */
export async function digitQuality(
  samples: tf.Tensor4D,
  classifier: Pick<TrainedClassifier, 'probabilities'>,
  { threshold = 0.8 }: { threshold?: number } = {},
): Promise<Quality> {
  return qualityOf(await classifier.probabilities(samples), threshold);
}

/** The same from class probabilities, one row a sample. @throws Error when there are none, or a row is no distribution */
export function qualityOf(rows: readonly ArrayLike<number>[], threshold = 0.8): Quality {
  if (rows.length === 0) throw new Error('quality: no samples, expected at least one');
  if (!(threshold > 0 && threshold < 1))
    throw new Error(`quality: threshold ${threshold}, expected 0 < threshold < 1`);
  const counts = new Array<number>(rows[0].length).fill(0);
  let sum = 0;
  rows.forEach((row, i) => {
    const probabilities = Array.from(row);
    const total = probabilities.reduce((a, b) => a + b, 0);
    if (!(Math.abs(total - 1) < 1e-3))
      throw new Error(`quality: sample ${i}: probabilities add up to ${total}, expected 1`);
    const highest = Math.max(...probabilities);
    sum += highest;
    if (highest > threshold) counts[probabilities.indexOf(highest)]++;
  });
  const confident = counts.reduce((a, b) => a + b, 0);
  return {
    n: rows.length,
    confident: confident / rows.length,
    threshold,
    meanConfidence: sum / rows.length,
    counts,
    classes: counts.filter((count) => count > 0).length,
  };
}
