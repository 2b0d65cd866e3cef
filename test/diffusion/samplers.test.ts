import { beforeAll, expect, test } from 'vitest';
import {
  cosineSchedule,
  ddim,
  ddpm,
  diffuse,
  linearSchedule,
  mixture,
  sample,
  scheduleFromBetas,
  reverseStep,
  stepCoefficients,
  trajectory,
} from '../../src/diffusion/index.ts';
import { normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { ddimMean, posteriorVariance } from '../../src/formulas/index.ts';
import fixture from '../reference/diffusers_steps.json';
import { closeTo } from './helpers.ts';

beforeAll(async () => {
  await useBackend();
});

const schedules = { linear: linearSchedule(), cosine: cosineSchedule() };
const key = randomKey(7);
const triangle = mixture({
  means: [
    [2, 0],
    [-1, 1.5],
    [-1, -1.5],
  ],
  std: 0.02,
  weights: [0.5, 0.3, 0.2],
});

test('single steps of ddpm and ddim are those of diffusers, clipped or not, at every eta', async () => {
  const [xt, eps, noise] = [fixture.input.xt, fixture.input.eps, fixture.input.noise].map((v) =>
    tf.tensor1d(v),
  );
  for (const { sampler, schedule, t, s, clip, eta, prev, x0 } of fixture.steps) {
    const method = { ...{ ddpm, ddim }[sampler as 'ddpm' | 'ddim'], eta };
    const coefficients = stepCoefficients(method, schedules[schedule as 'linear' | 'cosine'], t, s);
    const ours = reverseStep(method, coefficients, { xt, eps, noise }, clip ? [-1, 1] : undefined);
    const of = `${sampler} on ${schedule} from ${t} to ${s}, eta ${eta}, clip ${clip}`;
    closeTo(await ours.x0.data(), x0, 5e-6, of);
    closeTo(await ours.x.data(), prev, 5e-6, of);
  }
});

test('ddim with eta = 1 on adjacent steps is ddpm', async () => {
  const xt = tf.tensor1d(normal(key, 100));
  const [eps, noise] = [8, 9].map((seed) => tf.tensor1d(normal(randomKey(seed), 100)));
  for (const schedule of Object.values(schedules)) {
    for (const t of [1, 2, 3, 10, 250, 500, 999]) {
      const [a, b] = [ddpm, { ...ddim, eta: 1 }].map((method) => {
        const coefficients = stepCoefficients(method, schedule, t, t - 1);
        return { sigma: coefficients.sigma, ...reverseStep(method, coefficients, { xt, eps, noise }) };
      });
      expect(Math.abs(a.sigma - b.sigma)).toBeLessThan(1e-12);
      closeTo(await a.x.data(), await b.x.data(), 2e-5);
    }
  }
});

test('ddim with the exact score lands on the data', async () => {
  const n = 400;
  const x = await sample(triangle.predictEps(schedules.linear), schedules.linear, {
    ...ddim,
    steps: 50,
    shape: [n, 2],
    key,
  });
  const points = await x.data();
  const counts = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const distances = triangle.means.map(([a, b]) => Math.hypot(points[2 * i] - a, points[2 * i + 1] - b));
    const nearest = distances.indexOf(Math.min(...distances));
    counts[nearest]++;
    expect(distances[nearest]).toBeLessThan(0.15);
  }
  // four standard deviations of a binomial share at n = 400 are 0.1
  triangle.weights.forEach((w, k) => expect(Math.abs(counts[k] / n - w)).toBeLessThan(0.1));
});

test('ddpm with the exact score lands on the data, by eta = 1 of ddim over fewer steps too', async () => {
  for (const options of [
    { ...ddpm, steps: 250 },
    { ...ddim, eta: 1, steps: 250 },
  ]) {
    const predict = triangle.predictEps(schedules.linear);
    const x = await sample(predict, schedules.linear, { ...options, shape: [100, 2], key });
    const points = await x.data();
    for (let i = 0; i < 100; i++) {
      const distances = triangle.means.map(([a, b]) => Math.hypot(points[2 * i] - a, points[2 * i + 1] - b));
      expect(Math.min(...distances)).toBeLessThan(0.15);
    }
  }
});

test('the same key gives the same samples and another key other ones', async () => {
  const draw = async (seed: number) => {
    const options = { ...ddpm, steps: 5, shape: [3, 2], key: randomKey(seed) };
    return Array.from(
      await (await sample(triangle.predictEps(schedules.linear), schedules.linear, options)).data(),
    );
  };
  const first = await draw(1);
  expect(await draw(1)).toEqual(first);
  expect(await draw(2)).not.toEqual(first);
});

