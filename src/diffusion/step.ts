import { tf } from '../engine/index.ts';
import { ddimMean, ddimVariance, posteriorMean, posteriorVariance, samplingStep } from '../formulas/index.ts';
import type { Formula } from '../symbolic/index.ts';
import { execute } from './execute.ts';
import { predictedX0 } from './parameterization.ts';
import { stepValues } from './schedules.ts';
import type { Schedule } from './schedules.ts';

/**
 * A sampler is data: the mean and the variance of x_s given x_t and the predicted x̂₀. Replace a formula to change it:
 * `{ ...ddpm, variance: posteriorVariance.with('beta') }`.
 */
export interface Sampler {
  /** 0 adds no noise, 1 adds that of the ancestral chain. Read by formulas that mention `eta`. */
  readonly eta: number;
  /** Over x0, xt, eps, alpha, beta, abar, abarPrev, sigma, eta. */
  readonly mean: Formula;
  /** Over alpha, beta, abar, abarPrev, eta. */
  readonly variance: Formula;
}

/** Ancestral sampling: draws from q(x_{t−1} | x_t, x̂₀) (Ho et al. 2020, eq. 7), the formulas proved in 03-posterior. */
export const ddpm: Sampler = Object.freeze({ eta: 1, mean: posteriorMean, variance: posteriorVariance });

/** Deterministic implicit sampling (Song et al. 2021, eq. 12 and 16); `{ ...ddim, eta: 0.5 }` lies halfway to DDPM. */
export const ddim: Sampler = Object.freeze({ eta: 0, mean: ddimMean, variance: ddimVariance });

/** @throws RangeError when η is outside [0, 1], or is set for formulas that do not read it */
export function checkSampler({ eta, mean, variance }: Sampler): void {
  if (!(eta >= 0 && eta <= 1)) {
    throw new RangeError(
      `eta = ${eta}: expected a number in [0, 1], from no noise to that of the ancestral chain`,
    );
  }
  const reads = [mean, variance].some((formula) => formula.reads.includes('eta'));
  if (!reads && eta !== 1) {
    throw new RangeError(
      `eta = ${eta}, but neither ${mean.name} nor ${variance.name} reads eta: ancestral sampling is eta = 1; use ddim for another`,
    );
  }
}

export interface StepCoefficients {
  /** What formulas read: t, s, T, abar, abarPrev, alpha, beta, eta, sigma. */
  readonly values: Readonly<Record<string, number>>;
  /** Standard deviation of the added noise; 0 on the step to s = 0. */
  readonly sigma: number;
}

/**
 * Float64 coefficients of the step from t to s < t, computed once.
 * @throws RangeError for a negative variance
 */
export function stepCoefficients(
  sampler: Sampler,
  schedule: Schedule,
  t: number,
  s: number,
): StepCoefficients {
  const values = { ...stepValues(schedule, t, s), eta: sampler.eta };
  const variance = sampler.variance.evaluate(values);
  if (variance < 0) {
    throw new RangeError(
      `${sampler.variance.name} is ${variance} at the step from t = ${t} to ${s}: a variance is never negative`,
    );
  }
  if (s === 0) return { values: { ...values, sigma: 0 }, sigma: 0 }; // no noise on the last step
  // With as much noise as there can be, the mean's radicand 1 − ᾱ_s − σ² is a difference of equals: rounding alone may make
  // it negative. Where a σ less by a few units of its last place mends that, it is the one that was meant.
  const exact = Math.sqrt(variance);
  const sigma =
    [exact, exact * (1 - 2 ** -50)].find((each) => hasMean(sampler, { ...values, sigma: each })) ?? exact;
  return { values: { ...values, sigma }, sigma };
}

/** The mean where all that it weighs is 0: defined where its coefficients are. */
function evaluateMean(mean: Formula, values: Readonly<Record<string, number>>): void {
  const all = Object.entries({ ...values, xt: 0, x0: 0, eps: 0 });
  mean.evaluate(Object.fromEntries(all.filter(([name]) => mean.reads.includes(name))));
}

/** Whether the mean's coefficients are real at these values. */
function hasMean({ mean }: Sampler, values: Record<string, number>): boolean {
  try {
    evaluateMean(mean, values);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Refuses coefficients with which no step can be taken.
 * @throws RangeError for a negative radicand, naming the step
 */
export function checkMean({ mean }: Sampler, { values }: StepCoefficients): void {
  atStep(values, () => evaluateMean(mean, values));
}

/**
 * One step of a sampler.
 * @param xt,eps,noise tensors of one shape; `noise` (standard normal) may be left out where sigma is 0
 * @returns x at time s and the x̂₀ it went through
 */
export function reverseStep(
  sampler: Sampler,
  { values, sigma }: StepCoefficients,
  { xt, eps: predicted, noise }: { xt: tf.Tensor; eps: tf.Tensor; noise?: tf.Tensor },
  clip?: readonly [low: number, high: number],
): { x: tf.Tensor; x0: tf.Tensor } {
  if (sigma > 0 && noise === undefined) {
    throw new Error(
      `the step from t = ${values.t} to ${values.s} adds noise of sigma = ${sigma}: noise is needed`,
    );
  }
  return tf.tidy(() => {
    const { x0, eps } = predictedX0(xt, predicted, { abar: values.abar, t: values.t }, clip);
    const mean = meanOf(sampler, values, { xt, x0, eps });
    return { x: sigma > 0 && noise ? execute(samplingStep, { mean, sigma, z: noise }) : mean, x0 };
  });
}

/** @throws what the formula throws, with the step at which it did */
function meanOf(
  { mean }: Sampler,
  values: StepCoefficients['values'],
  tensors: Record<'xt' | 'x0' | 'eps', tf.Tensor>,
): tf.Tensor {
  return atStep(values, () => execute(mean, { ...values, ...tensors }));
}

function atStep<R>(values: StepCoefficients['values'], compute: () => R): R {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { t, s, eta } = values;
    throw new RangeError(`${error.message} at the step from t = ${t} to s = ${s} with eta = ${eta}`, {
      cause: error,
    });
  }
}
