/** A process of its own for the tests of a full disk: saves the state of a tiny run into a folder. */
import { unet } from '../../src/models/index.ts';
import { saveState } from '../../src/training/state.ts';

const [folder, step] = process.argv.slice(2);
const model = unet({ size: 8, widths: [2, 2], blocks: 1, groups: 1 });
const n = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
const vector = new Float32Array(n).fill(Number(step));
// Without a listener the signal of a file that grows too large would end the process before the error is seen.
process.on('SIGXFSZ', () => undefined);
try {
  const state = { parameters: vector, average: vector, m: vector, v: vector };
  await saveState(folder, model, state, Number(step), {
    seed: 0,
    batch: 1,
    schedule: 'linear 1000',
    data: 'none',
  });
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