test('a trajectory yields every step, ends at t = 0 and leaves two tensors to the caller', async () => {
  const before = tf.memory().numTensors;
  const seen: number[][] = [];
  const options = { ...ddim, steps: 4, shape: [3, 2], key };
  for await (const { i, n, t, x, x0 } of trajectory(
    triangle.predictEps(schedules.linear),
    schedules.linear,
    options,
  )) {
    seen.push([i, n, t]);
    expect([x.shape, x0.shape]).toEqual([
      [3, 2],
      [3, 2],
    ]);
  }
  expect(seen).toEqual([
    [1, 4, 667],
    [2, 4, 334],
    [3, 4, 1],
    [4, 4, 0],
  ]);
  expect(tf.memory().numTensors - before).toBe(2);
});

test('a walk may start halfway, from noised data, and finds the way back to it', async () => {
  const point = mixture({ means: [[0.5, -1]], std: 0 });
  const noised = diffuse(
    schedules.linear,
    tf.tensor2d([[0.5, -1]]),
    tf.tensor1d([300]),
    tf.tensor2d([[1.3, 0.2]]),
  );
  const options = { ...ddim, steps: [300, 200, 100, 1], shape: [1, 2], start: noised, key };
  const x = await sample(point.predictEps(schedules.linear), schedules.linear, options);
  closeTo(await x.data(), [0.5, -1], 1e-5);
  expect(noised.isDisposed).toBe(false);
});

test('a trajectory that is left early, or whose predictor fails, leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const options = { ...ddpm, steps: 10, shape: [3, 2], key };
  for await (const { i } of trajectory(triangle.predictEps(schedules.linear), schedules.linear, options)) {
    if (i === 3) break;
  }
  const failing = () => Promise.reject(new Error('out of memory'));
  await expect(sample(failing, schedules.linear, options)).rejects.toThrow('out of memory');
  expect(tf.memory().numTensors).toBe(before);
  const x = await sample(triangle.predictEps(schedules.linear), schedules.linear, options);
  x.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('the last step adds no noise, whatever the variance formula says there', () => {
  const large = { ...ddpm, variance: posteriorVariance.with('beta') };
  expect(stepCoefficients(large, schedules.linear, 1, 0).sigma).toBe(0);
  expect(stepCoefficients(large, schedules.linear, 2, 1).sigma).toBeGreaterThan(0);
});

test('predictors are asked at the times of the chain, one above the timesteps of diffusers', async () => {
  const asked: number[] = [];
  const predict = (x: tf.Tensor, t: tf.Tensor1D) => {
    asked.push(t.dataSync()[0]);
    return tf.zerosLike(x);
  };
  await sample(predict, schedules.linear, { ...ddim, steps: 10, shape: [2, 1], key });
  expect(asked.map((t) => t - 1)).toEqual(fixture.linspace[10]);
});

test('a negative radicand is an error and is not clamped away', () => {
  const wild = { ...ddim, eta: 2 };
  const coefficients = stepCoefficients(wild, schedules.linear, 3, 2);
  const x = tf.zeros([1]);
  expect(() => reverseStep(wild, coefficients, { xt: x, eps: x, noise: x })).toThrow(
    /^DDIM mean: square root of -\S+ at the step from t = 3 to s = 2 with eta = 2$/,
  );
  const negative = { ...ddpm, variance: posteriorVariance.with('-beta') };
  expect(() => stepCoefficients(negative, schedules.linear, 3, 2)).toThrow('a variance is never negative');
});

test('options that make no sense are refused before any step', async () => {
  const predict = triangle.predictEps(schedules.linear);
  const base = { ...ddim, shape: [2, 2], key };
  const refused = (options: object) =>
    expect(sample(predict, schedules.linear, { ...base, ...options })).rejects;
  await refused({ ...ddpm, eta: 0.5 }).toThrow('use ddim for another');
  await refused({ eta: -1 }).toThrow('eta = -1: expected a number in [0, 1]');
  await refused({ eta: 50 }).toThrow('eta = 50: expected a number in [0, 1]');
  await refused({ steps: 2000 }).toThrow('steps = 2000');
  await refused({ steps: [10, 20] }).toThrow('times must fall: 10 then 20');
  await refused({ steps: [] }).toThrow('no times to step through');
  await refused({ clip: [1, -1] }).toThrow('expected low < high');
  await refused({ start: tf.zeros([3, 2]) }).toThrow('start has shape [3, 2]: expected [2, 2]');
  await expect(sample(() => tf.zeros([1]), schedules.linear, base)).rejects.toThrow(
    'the predictor returned shape [1]',
  );
  const noSignal = scheduleFromBetas('zero terminal SNR', [0.1, 1]);
  await expect(sample(predict, noSignal, base)).rejects.toThrow('use v-prediction');
});

test('a sampler with another formula is another sampler', async () => {
  const broken = { ...ddim, mean: ddimMean.with('sqrt(abarPrev)*x0 + sqrt(1 - abarPrev)*x0') };
  const options = { shape: [50, 2], key, steps: 20 };
  const predict = triangle.predictEps(schedules.linear);
  const points = await (await sample(predict, schedules.linear, { ...broken, ...options })).data();
  const good = await (await sample(predict, schedules.linear, { ...ddim, ...options })).data();
  expect(Array.from(points)).not.toEqual(Array.from(good));
});
