import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { linearSchedule } from '../../src/diffusion/index.ts';
import { tf, useBackend } from '../../src/engine/index.ts';
import type { Denoiser } from '../../src/models/index.ts';
import { constant, LOCK_FILE, saveModel, STATE_FILE, train } from '../../src/training/index.ts';
import type { AnyModel } from '../../src/training/architectures.ts';
import { saveFolder } from '../../src/training/checkpoint.ts';
import { checkVector } from '../../src/training/layout.ts';
import { data, network, reports, start } from './small.ts';

vi.setConfig({ testTimeout: 120_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-refusals-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));
beforeAll(async () => {
  await useBackend();
}, 120_000);

/** ε̂ = w·x. */
const scale: Denoiser = {
  kind: 'scale',
  config: {},
  parameters: [{ name: 'w', shape: [1], layout: 'vector', centre: 0, bound: 1 }],
  init: () => ({ w: tf.tensor1d([0.25]) }),
  apply: (p, x) => tf.mul(x, p.w),
};
const go = (steps: number, options: object = {}) =>
  train(scale, data, {
    ...{ steps, batch: 4, learningRate: constant(1e-2), validateEvery: 0 },
    ...options,
  });
const size = network.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

const linear = linearSchedule();
it.each<[string, object]>([
  ['tables of others', { abar: linear.abar.map((x) => x * x) }],
  ['fewer steps than its tables', { T: 500 }],
  ['a name that makes none', { name: 'mine' }],
  ['tables that are lists', { parameters: undefined, beta: Array.from(linear.beta) }],
])('a schedule that no checkpoint could record is refused before any step: %s', (_, change) => {
  const schedule = { ...linear, ...change };
  expect(() => start({ steps: 2, schedule })).toThrow(/^schedule: .*make it by scheduleFromBetas/);
});

it('misspelt names of data are refused, and the splits of a set are taken whole', () => {
  const { train: shades, validation } = data;
  expect(() => start({ steps: 1 }, { train: shades, validaton: validation } as never)).toThrow(
    'train: data: unknown option validaton (did you mean validation?)',
  );
  expect(() => start({ steps: 1 }, { ...data, test: shades } as never)).not.toThrow();
});

it('a resume to fewer steps than there are is refused, and keeps what there is', async () => {
  const dir = folder();
  await reports(go(3, { checkpointDir: dir }));
  const before = readFileSync(join(dir, STATE_FILE));
  await expect(reports(go(2, { checkpointDir: dir, resume: true }))).rejects.toThrow(
    /^steps = 2: .*training_state\.safetensors is of step 3: expected 3 or more/,
  );
  expect(readFileSync(join(dir, STATE_FILE)).equals(before)).toBe(true);
  expect(readdirSync(dir)).not.toContain(LOCK_FILE);
  expect(await reports(go(3, { checkpointDir: dir, resume: true }))).toEqual([]);
});

it('a config.json of something else is never replaced', async () => {
  const dir = folder();
  const file = join(dir, 'config.json');
  writeFileSync(file, '{"mine": true}');
  const refusal = /config\.json: not of a UNet2DModel, and would be replaced/;
  for (const options of [{}, { overwrite: true }])
    await expect(reports(start({ steps: 1, checkpointDir: dir, ...options }))).rejects.toThrow(refusal);
  await expect(saveFolder(dir, network as AnyModel, new Float32Array(size))).rejects.toThrow(refusal);
  expect(readFileSync(file, 'utf8')).toBe('{"mine": true}');
  expect(readdirSync(dir)).toEqual(['config.json']);
});

it('a last step that leaves no numbers gives no model', async () => {
  const run = go(1, { learningRate: () => 1e39 }); // infinite in float32
  await reports(run);
  const before = tf.memory().numTensors;
  await expect(run.trained()).rejects.toThrow(/^w has (NaN|-?Infinity) at 0: expected finite numbers/);
  expect(tf.memory().numTensors).toBe(before);
});

it('a vector that is not that of the network is not saved', async () => {
  const file = join(folder(), 'model.safetensors');
  for (const wrong of [0, size - 1, size + 1])
    await expect(saveModel(file, network as AnyModel, new Float32Array(wrong))).rejects.toThrow(
      `a vector of ${wrong} parameters: expected ${size}`,
    );
  const [first, second] = network.parameters;
  const at = first.shape.reduce((a, b) => a * b, 1) + 1;
  const vector = new Float32Array(size);
  vector[at] = NaN;
  await expect(saveModel(file, network as AnyModel, vector)).rejects.toThrow(`${second.name} has NaN at 1`);
  expect(() => checkVector(network, new Float32Array(size))).not.toThrow();
  expect(readdirSync(join(file, '..'))).toEqual([]);
});
