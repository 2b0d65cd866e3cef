import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile, fuse, tf, useBackend, withoutLeaks } from '../../src/engine/index.ts';
import { runs } from './tensorflow.ts';

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`variables of a compiled function on ${backend}`, () => {
    let state: tf.Variable;
    beforeAll(async () => {
      await useBackend({ backend });
    });
    beforeEach(() => {
      state = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    });
    afterEach(() => state.dispose());

    test('are read at each call, whoever assigned them', async () => {
      const f = compile((x: tf.Tensor) => tf.mul(x, state));
      expect(values(await f(tf.scalar(10)))).toEqual([10, 20]);
      state.assign(tf.tensor1d([3, 4]));
      expect(values(await f(tf.scalar(10)))).toEqual([30, 40]);
      const other = compile(() => tf.square(state));
      expect(values(await other())).toEqual([9, 16]);
    });

    test('hold after a call what it assigned, and read so within it', async () => {
      const f = compile((x: tf.Tensor) => {
        const before = tf.clone(state as tf.Tensor);
        state.assign(tf.add(state, x));
        state.assign(tf.mul(state, 2));
        return [before, state, tf.neg(state)];
      });
      const [before, after, negative] = await f(tf.scalar(1));
      expect([before!, after!, negative!].map(values)).toEqual([
        [1, 2],
        [4, 6],
        [-4, -6],
      ]);
      expect(values(state)).toEqual([4, 6]);
      expect(after).not.toBe(state);
    });

    test('calls that assign run one after the other, and their arguments may be disposed', async () => {
      const append = compile((x: tf.Tensor) => {
        state.assign(tf.add(tf.mul(state, 10), x));
        return state;
      });
      const calls = [1, 2, 3, 4].map((digit) => {
        const x = tf.scalar(digit);
        const call = append(x);
        x.dispose();
        return call;
      });
      const seen = await Promise.all(calls);
      expect(seen.map((each) => values(each)[0])).toEqual([11, 112, 1123, 11234]);
      expect(values(state)[0]).toBe(11234);
    });

    test('train with an optimizer of tfjs, to the numbers it gives by itself', async () => {
      const train = (name: string) => {
        const w = tf.tidy(() => tf.variable(tf.tensor1d([0.5, -1]), true, name));
        const optimizer = tf.train.sgd(0.1);
        const loss = () => tf.sum(tf.square(tf.sub(tf.square(w), 3))) as tf.Scalar;
        return { w, step: () => optimizer.minimize(loss, true, [w])! };
      };
      const [ours, theirs] = [train('compiled'), train('eager')];
      const step = compile(ours.step);
      for (let i = 0; i < 5; i++) {
        const [a, b] = [await step(), theirs.step()];
        expect(values(a)[0]).toBeCloseTo(values(b)[0]!, 5);
      }
      values(ours.w).forEach((value, i) => expect(value).toBeCloseTo(values(theirs.w)[i]!, 5));
      tf.dispose([ours.w, theirs.w]);
    });

    test('hold what they held when the function fails', async () => {
      const f = compile((x: tf.Tensor) => {
        state.assign(tf.add(state, 1));
        return tf.matMul(x as tf.Tensor2D, tf.ones([7, 7]));
      });
      await expect(f(tf.ones([2, 2]))).rejects.toThrow();
      expect(values(state)).toEqual([1, 2]);
    });

    test('of another shape are refused, and so are variables made inside', async () => {
      const f = compile((x: tf.Tensor) => {
        state.assign(x as tf.Tensor1D);
        return x;
      });
      await expect(f(tf.scalar(5))).rejects.toThrow(
        /variable .* is float32 \[2\]; assigned was float32 \[\]/,
      );
      const makes = compile((x: tf.Tensor) => tf.variable(x));
      await expect(makes(tf.scalar(5))).rejects.toThrow(
        /tf\.variable\(\) inside .*variables\.test\.ts:\d+.* Make it before/,
      );
    });

    test('are not assigned inside a fused function', async () => {
      const fused = fuse('assigns', (x: tf.Tensor) => {
        state.assign(x as tf.Tensor1D);
        return [x];
      });
      const f = compile((x: tf.Tensor) => fused(x), { xla: 'fused' });
      await expect(f(tf.tensor1d([5, 6]))).rejects.toThrow(/A fused function has no state/);
      expect(values(state)).toEqual([1, 2]);
    });

    test('that are disposed are named', async () => {
      const gone = tf.tidy(() => tf.variable(tf.scalar(2), true, `gone-${backend}`));
      const f = compile((x: tf.Tensor) => tf.mul(x, gone));
      (await f(tf.scalar(1))).dispose();
      gone.dispose();
      await expect(f(tf.scalar(1))).rejects.toThrow(
        backend === 'tensorflow' ? /gone-tensorflow, which is read, was disposed/ : Error,
      );
    });

    test('leave no tensor behind', async () => {
      const f = compile((x: tf.Tensor) => {
        state.assign(tf.add(state, x));
        return tf.sum(state);
      });
      const x = tf.tensor1d([1, 1]);
      await withoutLeaks(async () => {
        for (let i = 0; i < 10; i++) (await f(x)).dispose();
      });
      expect(values(state)).toEqual([11, 12]);
      x.dispose();
    });
  });
