import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { linearSchedule, mixture } from '../../src/diffusion/index.ts';
import { randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { scoreFromEps } from '../../src/formulas/index.ts';
import { closeTo } from './helpers.ts';

beforeAll(async () => {
  await useBackend();
});

const pair = mixture({
  means: [
    [1, 0],
    [-2, 1],
  ],
  std: [0.5, 1.2],
  weights: [3, 1],
});
const level = fc.double({ min: 0, max: 1, noNaN: true });
const coordinate = fc.double({ min: -6, max: 6, noNaN: true });

test('the score is the gradient of the log density at every noise level', () => {
  const h = 1e-5;
  fc.assert(
    fc.property(coordinate, coordinate, level, (a, b, abar) => {
      const numeric = [
        pair.logDensity([a + h, b], abar)[0] - pair.logDensity([a - h, b], abar)[0],
        pair.logDensity([a, b + h], abar)[0] - pair.logDensity([a, b - h], abar)[0],
      ].map((difference) => difference / (2 * h));
      closeTo(pair.score([a, b], abar), numeric, 1e-4);
    }),
  );
});

test('the score is the score formula of the noise prediction', () => {
  fc.assert(
    fc.property(coordinate, coordinate, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, b, abar) => {
      const [first] = pair.eps([a, b], abar);
      expect(scoreFromEps.evaluate({ eps: first, abar })).toBeCloseTo(pair.score([a, b], abar)[0], 10);
    }),
  );
});

test('the density integrates to one, clean and noisy', () => {
  for (const abar of [1, 0.5, 0.01]) {
    const step = 0.1;
    let total = 0;
    for (let a = -10; a < 10; a += step) {
      for (let b = -10; b < 10; b += step) total += Math.exp(pair.logDensity([a, b], abar)[0]) * step * step;
    }
    expect(total).toBeCloseTo(1, 4);
  }
});

test('without signal the noise prediction is x itself', () => {
  closeTo(pair.eps([0.4, -1.7], 0), [0.4, -1.7], 1e-12);
});

test('far from all centres nothing overflows', () => {
  expect(pair.logDensity([1e3, 1e3])[0]).toBeLessThan(-1e5);
  expect(Number.isFinite(pair.score([1e3, 1e3])[0])).toBe(true);
});

test('draws have the mean and the covariance of the mixture', () => {
  const n = 40_000;
  const points = pair.sample(randomKey(3), n);
  const mean = [0.25, 0.25];
  const variance = [
    0.75 * (0.25 + 0.75 ** 2) + 0.25 * (1.44 + 2.25 ** 2),
    0.75 * (0.25 + 0.0625) + 0.25 * (1.44 + 0.5625),
  ];
  for (const d of [0, 1]) {
    const values = Array.from({ length: n }, (_, i) => points[2 * i + d]);
    const average = values.reduce((a, b) => a + b, 0) / n;
    // five standard errors
    expect(Math.abs(average - mean[d])).toBeLessThan(5 * Math.sqrt(variance[d] / n));
    const spread = values.reduce((sum, v) => sum + (v - mean[d]) ** 2, 0) / n;
    expect(Math.abs(spread / variance[d] - 1)).toBeLessThan(0.04);
  }
  expect(pair.sample(randomKey(3), 5)).toEqual(pair.sample(randomKey(3), 5));
});

test('the predictor on tensors answers each row at its own time', async () => {
  const schedule = linearSchedule();
  const x = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]);
  const eps = await pair.predictEps(schedule)(x, tf.tensor1d([1, 1000]));
  const exact = [...pair.eps([0.1, 0.2], schedule.abar[1]), ...pair.eps([0.3, 0.4], schedule.abar[1000])];
  closeTo(await eps.data(), exact, 1e-6);
});

test('a mixture that does not fit is refused', () => {
  expect(() => mixture({ means: [], std: 1 })).toThrow('at least one centre');
  expect(() => mixture({ means: [[1], [1, 2]], std: 1 })).toThrow(
    'mean [1, 2]: expected 1 finite coordinates',
  );
  expect(() => mixture({ means: [[1]], std: -1 })).toThrow('std [-1]: expected 1 numbers, 0 or more');
  expect(() => mixture({ means: [[1]], std: 1, weights: [0] })).toThrow('weights [0]');
  expect(() => mixture({ means: [[1]], std: 0 }).score([1])).toThrow('no density at abar = 1');
  expect(() => pair.score([1, 2, 3])).toThrow('3 numbers are no rows of 2');
  expect(() => pair.eps([1, 2], 1.5)).toThrow('abar = 1.5');
});
