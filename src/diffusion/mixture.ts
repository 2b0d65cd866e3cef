/**
 * The exact answer as a model: a mixture of isotropic Gaussians stays one under noising, so its density, score and
 * ideal noise prediction are known at every ᾱ. Samplers and losses are tested against it without training.
 */
import { anyOf, checkOptions, listOf, required, requireValue, whole, type Kind } from '../options/index.ts';
import { fold, normal, tf, uniform } from '../engine/index.ts';
import type { Key } from '../engine/index.ts';
import { epsFromScore, marginalVariance } from '../formulas/index.ts';
import type { EpsPredictor } from './samplers.ts';
import type { Schedule } from './schedules.ts';
import { checkTimes } from './times.ts';

/** Ranges are checked where all of the mixture is known. */
const anyNumber: Kind = { expected: 'a number', accepts: (x) => typeof x === 'number' };

export interface MixtureSpec {
  /** Centres, [K][D]. */
  readonly means: readonly (readonly number[])[];
  /** Standard deviation of every coordinate, one for all components or one each; 0 is a point. */
  readonly std: number | readonly number[];
  /** Probabilities of the components; normalized. Default: equal. */
  readonly weights?: readonly number[];
}

export interface Mixture {
  readonly dimension: number;
  readonly means: readonly (readonly number[])[];
  readonly std: readonly number[];
  readonly weights: readonly number[];
  /** n exact draws, [n, D] row by row. */
  sample(key: Key, n: number): Float32Array;
  /** log q_t(x) in nats, for each row of x [n, D]; `abar` = 1 is the data itself. */
  logDensity(x: ArrayLike<number>, abar?: number): Float64Array;
  /** ∇ log q_t(x), [n, D] row by row. */
  score(x: ArrayLike<number>, abar?: number): Float64Array;
  /** E[ε | x_t = x] = −√(1−ᾱ)·score, [n, D] row by row: what a perfect noise predictor answers. */
  eps(x: ArrayLike<number>, abar: number): Float64Array;
  /** The perfect noise predictor on tensors [B, D], computed in float64. */
  predictEps(schedule: Schedule): EpsPredictor;
}

const list = (values: readonly number[]): string => `[${values.join(', ')}]`;

function checked({ means, std, weights }: MixtureSpec): Pick<Mixture, 'means' | 'std' | 'weights'> {
  const K = means.length;
  const D = means[0]?.length ?? 0;
  if (K === 0 || D === 0)
    throw new RangeError('means: expected at least one centre with at least one coordinate');
  const odd = means.find((mean) => mean.length !== D || !mean.every(Number.isFinite));
  if (odd) throw new RangeError(`mean ${list(odd)}: expected ${D} finite coordinates`);
  const stds = typeof std === 'number' ? Array<number>(K).fill(std) : std;
  if (stds.length !== K || !stds.every((v) => v >= 0 && v < Infinity)) {
    throw new RangeError(`std ${list(stds)}: expected ${K} numbers, 0 or more`);
  }
  const raw = weights ?? Array<number>(K).fill(1);
  const total = raw.reduce((sum, w) => sum + w, 0);
  if (raw.length !== K || !raw.every((w) => w >= 0) || !(total > 0 && total < Infinity)) {
    throw new RangeError(`weights ${list(raw)}: expected ${K} numbers, 0 or more, with a positive sum`);
  }
  return { means, std: stds, weights: raw.map((w) => w / total) };
}

/**
 * A mixture of isotropic Gaussians in D dimensions.
 * @throws RangeError for lengths that do not fit, a negative std or weight
 */
