/** What is one tensor, shares its data or was made of it must make no difference to a compiled function. */
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile, tf, useBackend, withoutLeaks } from '../../src/engine/index.ts';
import { agrees, scenario } from './programs.ts';
import { runs } from './tensorflow.ts';

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const scalars = (...numbers: number[]) => numbers.map((n) => tf.scalar(n));
const numbersOf = async (results: Promise<tf.Tensor>[]) =>
  (await Promise.all(results)).map((result) => values(result)[0]);

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

    test('two arguments are two, even if one tensor was both in the first call', async () => {
      const f = compile((x: tf.Tensor, y: tf.Tensor) => tf.add(x, tf.mul(y, 10)));
      const [a, b] = scalars(1, 2) as [tf.Tensor, tf.Tensor];
      const calls = [f(a, a), f(a, b), f(b, a), f(b, b), f(a, a.clone()), f(b, a.clone())];
      expect(await numbersOf(calls)).toEqual([11, 21, 12, 22, 11, 12]);
    });

    test('a moving average that began as a clone moves', async () => {
      const step = compile((state: { p: tf.Tensor; average: tf.Tensor }) => {
        const p = tf.sub(state.p, 1);
        return { p, average: tf.add(tf.mul(state.average, 0.9), tf.mul(p, 0.1)) };
      });
      let state: { p: tf.Tensor; average: tf.Tensor } = { p: tf.scalar(10), average: tf.scalar(10) };
      state.average = state.p.clone();
      const seen: number[] = [];
      for (let i = 0; i < 3; i++) {
        state = await step(state);
        seen.push(values(state.average)[0]!);
      }
      [9.9, 9.71, 9.439].forEach((average, i) => expect(seen[i]).toBeCloseTo(average, 5));
    });

    test('two moments that began as one tensor of zeros part', async () => {
      const step = compile(({ m, v }: { m: tf.Tensor; v: tf.Tensor }, g: tf.Tensor) => ({
        m: tf.add(m, g),
        v: tf.add(v, tf.square(g)),
      }));
      const zero = tf.scalar(0);
      let moments: { m: tf.Tensor; v: tf.Tensor } = { m: zero, v: zero };
      for (const g of [3, 4]) moments = await step(moments, tf.scalar(g));
      expect([moments.m, moments.v].map((each) => values(each)[0])).toEqual([7, 25]);
    });

    test('attention that was first given one tensor attends to others later', async () => {
      const attention = compile((q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) =>
        tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v),
      );
      const [q, k, v] = [
        tf.zeros([2, 2]),
        tf.tensor2d([1, 2, 3, 4], [2, 2]),
        tf.tensor2d([2, 4, 6, 8], [2, 2]),
      ];
      await attention(q as tf.Tensor2D, q as tf.Tensor2D, q as tf.Tensor2D);
      expect(values(await attention(q as tf.Tensor2D, k, v))).toEqual([4, 6, 4, 6]);
    });

    test('an argument is apart from a tensor of the closure that it once was, or shared data with', async () => {
      const c = tf.scalar(2);
      const f = compile((x: tf.Tensor) => tf.mul(x, c));
      const shares = compile((x: tf.Tensor) => tf.mul(x, c));
      expect(await numbersOf([f(c), f(tf.scalar(3)), f(c)])).toEqual([4, 6, 4]);
      expect(await numbersOf([shares(c.clone()), shares(tf.scalar(3))])).toEqual([4, 6]);
    });

    test('a variable as argument is that variable, in the closure too, and another is another', async () => {
      const [v, w] = scalars(10, 3).map((tensor) => tf.variable(tensor)) as [tf.Variable, tf.Variable];
      const f = compile((x: tf.Tensor) => tf.mul(x, v));
      const two = tf.scalar(2);
      expect(await numbersOf([f(v), f(two), f(w), f(v)])).toEqual([100, 20, 30, 100]);
      v.assign(tf.scalar(5));
      w.assign(tf.scalar(7));
      expect(await numbersOf([f(v), f(two), f(w)])).toEqual([25, 10, 35]);
    });

    test('what is assigned to an argument is assigned to the variable that was given', async () => {
      const [v, w] = scalars(1, 2).map((tensor) => tf.variable(tensor)) as [tf.Variable, tf.Variable];
      const increase = compile((x: tf.Variable, by: tf.Tensor) => {
        x.assign(tf.add(x, by));
        return tf.mul(v, 100);
      });
      const by = tf.scalar(10);
      const seen = [];
      for (const variable of [v, w, v]) seen.push(values(await increase(variable, by))[0]);
      expect([...seen, values(v)[0], values(w)[0]]).toEqual([1100, 1100, 2100, 21, 12]);
      await increase(v, v);
      expect(values(v)).toEqual([42]);
    });

    test('two variables made of one tensor are two', async () => {
      const start = tf.scalar(1);
      const [v, w] = [tf.variable(start), tf.variable(start)];
      const f = compile((x: tf.Tensor) => tf.addN([x, tf.mul(v, 10), tf.mul(w, 100), tf.mul(start, 1000)]));
      expect(await numbersOf([f(start)])).toEqual([1111]);
      w.assign(tf.scalar(2));
      expect(await numbersOf([f(start)])).toEqual([1211]);
      v.assign(w);
      expect(await numbersOf([f(tf.scalar(5))])).toEqual([1225]);
    });

    test('a snapshot of a variable stays what it was, and one taken inside follows', async () => {
      const p = tf.variable(tf.scalar(1));
      const snapshot = p.clone() as tf.Tensor;
      const f = compile(() => [tf.mul(snapshot, 1), tf.mul(tf.clone(p as tf.Tensor), 10), snapshot, p]);
      const seen = async () => (await f()).map((each) => values(each)[0]);
      expect(await seen()).toEqual([1, 10, 1, 1]);
      p.assign(tf.scalar(2));
      expect(await seen()).toEqual([1, 20, 1, 2]);
    });

    test('variables change places', async () => {
      const start = tf.scalar(1);
      const [v, w] = [tf.variable(start), tf.variable(start)];
      const swap = compile(() => {
        const before = tf.clone(v as tf.Tensor);
        v.assign(tf.add(w, 1));
        w.assign(before as tf.Scalar);
        return before;
      });
      const seen = [];
      for (let i = 0; i < 4; i++) {
        await swap();
        seen.push([v, w].map((each) => values(each)[0]));
      }
      expect(seen).toEqual([
        [2, 1],
        [2, 2],
        [3, 2],
        [3, 3],
      ]);
    });

    test('a gradient is that by its own argument', async () => {
      const f = compile((x: tf.Tensor, y: tf.Tensor) =>
        tf.grad((v) => tf.mul(tf.square(v), y) as tf.Tensor)(x),
      );
      const [a, b] = scalars(3, 5) as [tf.Tensor, tf.Tensor];
      expect(await numbersOf([f(a, a), f(a, b), f(b, a)])).toEqual([18, 30, 30]);
    });

    test('an output that is an input unchanged, given twice, is two tensors apart from it', async () => {
      const f = compile((x: tf.Tensor, y: tf.Tensor) => ({ x, y, both: [x, y], same: x }));
      const [a, b] = scalars(1, 2) as [tf.Tensor, tf.Tensor];
      await f(a, a);
      const { x, y, both, same } = await f(a, b);
      tf.dispose([a, b, x, both]);
      expect([y, same].map((each) => values(each)[0])).toEqual([2, 1]);
    });

    test('disposing one alias leaves the others', async () => {
      const c = tf.scalar(2);
      const f = compile((x: tf.Tensor) => tf.add(tf.mul(x, 10), c));
      const [x, y] = [c.clone(), c.clone()];
      const first = f(x);
      x.dispose();
      expect(await numbersOf([first, f(y)])).toEqual([22, 22]);
      await expect(f(x)).rejects.toThrow('argument 1 is a tensor that was disposed ([] float32)');
      const gone = compile((z: tf.Tensor) => {
        z.dispose();
        return tf.scalar(1);
      });
      await gone(y);
      expect(y.isDisposed).toBe(false);
    });

    test('undefined is not null, nor left out', async () => {
      const seen = (tree: { mask?: tf.Tensor | null }) =>
        'mask' in tree ? (tree.mask === null ? 2 : tree.mask === undefined ? 3 : 4) : 1;
      const f = compile((tree: { mask?: tf.Tensor | null }) => tf.scalar(seen(tree)));
      const trees = [{}, { mask: null }, { mask: undefined }, { mask: tf.scalar(0) }, {}];
      expect(await numbersOf(trees.map((tree) => f(tree)))).toEqual([1, 2, 3, 4, 1]);
    });

    test('what was traced for variables that are gone is freed', async () => {
      const f = compile((x: tf.Tensor) => tf.mul(x, 2));
      await withoutLeaks(async () => {
        for (let i = 0; i < 5; i++) {
          const v = tf.tidy(() => tf.variable(tf.scalar(i)));
          const doubled = await f(v);
          expect(values(doubled)).toEqual([2 * i]);
          tf.dispose([v, doubled]);
        }
      });
      expect(f.traces).toBeLessThanOrEqual(1);
    });
  });

