/** Calls at once, out of turn and while something else changes: each gives what it gives by itself. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile, tf, useBackend } from '../../src/engine/index.ts';
import { runs } from './tensorflow.ts';

const value = (tensor: tf.Tensor) => tensor.dataSync()[0];
const numbersOf = async (results: Promise<tf.Tensor>[]) => (await Promise.all(results)).map(value);

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend({ backend });
    });
    beforeEach(() => tf.engine().startScope());
    afterEach(() => {
      tf.disposeVariables();
      tf.engine().endScope();
    });

    test('many hundred calls at once all run', async () => {
      const [one, v] = [tf.scalar(1), tf.variable(tf.scalar(0))];
      const increase = compile((x: tf.Tensor) => tf.add(x, 1));
      const count = compile((x: tf.Tensor) => {
        v.assign(tf.add(v, x));
        return v;
      });
      const numbers = [...Array(600).keys()];
      expect(await numbersOf(numbers.map((n) => increase(tf.scalar(n))))).toEqual(numbers.map((n) => n + 1));
      expect(await numbersOf(numbers.map(() => count(one)))).toEqual(numbers.map((n) => n + 1));
    });

    test('functions that share a variable take turns, as they were called', async () => {
      const v = tf.variable(tf.scalar(0));
      const increase = compile((by: tf.Tensor) => {
        v.assign(tf.add(v, by));
        return v;
      });
      const double = compile(() => {
        v.assign(tf.mul(v, 2));
        return v;
      });
      const read = compile((x: tf.Tensor) => tf.mul(v, x));
      const one = tf.scalar(1);
      const x = tf.scalar(10);
      const calls = [increase(one), read(x), double(), increase(one), read(x), double(), read(v)];
      x.dispose();
      expect(await numbersOf(calls)).toEqual([1, 10, 2, 3, 30, 6, 36]);
      expect(value(v)).toBe(6);
    });

    test('a call that fails lets the next one have its turn', async () => {
      const v = tf.variable(tf.tensor1d([1]));
      const add = compile((i: tf.Tensor) => {
        v.assign(tf.add(v, tf.gather(v, i as tf.Tensor1D)));
        return v;
      });
      const [inside, outside] = [tf.tensor1d([0], 'int32'), tf.tensor1d([5], 'int32')];
      const calls = await Promise.allSettled([add(inside), add(outside), add(inside)]);
      expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(value(v)).toBe(4);
    });

    test('calls that have begun, or wait, end well where their function is freed', async () => {
      const v = tf.variable(tf.scalar(0));
      const deep = compile((x: tf.Tensor) => {
        let y = x;
        for (let i = 0; i < 30; i++) y = tf.add(y, x);
        return y;
      });
      const count = compile((x: tf.Tensor) => {
        v.assign(tf.add(v, x));
        return v;
      });
      const one = tf.scalar(1);
      const calls: Promise<tf.Tensor>[] = [];
      for (let i = 0; i < 40; i++) {
        calls.push(deep(one));
        deep.dispose();
      }
      expect(await numbersOf(calls)).toEqual(Array(40).fill(31));
      const waiting = [count(one), count(one), count(one)];
      count.dispose();
      expect(await numbersOf(waiting)).toEqual([1, 2, 3]);
    });

    test('a variable that was an argument may be disposed at once', async () => {
      const f = compile((x: tf.Tensor) => tf.mul(x, 2));
      const [v, w] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
      const first = f(v);
      v.dispose();
      expect(await numbersOf([first, f(w)])).toEqual([2, 4]);
    });

    test('assigning a variable that was disposed is refused by name', async () => {
      const v = tf.variable(tf.scalar(0), true, `gone-${backend}`);
      const f = compile((x: tf.Tensor) => {
        v.assign(x as tf.Scalar);
        return x;
      });
      await f(tf.scalar(1));
      v.dispose();
      const message = `variable gone-${backend}, which is assigned, was disposed`;
      await expect(f(tf.scalar(2))).rejects.toThrow(message);
      await expect(f(tf.tensor1d([2]))).rejects.toThrow(message);
    });

    test('a variable that is frozen between two calls is trained no more, and thawed again', async () => {
      const [v, w] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(1))];
      const optimizer = tf.train.sgd(0.25);
      const step = compile(() =>
        optimizer.minimize(() => tf.add(tf.square(v), tf.square(w)) as tf.Scalar, true)!,
      );
      const seen: (number | undefined)[][] = [];
      for (const trainable of [true, false, true]) {
        v.trainable = trainable;
        await step();
        seen.push([v, w].map(value));
      }
      expect(seen).toEqual([
        [0.5, 0.5],
        [0.5, 0.25],
        [0.25, 0.125],
      ]);
    });
  });

describe.runIf(runs('tensorflow'))('from one backend to another', () => {
  const slow = (x: tf.Tensor) => {
    let y = tf.tile(x, [400, 400]) as tf.Tensor2D;
    for (let i = 0; i < 10; i++) y = tf.matMul(y, tf.mul(y, 0));
    return tf.add(tf.sum(y), 5);
  };

  test('what a call gives that ends after the switch is right on both', async () => {
    await useBackend({ backend: 'tensorflow' });
    const v = tf.variable(tf.scalar(1));
    const f = compile((x: tf.Tensor) => {
      const y = slow(x);
      v.assign(tf.add(v, y));
      return y;
    });
    const calls = [f(tf.ones([1, 1])), f(tf.ones([1, 1]))];
    await useBackend({ backend: 'wasm' });
    const results = await Promise.all(calls);
    expect([v, ...results].map(value)).toEqual([11, 5, 5]);
    expect(value(tf.add(v, results[0]!))).toBe(16);
    await useBackend({ backend: 'tensorflow' });
    expect(value(tf.add(v, results[1]!))).toBe(16);
    tf.dispose([v, ...results]);
  });
});
