import { expect, it, vi } from 'vitest';
import { mnist } from '../../src/datasets/index.ts';
import { useBackend } from '../../src/engine/index.ts';
import { unet } from '../../src/models/index.ts';
import { constant, train } from '../../src/training/index.ts';
import { hasTensorFlow } from '../engine/tensorflow.ts';

vi.setConfig({ testTimeout: 120_000 });

const model = unet({ widths: [4, 8, 8], groups: 4 });
const data = mnist();

async function losses(): Promise<number[]> {
  const found: number[] = [];
  const run = train(model, data, {
    steps: 4,
    batch: 4,
    learningRate: constant(1e-3),
    validateEvery: 4,
    validationImages: 8,
  });
  for await (const { loss, validationLoss } of run) {
    found.push(loss);
    if (validationLoss !== undefined) found.push(validationLoss);
  }
  return found;
}

it.runIf(hasTensorFlow)('trains on wasm with the losses of TensorFlow', async () => {
  await useBackend({ backend: 'tensorflow' });
  const native = await losses();
  await useBackend({ backend: 'wasm' });
  const wasm = await losses();
  expect(wasm.length).toBe(5);
  wasm.forEach((loss, i) => expect(Math.abs(loss / native[i] - 1)).toBeLessThan(1e-3));
});
