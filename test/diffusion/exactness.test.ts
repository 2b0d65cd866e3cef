/**
 * DDPM is exact where the data is one Gaussian, and there its mean and variance can be propagated in closed form: every
 * step is affine in x_t, so two probes give its slope and offset, and no sampling error hides a wrong coefficient.
 */
import { beforeAll, expect, test } from 'vitest';
import {
  cosineSchedule,
  ddpm,
  linearSchedule,
  mixture,
  reverseStep,
  stepCoefficients,
} from '../../src/diffusion/index.ts';
import type { Sampler, Schedule } from '../../src/diffusion/index.ts';
import { tf, useBackend } from '../../src/engine/index.ts';
import { posteriorVariance } from '../../src/formulas/index.ts';
import { brokenPosteriors } from '../formulas/broken.ts';

beforeAll(async () => {
  await useBackend();
});

const mean = 0.7;

/** Largest error of the sampler's mean and standard deviation against those of q(x_t), over t = T−1 … last. */
async function worstError(sampler: Sampler, schedule: Schedule, std: number, last: number): Promise<number> {
  const predict = mixture({ means: [[mean]], std }).predictEps(schedule);
  const exact = (t: number) => {
    const abar = schedule.abar[t];
    return { mean: Math.sqrt(abar) * mean, variance: abar * std ** 2 + 1 - abar };
  };
  const probes = tf.tensor2d([-1, 1], [2, 1]);
  let state = exact(schedule.T);
  let worst = 0;
  for (let t = schedule.T; t > last; t--) {
    const coefficients = stepCoefficients(sampler, schedule, t, t - 1);
    const eps = await predict(probes, tf.tensor1d([t, t]));
    const { x } = reverseStep(sampler, coefficients, { xt: probes, eps, noise: tf.zeros([2, 1]) });
    const [low, high] = await x.data();
    const slope = (high - low) / 2;
    state = {
      mean: slope * state.mean + (low + high) / 2,
      variance: slope ** 2 * state.variance + coefficients.sigma ** 2,
    };
    const target = exact(t - 1);
    const errors = [state.mean - target.mean, Math.sqrt(state.variance) - Math.sqrt(target.variance)];
    worst = Math.max(worst, ...errors.map(Math.abs));
  }
  return worst;
}

const schedules = [linearSchedule({ T: 200, betaEnd: 0.1 }), cosineSchedule({ T: 200 })];

test.each(schedules)(
  'ddpm with the exact posterior of a point has the right mean and variance at every step ($name)',
  async (schedule) => {
    expect(await worstError(ddpm, schedule, 0, 0)).toBeLessThan(1e-4);
  },
);

test.each(schedules)(
  'ddpm with variance beta is exact for standard normal spread at every step ($name)',
  async (schedule) => {
    const large = { ...ddpm, variance: posteriorVariance.with('beta') };
    expect(await worstError(large, schedule, 1, 1)).toBeLessThan(1e-4);
  },
);

test.each(brokenPosteriors)('a sampler with $change is caught', async ({ mean, variance }) => {
  const changed: Sampler = { ...ddpm, ...(mean && { mean }), ...(variance && { variance }) };
  expect(await worstError(changed, schedules[0], 0, 1)).toBeGreaterThan(1e-3);
});
