import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clippedLogPosteriorVariance,
  cosineSchedule,
  linearSchedule,
  scaledLinearSchedule,
  scheduleFromBetas,
  spacing,
  stepValues,
  tabulate,
} from '../../src/diffusion/index.ts';
import { ddimVariance, posteriorVariance } from '../../src/formulas/index.ts';
import fixture from '../reference/diffusers_steps.json';

const made = { linear: linearSchedule(), scaledLinear: scaledLinearSchedule(), cosine: cosineSchedule() };

test.each(['linear', 'scaledLinear', 'cosine'] as const)(
  'the %s schedule is the one of diffusers',
  (name) => {
    const { beta, abar } = fixture.schedules[name];
    for (const [t, expected] of Object.entries(abar)) {
      // its betas are rounded to float32, which a product of a thousand factors and 1 − 0.999 keep to four digits
      expect(made[name].abar[Number(t)] / expected, `abar at ${t}`).toBeCloseTo(1, 4);
    }
    for (const [t, expected] of Object.entries(beta)) {
      expect(Math.abs(made[name].beta[Number(t)] - expected), `beta at ${t}`).toBeLessThan(2e-7);
    }
  },
);

test('the schedules end at the published values', () => {
  expect(made.linear.abar[1000]).toBeCloseTo(4.0358e-5, 9);
  expect(Math.sqrt(made.linear.abar[1000])).toBeCloseTo(0.0063528, 7);
  expect(made.scaledLinear.abar[1000]).toBeCloseTo(0.0046601, 7);
  expect(made.cosine.abar[1000]).toBeCloseTo(2.43e-9, 11);
});

test('the cosine schedule caps exactly one beta, the last', () => {
  const capped = [...made.cosine.beta.keys()].filter((t) => made.cosine.beta[t] >= 0.999);
  expect(capped).toEqual([1000]);
});

test('tables are indexed by t: entry 0 is the data and entry T the last step', () => {
  const { T, abar, alpha, beta, abarPrev } = made.linear;
  for (const table of [abar, alpha, beta, abarPrev]) expect(table).toHaveLength(T + 1);
  expect([abar[0], alpha[0], beta[0]]).toEqual([1, 1, 0]);
  expect(beta[1]).toBe(1e-4);
  expect(beta[1000]).toBe(0.02);
  expect(abar[2]).toBe(alpha[1] * alpha[2]);
  expect(abarPrev[2]).toBe(abar[1]);
  expect(Object.isFrozen(made.linear)).toBe(true);
});

test('the posterior variance is 0 at t = 1 and its clipped logarithm takes the value of t = 2', () => {
  const variance = tabulate(posteriorVariance, made.linear);
  expect(variance[1]).toBe(0);
  expect(variance[2]).toBeCloseTo(5.4532e-5, 9);
  const log = clippedLogPosteriorVariance(made.linear);
  expect(log[1]).toBe(log[2]);
  expect(Math.exp(log[1])).toBeCloseTo(5.4532e-5, 9);
  expect(log[700]).toBeCloseTo(Math.log(variance[700]), 12);
});

test('the DDIM variance with eta = 1 on adjacent steps is the posterior variance', () => {
  for (const schedule of Object.values(made)) {
    const ours = tabulate(ddimVariance, schedule, { eta: 1 });
    const posterior = tabulate(posteriorVariance, schedule);
    for (let t = 2; t <= 1000; t++) expect(ours[t] / posterior[t]).toBeCloseTo(1, 9);
  }
});

test('respaced times are those of diffusers, one higher', () => {
  for (const [steps, timesteps] of Object.entries(fixture.linspace)) {
    expect(spacing(1000, Number(steps)).map((t) => t - 1)).toEqual(timesteps);
  }
  expect(spacing(1000, 10).map((t) => t - 1)).toEqual([999, 888, 777, 666, 555, 444, 333, 222, 111, 0]);
  expect(spacing(1000, 1)).toEqual([1000]);
});

test('any spacing falls from T to 1 without repeating a time', () => {
  const sizes = fc
    .integer({ min: 2, max: 2000 })
    .chain((T) => fc.tuple(fc.constant(T), fc.integer({ min: 2, max: T })));
  fc.assert(
    fc.property(sizes, ([T, n]) => {
      const times = spacing(T, n);
      expect(times).toHaveLength(n);
      expect([times[0], times[n - 1]]).toEqual([T, 1]);
      times.forEach((t, i) => i > 0 && expect(t).toBeLessThan(times[i - 1]));
    }),
  );
});

test('a step that skips times has the beta of the shorter chain', () => {
  const { abar } = made.linear;
  const { beta, alpha, abarPrev } = stepValues(made.linear, 889, 778);
  expect(beta).toBeCloseTo(1 - abar[889] / abar[778], 15);
  expect(alpha * abarPrev).toBeCloseTo(abar[889], 15);
  expect(stepValues(made.linear, 1, 0).abarPrev).toBe(1);
});

test('bad arguments are named with what was expected', () => {
  expect(() => linearSchedule({ T: 1 })).toThrow('T = 1: expected a whole number of steps, 2 or more');
  expect(() => linearSchedule({ T: 10.5 })).toThrow('T = 10.5');
  expect(() => linearSchedule({ betaStart: 0 })).toThrow(
    'betaStart = 0: expected a variance between 0 and 1',
  );
  expect(() => linearSchedule({ betaEnd: 1.2 })).toThrow('betaEnd = 1.2');
  expect(() => cosineSchedule({ s: -1 })).toThrow('s = -1: expected an offset of 0 or more');
  expect(() => cosineSchedule({ maxBeta: 1 })).toThrow('maxBeta = 1');
  expect(() => scheduleFromBetas('mine', [0.1, NaN])).toThrow('mine: β at t = 2 is NaN');
  expect(() => scheduleFromBetas('mine', [])).toThrow('at least one β');
  expect(() => spacing(1000, 0)).toThrow('steps = 0: expected a whole number from 1 to T = 1000');
  expect(() => spacing(1000, 1001)).toThrow('steps = 1001');
  expect(() => stepValues(made.linear, 5, 5)).toThrow('step from t = 5 to s = 5');
});
