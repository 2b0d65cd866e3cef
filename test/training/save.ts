/**
 * A process of its own for the tests of full disks and kills: saves the state of a tiny run into a folder, once or
 * again and again, with every number the step's.
 */
import { imageSet } from '../../src/datasets/index.ts';
import { unet } from '../../src/models/index.ts';
import { linearSchedule } from '../../src/diffusion/index.ts';
import { adam, constant } from '../../src/training/index.ts';
import { settingsOf } from '../../src/training/settings.ts';
import { saveState } from '../../src/training/state.ts';

const [folder, first, repeat] = process.argv.slice(2);
const model = unet({ size: 8, widths: [2, 2], blocks: 1, groups: 1 });
const plan = {
  ...{ network: model, data: imageSet('none', [1, 1, 1], new Uint8Array(1), new Uint8Array(1)) },
  ...{ validation: undefined, validationImages: 1, seed: 0, batch: 1, averageDecay: 0.999 },
  ...{ schedule: linearSchedule(), optimizer: adam(), learningRate: constant(1e-3) },
};
const settings = settingsOf(plan);
const n = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
// Without a listener the signal of a file that grows too large would end the process before the error is seen.
process.on('SIGXFSZ', () => undefined);

async function save(step: number): Promise<void> {
  const vector = new Float32Array(n).fill(step);
  const state = { parameters: vector, average: vector, m: vector, v: vector };
  await saveState(folder, model as never, state, { step, ...settings(step) });
}

try {
  await save(Number(first));
  console.log('saved');
  for (let step = Number(first) + 1; repeat !== undefined; step++) await save(step);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
