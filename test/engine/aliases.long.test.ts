import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile, tf, useBackend } from '../../src/engine/index.ts';
import { agrees, scenario } from './programs.ts';
import { runs } from './tensorflow.ts';

test(
  'three thousand random programs with random aliases give the numbers of arrays',
  () => fc.assert(fc.asyncProperty(scenario, agrees), { numRuns: 3000 }),
  10 * 60_000,
);

test.runIf(runs('tensorflow'))('TensorFlow, out of memory, names the remedy', async () => {
  await useBackend({ backend: 'tensorflow' });
  const one = tf.ones([1, 1000]);
  const tile = compile((y: tf.Tensor) => tf.tile(y, [1e7, 1e4]), { name: 'big' });
  await expect(tile(one)).rejects.toThrow(/^big: out of memory \(.*OOM.*smaller batch.*--batch/);
  one.dispose();
});