export function mixture(spec: MixtureSpec): Mixture {
  checkOptions('mixture', spec, {
    means: required(listOf(listOf(anyNumber))),
    std: required(anyOf(anyNumber, listOf(anyNumber))),
    weights: listOf(anyNumber),
  });
  const { means, std, weights } = checked(spec);
  const D = means[0].length;

  /** Calls `visit` for each row with the log of Σ and the responsibilities of the components at noise level ᾱ. */
  const eachRow = (
    x: ArrayLike<number>,
    abar: number,
    visit: (
      row: number,
      logTotal: number,
      share: (k: number) => number,
      variances: readonly number[],
    ) => void,
  ): void => {
    if (!(abar >= 0 && abar <= 1)) throw new RangeError(`abar = ${abar}: expected a number in [0, 1]`);
    if (x.length % D !== 0) throw new RangeError(`${x.length} numbers are no rows of ${D} coordinates`);
    const variances = std.map((v) => marginalVariance.evaluate({ abar, x0Variance: v * v }));
    if (variances.some((v) => v === 0))
      throw new RangeError('a point has no density at abar = 1: give it a std');
    const logs = new Float64Array(means.length);
    for (let row = 0; row < x.length / D; row++) {
      means.forEach((mean, k) => {
        const squared = mean.reduce((sum, m, d) => sum + (x[row * D + d] - Math.sqrt(abar) * m) ** 2, 0);
        logs[k] =
          Math.log(weights[k]) -
          squared / (2 * variances[k]) -
          (D / 2) * Math.log(2 * Math.PI * variances[k]);
      });
      const top = logs.reduce((a, b) => Math.max(a, b), -Infinity);
      const logTotal = top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
      visit(row, logTotal, (k) => Math.exp(logs[k] - logTotal), variances);
    }
  };

  const logDensity = (x: ArrayLike<number>, abar = 1): Float64Array => {
    const result = new Float64Array(x.length / D);
    eachRow(x, abar, (row, logTotal) => (result[row] = logTotal));
    return result;
  };

  const score = (x: ArrayLike<number>, abar = 1): Float64Array => {
    const result = new Float64Array(x.length);
    eachRow(x, abar, (row, _, share, variances) => {
      means.forEach((mean, k) => {
        const pull = share(k) / variances[k];
        mean.forEach((m, d) => (result[row * D + d] += pull * (Math.sqrt(abar) * m - x[row * D + d])));
      });
    });
    return result;
  };

  const eps = (x: ArrayLike<number>, abar: number): Float64Array =>
    epsFromScore.evaluate({ score: score(x, abar), abar }) as Float64Array;

  return Object.freeze({
    dimension: D,
    means,
    std,
    weights,
    logDensity,
    score,
    eps,
    sample: (key: Key, n: number) =>
      draw(key, requireValue('mixture', 'n', n, whole({ min: 0 })), { means, std, weights }),
    predictEps:
      (schedule: Schedule): EpsPredictor =>
      async (x, t) => {
        const [values, times] = await Promise.all([x.data(), t.data()]);
        checkTimes(times, { from: 0, T: schedule.T });
        const width = values.length / times.length;
        const exact = new Float32Array(values.length);
        for (let row = 0, end = 0; row < times.length; row = end) {
          while (end < times.length && times[end] === times[row]) end++; // rows of one time share its coefficients
          const part = values.subarray(row * width, end * width);
          exact.set(eps(part, schedule.abar[times[row]]), row * width);
        }
        return tf.tensor(exact, x.shape, 'float32');
      },
  });
}

function draw(
  key: Key,
  n: number,
  { means, std, weights }: Pick<Mixture, 'means' | 'std' | 'weights'>,
): Float32Array {
  const D = means[0].length;
  const choices = uniform(fold(key, 0), n);
  const noise = normal(fold(key, 1), n * D);
  const points = new Float32Array(n * D);
  for (let i = 0; i < n; i++) {
    let k = 0;
    for (let rest = choices[i] - weights[0]; rest >= 0 && k < means.length - 1; rest -= weights[k]) k++;
    means[k].forEach((m, d) => (points[i * D + d] = m + std[k] * noise[i * D + d]));
  }
  return points;
}
