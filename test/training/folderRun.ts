/** A run without training: it takes its folder as `train` does, and saves one step. */
import { linearSchedule } from '../../src/diffusion/index.ts';
import { unet } from '../../src/models/index.ts';
import { adam, constant } from '../../src/training/index.ts';
import type { AnyModel } from '../../src/training/architectures.ts';
import { openRunFolder } from '../../src/training/runFolder.ts';
import { settingsOf } from '../../src/training/settings.ts';
import { without } from '../../src/training/without.ts';
import { shades } from './small.ts';

export const unetOf = (widths: number[]) => unet({ size: 8, widths, blocks: 1, groups: 1 }) as AnyModel;
const settings = (network: AnyModel) =>
  settingsOf({
    ...{ network: network as never, data: shades('s', 2), validation: undefined, validationImages: 1 },
    ...{ seed: 0, batch: 1, averageDecay: 0.9, schedule: linearSchedule(), optimizer: adam() },
    learningRate: constant(1),
  });

/** Opens the folder as `train` does, and saves a step, every number of which is the step's. */
export async function run(
  dir: string,
  network: AnyModel,
  step: number,
  how: { resume?: boolean; overwrite?: boolean },
) {
  const all = settings(network);
  const { resume = false, overwrite = false } = how;
  const folder = await openRunFolder(dir, network, { settings: all, resume, overwrite });
  const n = network.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const vector = new Float32Array(n).fill(step);
  const from = folder.resumed?.step;
  if (from !== step) {
    const about = { step, ...without(all(step), 'network') };
    await folder.save({ parameters: vector, average: vector, m: vector, v: vector }, about);
  }
  await folder.close();
  return from;
}
