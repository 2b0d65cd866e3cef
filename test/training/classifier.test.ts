import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { mnist } from '../../src/datasets/index.ts';
import { tf, useBackend } from '../../src/engine/index.ts';
import { classifier } from '../../src/models/index.ts';
import { loadClassifier, trainClassifier } from '../../src/training/index.ts';

beforeAll(async () => {
  await useBackend();
}, 120_000);

it('tells digits apart after a hundred steps, gives probabilities, and comes back from a file the same', async () => {
  const { train, validation } = mnist();
  const few = validation.take(Uint32Array.from({ length: 1000 }, (_, i) => i));
  const before = tf.memory().numTensors;
  const losses: number[] = [];
  const trained = await trainClassifier(
    { train },
    { model: classifier({ width: 8 }), steps: 100, onStep: ({ loss }) => losses.push(loss) },
  );
  expect(losses.length).toBe(100);
  expect(losses[0]).toBeGreaterThan(1.8); // ln 10 ≈ 2.3: it knows nothing yet
  expect(await trained.accuracy(few)).toBeGreaterThan(0.85);

  const x = tf.tensor4d(few.images([0, 1, 2]), [3, 28, 28, 1]);
  const rows = await trained.probabilities(x);
  for (const row of rows) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);

  const folder = mkdtempSync(join(tmpdir(), 'scorebook-classifier-'));
  await trained.save(join(folder, 'digits.safetensors'));
  const loaded = await loadClassifier(join(folder, 'digits.safetensors'));
  expect(await loaded.probabilities(x)).toEqual(rows);
  rmSync(folder, { recursive: true });

  tf.dispose(x);
  trained.dispose();
  loaded.dispose();
  expect(tf.memory().numTensors).toBe(before);
}, 120_000);
