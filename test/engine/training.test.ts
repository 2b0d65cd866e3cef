/** A small convolutional network trained through every part of the engine at once. */
import { describe, expect, test } from 'vitest';
import * as engine from '../../src/engine/index.ts';
import { compile, fold, liveHandles, normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { hasTensorFlow, runs } from './tensorflow.ts';

const SHAPES = {
  in: [3, 3, 1, 8],
  down: [3, 3, 8, 8],
  qkv: [8, 24],
  up: [3, 3, 8, 8],
  out: [3, 3, 8, 1],
} as const;
type Weights = Record<keyof typeof SHAPES | 'bias', tf.Tensor>;
type State = { weights: Weights; momentum: Weights };

const key = randomKey(42);
const draw = (i: number, shape: readonly number[], scale = 1) =>
  tf.tidy(() => tf.mul(tf.tensor(normal(fold(key, i), shape), [...shape]), scale));

function init(): State {
  const drawn = Object.entries(SHAPES).map(([name, shape], i) => [name, draw(i, shape, 0.2)]);
  const weights = { ...Object.fromEntries(drawn), bias: tf.zeros([8]) } as Weights;
  const zeros = Object.entries(weights).map(([name, value]) => [name, tf.zerosLike(value)]);
  return { weights, momentum: Object.fromEntries(zeros) as Weights };
}

function network(w: Weights, x: tf.Tensor4D): tf.Tensor4D {
  const bias = w.bias as tf.Tensor1D;
  const norm = { scale: tf.ones([8]) as tf.Tensor1D, shift: bias, groups: 2 };
  const h = engine.conv2d(x, w.in as tf.Tensor4D, bias);
  const low = engine.conv2d(engine.groupNormSilu(h, norm), w.down as tf.Tensor4D, bias, {
    stride: 2,
    padding: 1,
  });
  const [b, rows, columns] = low.shape;
  const flat = engine.dense(tf.reshape(low, [b, rows * columns, 8]), w.qkv as tf.Tensor2D);
  const [q, k, v] = tf.split(flat, 3, 2) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  const mixed = tf.reshape(engine.attention(q, k, v, { heads: 2 }), low.shape);
  const high = engine.upsampleConv2d(mixed as tf.Tensor4D, w.up as tf.Tensor4D, bias);
  return engine.conv2d(engine.silu(tf.add(high, h)) as tf.Tensor4D, w.out as tf.Tensor4D);
}

/** One step of gradient descent with momentum: (state, batch) → the next state and the loss before it. */
function step(
  { weights, momentum }: State,
  x: tf.Tensor,
  target: tf.Tensor,
): { state: State; loss: tf.Scalar } {
  const names = Object.keys(weights) as (keyof Weights)[];
  const rebuild = (list: tf.Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, list[i]!])) as Weights;
  const { value, grads } = tf.valueAndGrads((...list: tf.Tensor[]) => {
    return tf.mean(tf.squaredDifference(network(rebuild(list), x as tf.Tensor4D), target)) as tf.Scalar;
  })(names.map((name) => weights[name]));
  const speed = names.map((name, i) => tf.add(tf.mul(momentum[name], 0.9), grads[i]!));
  const moved = names.map((name, i) => tf.sub(weights[name], tf.mul(speed[i]!, 0.1)));
  return { state: { weights: rebuild(moved), momentum: rebuild(speed) }, loss: value as tf.Scalar };
}

type Step = (
  state: State,
  x: tf.Tensor,
  target: tf.Tensor,
) => ReturnType<typeof step> | Promise<ReturnType<typeof step>>;

async function train(run: Step, steps: number, watch?: (i: number) => void): Promise<number[]> {
  let state = init();
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const [x, noise] = [draw(100 + i, [4, 8, 8, 1]), draw(1000 + i, [4, 8, 8, 1], 0.1)];
    const target = tf.tidy(() => tf.add(tf.sin(x), noise));
    const next = await run(state, x, target);
    losses.push(next.loss.dataSync()[0]!);
    tf.dispose([state as never, x, noise, target, next.loss]);
    state = next.state;
    watch?.(i);
  }
  tf.dispose(state as never);
  return losses;
}

const tidied: Step = (state, x, target) =>
  tf.tidy(() => step(state, x, target) as never) as ReturnType<typeof step>;
const relative = (a: number[], b: number[]) =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i]!) / Math.abs(b[i]!)));

describe('training', () => {
  test.runIf(hasTensorFlow)(
    'compiled, compiled with XLA, eager and on wasm all follow the same loss curve',
    async () => {
      await useBackend({ backend: 'tensorflow' });
      const eager = await train(tidied, 50);
      const compiled = await train(compile(step), 50);
      const fused = await train(compile(step, { xla: 'fused' }), 50);
      await useBackend({ backend: 'wasm' });
      const wasm = await train(compile(step), 50);
      expect(eager.at(-1)).toBeLessThan(0.5 * eager[0]!);
      expect(relative(compiled, eager)).toBeLessThan(1e-5);
      expect(relative(fused, eager)).toBeLessThan(1e-5);
      expect(relative(wasm, eager)).toBeLessThan(1e-4);
    },
  );

  for (const backend of ['tensorflow', 'wasm'] as const)
    test.runIf(runs(backend))(`the same seed gives the same losses bit for bit on ${backend}`, async () => {
      await useBackend({ backend });
      expect(await train(compile(step), 20)).toEqual(await train(compile(step), 20));
    });

  for (const backend of ['tensorflow', 'wasm'] as const)
    test.runIf(runs(backend))(`steps leave no tensor and no native handle behind on ${backend}`, async () => {
      await useBackend({ backend });
      const counts: string[] = [];
      await train(compile(step), 12, () => counts.push(JSON.stringify(liveHandles())));
      expect(new Set(counts.slice(1)).size).toBe(1);
      expect(liveHandles().orphans).toBe(0);
    });
});
