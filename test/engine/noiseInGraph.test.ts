/** Noise inside a compiled function. TensorFlow's own kernel is the oracle of the stream computed in TypeScript. */
import { describe, expect, test } from 'vitest';
import {
  compile,
  fold,
  keyTensor,
  normalInGraph,
  randomKey,
  tf,
  useBackend,
} from '../../src/engine/index.ts';
import { statelessNormal } from '../../src/engine/random/inGraph.ts';
import { hasTensorFlow, runs } from './tensorflow.ts';

test.runIf(hasTensorFlow)(
  'the stream in TypeScript is the one of TensorFlow, negative seeds included',
  async () => {
    await useBackend({ backend: 'tensorflow' });
    for (const seed of [
      [0, 0],
      [1, 2],
      [-1, 2 ** 31 - 1],
      [-(2 ** 31), -7],
    ]) {
      const theirs = normalInGraph(tf.tensor1d(seed, 'int32'), [3, 67]).dataSync();
      statelessNormal(seed, 201).forEach((z, i) => expect(Math.abs(z - theirs[i]!)).toBeLessThan(2e-5));
      expect(new Set(theirs).size).toBeGreaterThan(195);
    }
  },
);

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    test('a compiled function draws anew with each key, and the same with the same one', async () => {
      await useBackend({ backend });
      const draw = compile((key: tf.Tensor1D) => tf.add(normalInGraph(key, [4, 5]), 0));
      const [a, b] = [0, 1].map((i) => keyTensor(fold(randomKey(3), i)));
      const [first, again, other] = [await draw(a!), await draw(a!), await draw(b!)];
      expect(first.shape).toEqual([4, 5]);
      expect([...again.dataSync()]).toEqual([...first.dataSync()]);
      expect([...other.dataSync()]).not.toEqual([...first.dataSync()]);
      const z = normalInGraph(a!, [100_000]).dataSync() as Float32Array;
      const moment = (p: number) => z.reduce((sum, v) => sum + v ** p, 0) / z.length;
      expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(z.length)); // five standard errors
      expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / z.length));
    });

    test('a key of another kind is refused', async () => {
      await useBackend({ backend });
      expect(() => normalInGraph(tf.tensor1d([1, 2]), [3])).toThrow(
        'key is float32 [2], expected one of keyTensor()',
      );
    });
  });
