/**
 * One rank of a run, in a process of its own: trains a small network and prints its losses as JSON. Arguments: a JSON
 * object of `addresses` (none for a process by itself), `rank`, and options of `train`.
 */
import { imageSet } from '../../src/datasets/index.ts';
import { joinTeam, useBackend } from '../../src/engine/index.ts';
import { unet } from '../../src/models/index.ts';
import { adam, constant, train, type TrainOptions } from '../../src/training/index.ts';

interface Order {
  addresses?: string[];
  rank: number;
  options: Omit<TrainOptions, 'team' | 'learningRate'>;
  /** Says each step on stderr. */
  loud?: boolean;
  patience?: number;
}

const { addresses, rank, options, loud, patience = 60 } = JSON.parse(process.argv[2]!) as Order;
const shades = Uint8Array.from({ length: 40 * 64 }, (_, i) => (i * i * 31 + (i >> 6) * 57) % 256);
const set = imageSet('shades', [8, 8, 1], shades, new Uint8Array(40));

try {
  await useBackend({ backend: 'tensorflow', threads: 1 });
  const team = addresses && (await joinTeam({ addresses, rank, patience }));
  const model = unet({ size: 8, widths: [4, 8], blocks: 1, groups: 2 });
  // With the usual eps Adam does not see how long the gradient is, and a sum would pass for a mean.
  const optimizer = adam({ eps: 0.01 });
  const run = train(model, { train: set }, { learningRate: constant(3e-3), optimizer, ...options, team });
  const losses: number[] = [];
  for await (const { step, loss } of run) {
    losses.push(loss);
    if (loud) console.error(`step ${step}`);
  }
  const { vector } = await run.trained();
  const checksum = vector.reduce((sum, x, i) => sum + x * (1 + (i % 7)), 0);
  console.log(JSON.stringify({ losses, checksum }));
} catch (error) {
  console.error(`${(error as Error).name}: ${(error as Error).message}`);
  process.exitCode = 1;
}
