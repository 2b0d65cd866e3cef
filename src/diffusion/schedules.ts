/**
 * Noise schedules as tables over time. Every entry is a formula of `src/formulas` evaluated in float64.
 *
 * Convention: tables have T + 1 entries and are indexed by t itself. t = 1 … T are the steps of the chain, t = 0 is
 * the data: ᾱ₀ = 1, α₀ = 1, β₀ = 0. diffusers counts from 0: its timestep is t − 1.
 */
import {
  abarStep,
  alphaFromBeta,
  betaFromAbar,
  cosineAbar,
  linearBeta,
  posteriorVariance,
  scaledLinearBeta,
} from '../formulas/index.ts';
import { checkOptions, checkValue, real, text, whole, type Kinds } from '../options/index.ts';
import type { Formula } from '../symbolic/index.ts';

export interface Schedule {
  readonly name: string;
  /** Number of steps. */
  readonly T: number;
  /** What it was made from: with the name, this makes it again. Absent where it was made from its β themselves. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** β_t, noise variance added by step t. All tables: Float64Array(T + 1), not to be written to. */
  readonly beta: Float64Array;
  /** α_t = 1 − β_t. */
  readonly alpha: Float64Array;
  /** ᾱ_t = α_1 ⋯ α_t. */
  readonly abar: Float64Array;
  /** ᾱ_{t−1}; entry 0 is 1. */
  readonly abarPrev: Float64Array;
}

const steps = whole({ min: 2 }, 'a whole number of steps, 2 or more');
const variance = real({ above: 0, below: 1 }, 'a variance between 0 and 1');

interface Ends {
  T?: number;
  betaStart?: number;
  betaEnd?: number;
}
const kindsOfEnds: Kinds<Ends> = { T: steps, betaStart: variance, betaEnd: variance };

/**
 * A schedule from the noise variances of its steps.
 * @param betas β_1 … β_T, each in (0, 1]; a last β of 1 leaves no signal at T, which ε-prediction cannot use
 */
export function scheduleFromBetas(name: string, betas: ArrayLike<number>): Schedule {
  checkValue('scheduleFromBetas', 'name', name, text);
  return tables(name, betas);
}

function tables(
  name: string,
  betas: ArrayLike<number>,
  parameters?: Readonly<Record<string, number>>,
): Schedule {
  const T = betas.length;
  if (T < 1) throw new RangeError(`${name}: expected at least one β, given none`);
  const beta = new Float64Array(T + 1);
  const alpha = new Float64Array(T + 1).fill(1);
  const abar = new Float64Array(T + 1).fill(1);
  const abarPrev = new Float64Array(T + 1).fill(1);
  for (let t = 1; t <= T; t++) {
    const b = betas[t - 1];
    if (!(typeof b === 'number' && b > 0 && b <= 1))
      throw new RangeError(`${name}: β at t = ${t} is ${b}: expected a variance in (0, 1]`);
    beta[t] = b;
    alpha[t] = alphaFromBeta.evaluate({ beta: b });
    abarPrev[t] = abar[t - 1];
    abar[t] = abarStep.evaluate({ alpha: alpha[t], abarPrev: abarPrev[t] });
  }
  const origin = parameters && { parameters: Object.freeze(parameters) };
  return Object.freeze({ name, T, ...origin, beta, alpha, abar, abarPrev });
}

function fromBetaFormula(
  name: string,
  formula: Formula,
  T: number,
  ends: { betaStart: number; betaEnd: number },
): Schedule {
  const betas = Array.from({ length: T }, (_, i) => formula.evaluate({ ...ends, T, t: i + 1 }));
  return tables(name, betas, { T, ...ends });
}

/**
 * β rises in a straight line from betaStart to betaEnd (Ho et al. 2020, section 4).
 * @throws OptionError when T is no whole number ≥ 2, a variance is outside (0, 1) or an option is unknown
 */
export function linearSchedule(options: Ends = {}): Schedule {
  checkOptions('linear schedule', options, kindsOfEnds);
  const { T = 1000, betaStart = 1e-4, betaEnd = 0.02 } = options;
  return fromBetaFormula('linear', linearBeta, T, { betaStart, betaEnd });
}

/** √β rises in a straight line, as in latent diffusion (Rombach et al. 2022). Arguments as for `linearSchedule`. */
export function scaledLinearSchedule(options: Ends = {}): Schedule {
  checkOptions('scaled-linear schedule', options, kindsOfEnds);
  const { T = 1000, betaStart = 0.00085, betaEnd = 0.012 } = options;
  return fromBetaFormula('scaled-linear', scaledLinearBeta, T, { betaStart, betaEnd });
}

/**
 * ᾱ falls as a squared cosine (Nichol & Dhariwal 2021, eq. 17). β_t = 1 − ᾱ_t/ᾱ_{t−1} is capped at maxBeta, and ᾱ is
 * then the product of the capped steps; for T = 1000 the cap acts at t = T alone.
 * @throws OptionError as `linearSchedule`
 */
export function cosineSchedule(options: { T?: number; s?: number; maxBeta?: number } = {}): Schedule {
  checkOptions('cosine schedule', options, {
    T: steps,
    s: real({ min: 0 }, 'an offset of 0 or more'),
    maxBeta: variance,
  });
  const { T = 1000, s = 0.008, maxBeta = 0.999 } = options;
  const at = (t: number): number => cosineAbar.evaluate({ t, T, s });
  const betas = Array.from({ length: T }, (_, i) =>
    Math.min(betaFromAbar.evaluate({ abar: at(i + 1), abarPrev: at(i) }), maxBeta),
  );
  return tables('cosine', betas, { T, s, maxBeta });
}

/**
 * The values that formulas read at a step of the sampler from t to s < t. When steps are skipped the step is one of a
 * shorter chain: α = ᾱ_t/ᾱ_s and β = 1 − α.
 */
export function stepValues(schedule: Schedule, t: number, s: number = t - 1): Record<string, number> {
  const { T } = schedule;
  if (!(Number.isInteger(t) && Number.isInteger(s) && 0 <= s && s < t && t <= T)) {
    throw new RangeError(`step from t = ${t} to s = ${s}: expected whole numbers with 0 ≤ s < t ≤ T = ${T}`);
  }
  const abar = schedule.abar[t];
  const abarPrev = schedule.abar[s];
  if (s === t - 1) return { t, s, T, abar, abarPrev, alpha: schedule.alpha[t], beta: schedule.beta[t] };
  const beta = betaFromAbar.evaluate({ abar, abarPrev });
  return { t, s, T, abar, abarPrev, alpha: alphaFromBeta.evaluate({ beta }), beta };
}

/** A formula over the whole chain: entry t is its value at the step from t to t − 1; entry 0 is NaN, no step ends there. */
export function tabulate(
  formula: Formula,
  schedule: Schedule,
  constants: Record<string, number> = {},
): Float64Array {
  return Float64Array.from({ length: schedule.T + 1 }, (_, t) =>
    t === 0 ? NaN : formula.evaluate({ ...constants, ...stepValues(schedule, t) }),
  );
}

/**
 * log β̃_t for losses and learned variances. β̃_1 = 0 has no logarithm: t = 1 takes the value of t = 2, as in the
 * reference implementations of Ho et al. and Nichol & Dhariwal. Entry 0 is NaN.
 */
export function clippedLogPosteriorVariance(schedule: Schedule): Float64Array {
  const variance = tabulate(posteriorVariance, schedule);
  variance[1] = variance[2];
  return variance.map(Math.log);
}
