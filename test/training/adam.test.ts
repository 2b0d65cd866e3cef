import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, tf, useBackend } from '../../src/engine/index.ts';
import {
  adam,
  ema,
  emaDecay,
  linearDecay,
  warmUp,
  constant,
  type Optimizer,
  type Moments,
} from '../../src/training/index.ts';

const fixture = JSON.parse(readFileSync(new URL('../reference/adam.json', import.meta.url), 'utf8')) as {
  start: number[];
  gradients: number[][];
  rates: number[];
  adam: number[][];
  adamw: number[][];
  clipped: number[][];
};

beforeAll(async () => {
  await useBackend();
}, 120_000);

/** The parameters after each of the fixture's steps. */
async function follow(optimizer: Optimizer<Moments>): Promise<Float32Array[]> {
  const update = compile((p: tf.Tensor1D, g: tf.Tensor1D, state: Moments, scalars: tf.Tensor1D) =>
    optimizer.update(p, g, state, scalars),
  );
  let parameters = tf.tensor1d(fixture.start);
  let state = optimizer.init(fixture.start.length);
  const rows: Float32Array[] = [];
  for (const [i, gradient] of fixture.gradients.entries()) {
    const scalars = tf.tensor1d(Float32Array.from(optimizer.scalars(i + 1, fixture.rates[i])));
    const g = tf.tensor1d(gradient);
    const next = await update(parameters, g, state, scalars);
    tf.dispose([parameters, g, state, scalars]);
    ({ parameters, state } = next);
    rows.push((await parameters.data()) as Float32Array);
  }
  tf.dispose([parameters, state]);
  update.dispose();
  return rows;
}

describe('adam', () => {
  it.each([
    ['Adam', adam(), fixture.adam],
    ['AdamW', adam({ beta1: 0.8, beta2: 0.99, eps: 1e-6, weightDecay: 0.1 }), fixture.adamw],
    ['Adam with clipped gradients', adam({ clipNorm: 0.5 }), fixture.clipped],
  ] as const)('takes the steps of PyTorch: %s', async (_, optimizer, expected) => {
    const before = tf.memory().numTensors;
    const rows = await follow(optimizer);
    rows.forEach((row, step) =>
      row.forEach((x, i) => expect(Math.abs(x - expected[step][i])).toBeLessThan(1e-6)),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('corrects its bias exactly: the first step has the length of the learning rate', () => {
    const [stepSize, correction] = adam().scalars(1, 0.01);
    expect(stepSize * 0.1).toBeCloseTo(0.01, 12); // m = 0.1·g
    expect(Math.sqrt(0.001) * correction).toBeCloseTo(1, 12); // v = 0.001·g²
  });
});

describe('the moving average', () => {
  it('starts short and grows to its decay', () => {
    expect(emaDecay(0.999, 1)).toBeCloseTo(2 / 11, 12);
    expect(emaDecay(0.999, 90)).toBeCloseTo(0.91, 12);
    expect(emaDecay(0.999, 1_000_000)).toBe(0.999);
  });

  it('keeps its share of the average and takes the rest of the value', async () => {
    const out = await ema(tf.tensor1d([1, -2]), tf.tensor1d([3, 2]), tf.scalar(0.75)).data();
    expect(Array.from(out)).toEqual([1.5, -1]);
  });
});

describe('learning rates', () => {
  it('falls on a straight line from the middle, and to nearly zero on the last step', () => {
    const rate = linearDecay(1e-3, 100);
    expect([1, 25, 50].map(rate)).toEqual([1e-3, 1e-3, 1e-3]);
    expect(rate(76) - rate(75)).toBeCloseTo(rate(100) - rate(99), 12);
    expect(rate(100)).toBeGreaterThan(0);
    expect(rate(100)).toBeLessThan(2.1e-5);
    expect(rate(101)).toBe(0);
  });

  it('warms up in a straight line', () => {
    const rate = warmUp(constant(2), 4);
    expect([1, 2, 3, 4, 5].map(rate)).toEqual([0.5, 1, 1.5, 2, 2]);
  });
});
