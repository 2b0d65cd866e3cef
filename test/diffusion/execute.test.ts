import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  diffuse,
  execute,
  linearSchedule,
  predictedX0,
  simpleLoss,
  scheduleFromBetas,
} from '../../src/diffusion/index.ts';
import { compile, normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import {
  epsFromX0,
  forwardMarginal,
  posteriorMean,
  snr,
  squaredError,
  x0FromEps,
} from '../../src/formulas/index.ts';
import * as formulas from '../../src/formulas/index.ts';
import type { Operand } from '../../src/diffusion/index.ts';
import { declare, formula, FUNCTIONS, type Formula } from '../../src/symbolic/index.ts';
import { closeTo, noLeak } from './helpers.ts';

beforeAll(async () => {
  await useBackend();
});

const schedule = linearSchedule();

test('a formula executed on tensors is the formula evaluated in float64', async () => {
  const x0 = [0.3, -1.2, 2];
  const xt = [1, 0.5, -0.25];
  const values = { alpha: 0.98, beta: 0.02, abar: 0.49, abarPrev: 0.5 };
  const ours = execute(posteriorMean, { ...values, x0: tf.tensor1d(x0), xt: tf.tensor1d(xt) });
  const exact = x0.map((v, i) => posteriorMean.evaluate({ ...values, x0: v, xt: xt[i] }));
  closeTo(await ours.data(), exact, 1e-6);
});

const all = Object.values(formulas).filter((value): value is Formula => 'evaluate' in value);

test.each(all.map((formula) => [formula.name, formula] as const))(
  '%s: executed equals evaluated',
  async (_, formula) => {
    const level = fc.tuple(
      ...Array.from({ length: 2 }, () => fc.double({ min: 0.05, max: 0.95, noNaN: true })),
    );
    const real = fc.double({ min: -2, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(level, real, real, real, async ([a, b], x, y, z) => {
        const [abar, abarPrev] = [Math.min(a, b), Math.max(a, b)];
        const numbers = {
          abar,
          abarPrev,
          alpha: a,
          beta: b,
          betaStart: 0.01,
          betaEnd: 0.2,
          eta: a,
          sigma: 0.01,
        };
        const values: Record<string, number> = { ...numbers, t: 3, T: 10, s: 0.01, w: x, guidanceScale: y };
        const variables = formula.reads.filter((name) => !(name in values));
        variables.forEach((name, i) => (values[name] = [x, y, z][i % 3]));
        const operands: Record<string, Operand> = { ...values };
        for (const name of variables) operands[name] = tf.tensor1d([values[name]]);
        const result = execute(formula, operands);
        closeTo(await result.data(), [formula.evaluate(values)], 3e-6);
        tf.dispose([result, ...variables.map((name) => operands[name] as tf.Tensor)]);
      }),
      { numRuns: 30 },
    );
  },
);

const calls = [...FUNCTIONS.map((name) => `${name}(x)`), 'normalCdf(x)', 'min(x, 1)', 'max(x, 1, y)'];
const variable = { domain: '(0,inf)', meaning: 'test' };
const xy = declare({ x: { tex: 'x', ...variable }, y: { tex: 'y', ...variable } });

test.each(calls)('%s runs on tensors, on numbers and in gradients, on both backends', async (expr) => {
  const called = formula(expr, { tex: 'f', expr, cite: 'test', symbols: xy });
  const positive = [0.01, 0.3, 0.999, 1.7, 3.2, 5];
  const xs = /^(sqrt|log)/.test(expr) ? positive : [...positive.map((x) => -x), 0, ...positive];
  const y = 2.5;
  const exact = xs.map((x) => called.evaluate({ x, y }));
  const slope = xs.map(
    (x) => (called.evaluate({ x: x + 1e-6, y }) - called.evaluate({ x: x - 1e-6, y })) / 2e-6,
  );
  const kink = (i: number) => expr.startsWith('abs') && xs[i] === 0;
  for (const [i, x] of xs.entries())
    closeTo(await execute(called, { x, y }).data(), [exact[i]], 1e-6 * Math.max(1, Math.abs(exact[i])));
  for (const backend of [undefined, 'wasm'] as const) {
    await useBackend(backend && { backend });
    const on = tf.tensor1d(xs);
    const scale = (values: number[]) => Math.max(1, ...values.map(Math.abs));
    closeTo(await execute(called, { x: on, y }).data(), exact, 2e-6 * scale(exact));
    const gradient = await tf
      .grad((x) => execute(called, { x, y }))(on)
      .data();
    const smooth = xs.map((_, i) => i).filter((i) => !kink(i));
    closeTo(
      smooth.map((i) => gradient[i]),
      smooth.map((i) => slope[i]),
      1e-5 * scale(slope),
    );
  }
  await useBackend();
});

test('coefficients stay in float64 until a tensor is met', async () => {
  // 1 − ᾱ = 1e-9 vanishes in float32, where ᾱ rounds to 1
  const noise = execute(forwardMarginal, { abar: 1 - 1e-9, x0: tf.scalar(0), eps: tf.scalar(1) });
  closeTo(await noise.data(), [Math.sqrt(1e-9)], 1e-10);
});

test('numbers alone give a scalar', async () => {
  closeTo(await execute(snr, { abar: 0.2 }).data(), [0.25], 1e-7);
});

test('each example of a batch is noised at its own time', async () => {
  const key = randomKey(1);
  const x0 = normal(key, 24);
  const eps = normal(randomKey(2), 24);
  const times = [1, 17, 500, 1000];
  const shape = [4, 3, 2, 1];
  const xt = diffuse(schedule, tf.tensor(x0, shape), tf.tensor1d(times, 'int32'), tf.tensor(eps, shape));
  expect(xt.shape).toEqual(shape);
  const exact = Array.from(x0, (v, i) =>
    forwardMarginal.evaluate({ x0: v, eps: eps[i], abar: schedule.abar[times[Math.floor(i / 6)]] }),
  );
  closeTo(await xt.data(), exact, 1e-6);
});

test('x0 from eps and eps from x0 undo each other', async () => {
  const xt = tf.tensor1d(normal(randomKey(3), 50));
  const eps = tf.tensor1d(normal(randomKey(4), 50));
  const abar = schedule.abar[300];
  const x0 = execute(x0FromEps, { xt, eps, abar });
  closeTo(await execute(epsFromX0, { xt, x0, abar }).data(), Array.from(await eps.data()), 1e-5);
});

test('clipping x0 recomputes eps, so that both still add up to xt', async () => {
  const xt = tf.tensor1d([3, -0.1, -2]);
  const eps = tf.tensor1d([0.5, 0.2, 1.5]);
  const at = { abar: 0.6, t: 9 };
  const clipped = predictedX0(xt, eps, at, [-1, 1]);
  expect(Math.max(...(await clipped.x0.data()))).toBe(1);
  const sum = execute(forwardMarginal, { ...clipped, abar: 0.6 });
  closeTo(await sum.data(), [3, -0.1, -2], 1e-6);
  const free = predictedX0(xt, eps, at);
  closeTo(await free.eps.data(), [0.5, 0.2, 1.5], 1e-7);
});

test('the simple loss of a predictor that knows the noise is 0, and of one that answers 0 is the mean square', async () => {
  const [x0, eps] = [5, 6].map((seed) => tf.tensor2d(normal(randomKey(seed), 40), [20, 2]));
  const t = tf.tensor1d(
    Array.from({ length: 20 }, (_, i) => 50 * i + 1),
    'int32',
  );
  const asked: number[] = [];
  const zero = simpleLoss(
    (xt, times) => {
      asked.push(...times.dataSync());
      return tf.zerosLike(xt);
    },
    schedule,
    { x0, t, eps },
  );
  closeTo(await zero.data(), [Array.from(eps.dataSync()).reduce((sum, v) => sum + v * v, 0) / 40], 1e-6);
  expect(asked.slice(0, 3)).toEqual([1, 51, 101]);
  expect((await simpleLoss(() => tf.clone(eps), schedule, { x0, t, eps }).data())[0]).toBe(0);
});

test('a schedule without signal at the end is refused for eps-prediction', () => {
  const noSignal = scheduleFromBetas('zero terminal SNR', [0.1, 1]);
  const x = tf.zeros([1, 2]);
  const t = tf.tensor1d([2], 'int32');
  expect(() => simpleLoss((xt) => xt, noSignal, { x0: x, t, eps: x })).toThrow(
    /ᾱ = 0 at t = 2.*v-prediction/,
  );
});

test('a negative radicand is an error that names the formula, for numbers and for tables', () => {
  const x = tf.zeros([1]);
  expect(() => execute(forwardMarginal, { abar: 1.5, x0: x, eps: x })).toThrow(
    'forward marginal: square root of -0.5',
  );
  const table = Float64Array.of(1, 0.5, 1.25);
  expect(() =>
    execute(forwardMarginal, { abar: table, x0: x, eps: x }, { t: tf.tensor1d([1], 'int32') }),
  ).toThrow('square root of -0.25');
});

test('a missing value and missing times are named', () => {
  expect(() => execute(squaredError, { eps: tf.scalar(1) })).toThrow(/^squared error of the noise: .*epsHat/);
  // RangeError says that a value is out of range; this one is absent.
  expect(() => execute(squaredError, { eps: tf.scalar(1) })).not.toThrow(RangeError);
  expect(() =>
    execute(forwardMarginal, { abar: schedule.abar, x0: tf.zeros([1]), eps: tf.zeros([1]) }),
  ).toThrow('a table over time was given without the times');
});

test('a value under a name that is no symbol is refused with the nearest one, and others of the table are taken', () => {
  const operands = { eps: tf.scalar(1), epsHat: tf.scalar(3) };
  expect(() => execute(squaredError, { ...operands, abrPrev: 1 })).toThrow(
    'squared error of the noise: unknown symbol abrPrev (did you mean abarPrev?)',
  );
  expect(execute(squaredError, { ...operands, abarPrev: 1 }).dataSync()[0]).toBe(4);
});

test('executing leaves no tensor behind but the result', () => {
  const x0 = tf.zeros([4, 2]);
  const t = tf.tensor1d([1, 2, 3, 4], 'int32');
  noLeak(1, () => diffuse(schedule, x0, t, x0));
  noLeak(1, () => simpleLoss((xt) => tf.zerosLike(xt), schedule, { x0, t, eps: x0 }));
  noLeak(2, () => predictedX0(x0, x0, { abar: 0.5, t: 1 }, [-1, 1]));
});

test('noising is the same inside compile() and on wasm', async () => {
  const shape = [3, 2];
  const times = [1, 500, 1000];
  const [x0, eps] = [1, 2].map((seed) => normal(randomKey(seed), 6));
  const noised = (a: tf.Tensor, t: tf.Tensor1D, b: tf.Tensor) => diffuse(schedule, a, t, b);
  const inputs = () => [tf.tensor(x0, shape), tf.tensor1d(times), tf.tensor(eps, shape)] as const;
  const eager = await noised(...inputs()).data();
  const compiled = await compile(noised)(...inputs());
  closeTo(await compiled.data(), eager, 1e-6);
  await useBackend({ backend: 'wasm' });
  closeTo(await noised(...inputs()).data(), eager, 1e-6);
});
