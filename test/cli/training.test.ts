import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scorebook } from './spawn.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scorebook-'));
});
afterAll(() => rm(folder, { recursive: true }));

test(
  'train writes a checkpoint that only its own settings resume, and sample draws a grid from it',
  { timeout: 240_000 },
  async () => {
    const out = join(folder, 'run');
    const common = ['--batch', '2', '--validate-every', '0', '--out', out];
    const trained = await scorebook('train', '--steps', '1', '--seed', '3', ...common);
    expect([trained.status, trained.stdout]).toEqual([0, `done: checkpoint in ${out}\n`]);
    const other = await scorebook('train', '--steps', '2', '--seed', '4', '--resume', ...common);
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(/made with seed 3.*asked to go on with 4/);

    const resumed = (...args: string[]) =>
      scorebook('train', '--steps', '2', '--seed', '3', '--resume', ...args, ...common);
    const faster = await resumed('--learning-rate', '0.5');
    expect(faster.stderr).toMatch(
      /made with learningRate 0\.00\d+ at step 1, asked to go on with 0.5: .* or --new-learning-rate to go on with another/,
    );
    const anew = await scorebook('train', '--steps', '1', ...common);
    expect([anew.status, anew.stdout]).toEqual([1, '']);
    expect(anew.stderr).toMatch(
      /training_state\.safetensors: the run here \(step 1\) would be overwritten\. Go on from it with --resume, .* --overwrite, or choose another --out/,
    );
    const state = join(out, 'training_state.safetensors');
    const wrong = await scorebook('sample', '--checkpoint', state, '--out', join(folder, 'no.png'));
    expect(wrong.stderr).toMatch(/training_state\.safetensors: a training state, .* pass its folder/);

    const grid = join(folder, 'deep', 'grid.png');
    const drawn = await scorebook('sample', '--checkpoint', out, '--steps', '2', '--n', '5', '--out', grid);
    expect(drawn.status).toBe(0);
    expect(drawn.stdout).toContain('5 images by ddim in 2 steps');
    expect(drawn.stderr).toContain(`drawing from step 1 of the run (seed 3, mnist train) in ${out}\n`);
    const picture = PNG.sync.read(await readFile(grid));
    expect([picture.width, picture.height]).toEqual([2 * (3 * 29 - 1), 2 * (2 * 29 - 1)]);
  },
);
