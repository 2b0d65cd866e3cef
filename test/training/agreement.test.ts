/** The U-Net's training step, compiled in every way and on every backend, against the same function run eagerly. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { compile, fold, normal, randomKey, tf, useBackend, uniform } from '../../src/engine/index.ts';
import { initialVector, sizeOf, unet, unflatten } from '../../src/models/index.ts';
import { adam } from '../../src/training/index.ts';
import { hasTensorFlow } from '../engine/tensorflow.ts';

vi.setConfig({ testTimeout: 240_000 });

const key = randomKey(17);
const model = unet({ size: 8, widths: [8, 16], blocks: 1, groups: 4 });
const optimizer = adam({ weightDecay: 0.01 });
const BATCH = 4;
/** That of the reference step. Adam divides by √v, so rounding grows with it: at 1e-3 the curves part by 1.3e-5. */
const RATE = 2e-4;

type Batch = { x: tf.Tensor4D; eps: tf.Tensor4D; t: tf.Tensor1D };
type State = { parameters: tf.Tensor1D; m: tf.Tensor1D; v: tf.Tensor1D };

function batchAt(step: number): Batch {
  const image = (i: number) => tf.tensor4d(normal(fold(key, step, i), BATCH * 64), [BATCH, 8, 8, 1]);
  const t = uniform(fold(key, step, 2), BATCH).map((u) => Math.floor(1000 * u));
  return { x: image(0), eps: image(1), t: tf.tensor1d(t) };
}

const lossAndGradient = (vector: tf.Tensor1D, { x, eps, t }: Batch) => {
  const { value, grad } = tf.valueAndGrad((v: tf.Tensor) => {
    const answer = model.apply(unflatten(model, v as tf.Tensor1D), x, t);
    return tf.mean(tf.squaredDifference(answer, eps)) as tf.Scalar;
  })(vector);
  return { loss: value as tf.Scalar, grad: grad as tf.Tensor1D };
};

const step = ({ parameters, m, v }: State, batch: Batch, scalars: tf.Tensor1D) => {
  const { loss, grad } = lossAndGradient(parameters, batch);
  const next = optimizer.update(parameters, grad, { m, v }, scalars);
  return { loss, state: { parameters: next.parameters, ...next.state } };
};

/** A function run as it is, in the shape of a compiled one. */
const eagerly =
  <A extends unknown[], R>(fn: (...args: A) => R) =>
  async (...args: A): Promise<R> =>
    tf.tidy(() => fn(...args) as never) as R;

async function curve(run: (...args: Parameters<typeof step>) => Promise<ReturnType<typeof step>>) {
  let state: State = {
    parameters: tf.tensor1d(initialVector(model, key)),
    ...optimizer.init(parameterTotal),
  };
  const losses: number[] = [];
  for (let i = 1; i <= 50; i++) {
    const scalars = tf.tensor1d(Float32Array.from(optimizer.scalars(i, RATE)));
    const batch = batchAt(i % 5);
    const next = await run(state, batch, scalars);
    losses.push(next.loss.dataSync()[0]!);
    tf.dispose([state, batch, scalars, next.loss]);
    state = next.state;
  }
  tf.dispose(state);
  return losses;
}

const parameterTotal = model.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const relative = (found: number[], expected: number[]) =>
  Math.max(...found.map((value, i) => Math.abs(value / expected[i]! - 1)));

describe.runIf(hasTensorFlow)('the U-Net in training', () => {
  let losses: number[];
  let gradient: Float32Array;

  const gradientBy = async (
    run: (...args: Parameters<typeof lossAndGradient>) => Promise<{ grad: tf.Tensor }>,
  ) => {
    const result = await run(tf.tensor1d(initialVector(model, key)), batchAt(0));
    return (await result.grad.data()) as Float32Array;
  };

  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow' });
    losses = await curve(eagerly(step));
    gradient = await gradientBy(eagerly(lossAndGradient));
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.95); // it learns, so that the curves could part
  }, 240_000);

  /** Distance of the worst parameter's gradient, as a share of the whole gradient's norm. */
  function worst(found: Float32Array): number {
    const norm = (v: Float32Array) => Math.sqrt(v.reduce((sum, g) => sum + g * g, 0));
    let at = 0;
    const distances = model.parameters.map(({ shape }) => {
      const [from, to] = [at, (at += sizeOf(shape))];
      return norm(found.slice(from, to).map((g, i) => g - gradient[from + i]!));
    });
    return Math.max(...distances) / norm(gradient);
  }

  test.each([
    ['compiled', 'tensorflow', {}, 1e-5],
    ['compiled with XLA on what is marked', 'tensorflow', { xla: 'fused' }, 1e-5],
    ['on wasm', 'wasm', {}, 1e-4],
    // bfloat16 has 8 bits: each rounding moves a number by up to 0.4 %.
    ['in bfloat16, to its precision', 'tensorflow', { bfloat16: true }, 1e-2],
    ['in bfloat16 with XLA', 'tensorflow', { bfloat16: true, xla: 'fused' }, 1e-2],
  ] as const)(
    '%s: the losses of 50 steps and every gradient are those of eager',
    async (_, backend, options, bound) => {
      await useBackend({ backend });
      expect(worst(await gradientBy(compile(lossAndGradient, options)))).toBeLessThan(bound);
      expect(relative(await curve(compile(step, options)), losses)).toBeLessThan(bound);
    },
  );
});