describe.runIf(runs('tensorflow'))('on tensorflow alone', () => {
  test('a variable that another backend made is read at each call', async () => {
    await useBackend({ backend: 'wasm' });
    const [v, c] = [tf.variable(tf.scalar(2)), tf.scalar(3)];
    await useBackend({ backend: 'tensorflow' });
    const f = compile((x: tf.Tensor) => tf.add(tf.mul(x, v), c));
    expect(await numbersOf([f(tf.scalar(10))])).toEqual([23]);
    v.assign(tf.scalar(4));
    expect(await numbersOf([f(tf.scalar(10))])).toEqual([43]);
    expect(values(tf.add(c, 1))).toEqual([4]);
    tf.dispose([v, c]);
  });

  test('a reshaped tensor of another backend is not taken for what it was before', async () => {
    await useBackend({ backend: 'wasm' });
    const flat = tf.tensor1d([1, 2, 3, 4, 5, 6]);
    const rows = tf.reshape(flat, [2, 3]);
    await useBackend({ backend: 'tensorflow' });
    const f = compile((x: tf.Tensor) => tf.sum(x, 0));
    const message = /shape \[2,3\] shares data that another backend made in shape \[6\].*tf\.tensor/;
    await expect(f(rows)).rejects.toThrow(message);
    await expect(compile(() => tf.sum(rows, 0))()).rejects.toThrow(message);
    expect(() => tf.sum(rows, 0)).toThrow(message);
    expect(values(await f(tf.tensor(await rows.data(), rows.shape)))).toEqual([5, 7, 9]);
    expect(values(await f(flat))).toEqual([21]);
    tf.dispose([flat, rows]);
  });
});

test('random programs with random aliases give the numbers of arrays, which share nothing', async () => {
  await fc.assert(fc.asyncProperty(scenario, agrees), { numRuns: 100, seed: 12 });
});
