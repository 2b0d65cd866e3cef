/** A small run to try things on, which needs no tensors until its first step. */
import { imageSet } from '../../src/datasets/index.ts';
import { unet } from '../../src/models/index.ts';
import { constant, train } from '../../src/training/index.ts';
import type { TrainingReport, TrainingRun, TrainOptions } from '../../src/training/index.ts';

export const network = unet({ size: 8, widths: [4, 8], blocks: 1, groups: 2 });

/** Shades of grey that depend on the seed. */
export const shades = (name: string, count: number, seed = 0) =>
  imageSet(
    name,
    [8, 8, 1],
    Uint8Array.from({ length: count * 64 }, (_, i) => (i * i * 31 + (i >> 6) * 57 + seed * 101) % 256),
    new Uint8Array(count),
  );

export const data = { train: shades('shades', 12), validation: shades('held out', 5, 7) };

export const start = (options: Partial<TrainOptions> & { steps: number }, to = data): TrainingRun =>
  train(network, to, { batch: 4, seed: 3, validateEvery: 0, learningRate: constant(1e-3), ...options });

export async function reports(run: TrainingRun): Promise<TrainingReport[]> {
  const all: TrainingReport[] = [];
  for await (const report of run) all.push(report);
  return all;
}
