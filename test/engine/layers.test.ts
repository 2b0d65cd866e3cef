import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as engine from '../../src/engine/index.ts';
import { compile, normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { runs } from './tensorflow.ts';

interface Packed {
  shape: number[];
  data: number[];
}
interface Case {
  layer: 'groupNormSilu' | 'conv2d' | 'dense' | 'attention' | 'upsampleConv2d' | 'silu';
  options: Record<string, number | boolean>;
  inputs: Record<string, Packed>;
  y: Packed;
  w: Packed;
  gradients: Record<string, Packed>;
}

const fixture = new URL('../reference/engine_layers.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as Case[];

/** Calls a layer by name, as models do: groupNormSilu takes its parameters by name, the others by position. */
function run({ layer, options, inputs }: Case, values: tf.Tensor[]): tf.Tensor {
  if (layer === 'groupNormSilu') {
    const named = Object.fromEntries(Object.keys(inputs).map((name, i) => [name, values[i]]));
    const { x, ...parameters } = named;
    return engine.groupNormSilu(
      x as tf.Tensor4D,
      { ...options, ...parameters } as unknown as engine.GroupNormOptions,
    );
  }
  const call = engine[layer] as unknown as (...args: unknown[]) => tf.Tensor;
  return call(...values, options);
}

const unpack = ({ shape, data }: Packed) => tf.tensor(data, shape);

/** Largest difference, relative to the largest true value. */
function distance(actual: tf.Tensor, { shape, data }: Packed): number {
  expect(actual.shape).toEqual(shape);
  const scale = Math.max(...data.map(Math.abs), 1e-30);
  return Math.max(...Array.from(actual.dataSync(), (value, i) => Math.abs(value - data[i]!))) / scale;
}

/** y and the gradient of Σ y·w to every input. */
function valueAndGradients(spec: Case, w: tf.Tensor, values: tf.Tensor[]): tf.Tensor[] {
  let y: tf.Tensor | undefined;
  const grads = tf.grads((...args: tf.Tensor[]) => {
    y = tf.keep(run(spec, args));
    return tf.sum(tf.mul(y, w));
  })(values);
  return [y!, ...grads];
}

const title = ({ layer, options, inputs }: Case) =>
  `${layer} ${JSON.stringify(options)} on [${inputs[Object.keys(inputs)[0]!]!.shape}]`;

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend({ backend });
    });

    describe.each(cases.map((spec) => [title(spec), spec] as const))('%s', (_, spec) => {
      // A mean of 30 standard deviations costs float32 that factor in accuracy, whatever the algorithm.
      const tolerance = Math.abs(spec.inputs[Object.keys(spec.inputs)[0]!]!.data[0]!) > 10 ? 1e-4 : 3e-6;
      const expected = [spec.y, ...Object.values(spec.gradients)];

      test('has the values and gradients of PyTorch', () => {
        const results = valueAndGradients(spec, unpack(spec.w), Object.values(spec.inputs).map(unpack));
        results.forEach((result, i) => expect(distance(result, expected[i]!)).toBeLessThan(tolerance));
      });

      test('has them when compiled, too, with and without XLA', async () => {
        for (const xla of [undefined, 'fused'] as const) {
          const traced = compile(
            (w: tf.Tensor, values: tf.Tensor[]) => valueAndGradients(spec, w, values),
            xla ? { xla } : {},
          );
          const results = await traced(unpack(spec.w), Object.values(spec.inputs).map(unpack));
          results.forEach((result, i) => expect(distance(result, expected[i]!)).toBeLessThan(tolerance));
        }
      });
    });

    test('a gradient is the slope that finite differences measure', () => {
      const [x, direction, scale, shift] = [0, 1, 2, 3].map((i) =>
        tf.tensor(normal(randomKey(i), i < 2 ? 160 : 8), i < 2 ? [2, 2, 5, 8] : [8]),
      ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
      const f = (z: tf.Tensor) =>
        tf.sum(
          tf.mul(engine.groupNormSilu(z as tf.Tensor4D, { scale, shift, groups: 2 }), direction),
        ) as tf.Scalar;
      const slope = tf.sum(tf.mul(tf.grad(f)(x), direction)).dataSync()[0]!;
      const h = 1e-2;
      const at = (step: number) => f(tf.add(x, tf.mul(direction, step))).dataSync()[0]!;
      expect((at(h) - at(-h)) / (2 * h)).toBeCloseTo(slope, 1);
      expect(Math.abs(slope)).toBeGreaterThan(1);
    });

    test('a group of equal pixels far from zero is normalized to zero, not to noise', () => {
      const x = tf.fill([1, 4, 4, 4], 12345.678) as tf.Tensor4D;
      const plain = {
        scale: tf.ones([4]) as tf.Tensor1D,
        shift: tf.zeros([4]) as tf.Tensor1D,
        groups: 2,
        silu: false,
      };
      expect(tf.max(tf.abs(engine.groupNormSilu(x, plain))).dataSync()[0]).toBe(0);
    });

    test('a time embedding begins with the sines of t itself', () => {
      const t = tf.tensor1d([0, 1, 999]);
      const rows = engine.timestepEmbedding(t, 6).arraySync();
      const w = Math.exp(-Math.log(10_000) / 3);
      [0, 1, 999].forEach((time, i) => {
        const angles = [time, time * w, time * w * w];
        const expectedRow = [...angles.map(Math.sin), ...angles.map(Math.cos)];
        rows[i]!.forEach((value, j) => expect(value).toBeCloseTo(expectedRow[j]!, 3));
      });
      const flipped = engine.timestepEmbedding(t, 6, { cosFirst: true }).arraySync();
      expect(flipped[1]!.slice(3)).toEqual(rows[1]!.slice(0, 3));
    });
  });

describe('wrong shapes are named', () => {
  beforeAll(async () => {
    await useBackend();
  });
  const x = () => tf.zeros([1, 4, 4, 6]) as tf.Tensor4D;
  const ones = (n: number) => tf.ones([n]) as tf.Tensor1D;
  test.each([
    [
      'groups',
      () => engine.groupNormSilu(x(), { scale: ones(6), shift: ones(6), groups: 4 }),
      /6 channels .* 4 groups/,
    ],
    [
      'scale',
      () => engine.groupNormSilu(x(), { scale: ones(5), shift: ones(6), groups: 3 }),
      /scale needs shape \[6\]/,
    ],
    ['w', () => engine.conv2d(x(), tf.zeros([3, 3, 5, 2])), /w needs shape \[3,3,6,2\], got \[3,3,5,2\]/],
    [
      'w',
      () => engine.upsampleConv2d(x(), tf.zeros([2, 2, 6, 2])),
      /w needs shape \[3,3,6,2\], got \[2,2,6,2\]/,
    ],
    ['b', () => engine.dense(tf.zeros([2, 3]), tf.zeros([3, 4]), ones(3)), /b needs shape \[4\], got \[3\]/],
    ['heads', () => engine.attention(...threeOf([1, 2, 5]), { heads: 2 }), /5 channels .* 2 heads/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

const threeOf = (shape: [number, number, number]) =>
  [tf.zeros(shape), tf.zeros(shape), tf.zeros(shape)] as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
