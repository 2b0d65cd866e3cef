import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { linearSchedule } from '../../src/diffusion/index.ts';
import { tf, useBackend, type Team } from '../../src/engine/index.ts';
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

/** The set, whose images() fails or answers otherwise from the n-th call on, those that describe the data left out. */
const failing = (set: typeof data.train, n: number, instead: () => unknown) => {
  let calls = 0;
  const images = (indices?: ArrayLike<number>) =>
    indices?.length === 4 && ++calls > n ? (instead() as Float32Array) : set.images(indices);
  return { ...set, images };
};
const gone = () => {
  throw new Error('disk gone');
};
const broken = (n: number, instead: () => unknown) => ({ ...data, train: failing(data.train, n, instead) });

it.each<[string, (n: number) => object, (n: number) => object, RegExp]>([
  ['data that throw', (n) => broken(n, gone), () => ({}), /^disk gone\. /],
  [
    'data of another length',
    (n) => broken(n, () => new Float32Array(5)),
    () => ({}),
    /^data shades: images\(\) gives 5 numbers for 4 images of \[8, 8, 1\]: expected 256 numbers\. /,
  ],
  [
    'data that are promised',
    (n) => broken(n, () => Promise.resolve()),
    () => ({}),
    /^data shades: images\(\) gives a Promise for 4 images/,
  ],
  [
    'a learning rate that throws',
    () => data,
    (n) => ({ learningRate: (step: number) => (step === n + 1 ? gone() : 1e-2) }),
    /^disk gone\. /,
  ],
  [
    'a learning rate that is none',
    () => data,
    (n) => ({ learningRate: (step: number) => (step === n + 1 ? NaN : 1e-2) }),
    /^learningRate = NaN at step 4: expected /,
  ],
])(
  'what fails between steps leaves a checkpoint of the last finished step: %s',
  async (_, to, options, message) => {
    const dir = folder();
    const all = { steps: 50, batch: 4, learningRate: constant(1e-2), validateEvery: 0, checkpointDir: dir };
    const before = tf.memory().numTensors;
    const run = train(scale, to(3) as typeof data, { ...all, ...options(3) });
    const error = await reports(run).then(
      () => undefined,
      (e: unknown) => e as Error,
    );
    const file = join(dir, STATE_FILE);
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain(`Stopped after step 3; ${file} has step 3: resume from it`);
    expect(error?.cause).toBeInstanceOf(Error);
    expect(error!.message.startsWith((error!.cause as Error).message)).toBe(true);
    expect(run.checkpoint).toEqual({ file, step: 3 });
    expect(tf.memory().numTensors).toBe(before);
    const rest = { ...all, steps: 5, resume: true };
    expect((await reports(train(scale, data, rest))).map(({ step }) => step)).toEqual([4, 5]);
  },
);

it('what fails before the first step, or without a folder, says that nothing was written', async () => {
  const options = { steps: 5, batch: 4, validateEvery: 0 };
  await expect(reports(train(scale, broken(0, gone), options))).rejects.toThrow(
    'disk gone. Stopped before step 1; no checkpoint was written',
  );
  await expect(reports(train(scale, broken(2, gone), options))).rejects.toThrow(
    'disk gone. Stopped after step 2; no checkpoint was written',
  );
});

it('an interrupt stays one, and the last finished step is saved', async () => {
  const interrupted = Object.assign(new Error('the cell was interrupted'), { name: 'Interrupted' });
  const dir = folder();
  const to = broken(2, () => {
    throw interrupted;
  });
  const run = train(scale, to, { steps: 5, batch: 4, validateEvery: 0, checkpointDir: dir });
  await expect(reports(run)).rejects.toBe(interrupted);
  expect(run.checkpoint?.step).toBe(2);
});

it('a set for validation whose images are of another length is named', async () => {
  const validation = { ...data.validation, images: () => new Float32Array(1) };
  await expect(reports(start({ steps: 1, validateEvery: 1 }, { ...data, validation }))).rejects.toThrow(
    'data held out: images() gives 1 numbers for 5 images of [8, 8, 1]: expected 320 numbers',
  );
});

it.each<[object, object, string]>([
  [{ checkpointEvery: 5 }, data, 'checkpointEvery = 5: expected checkpointDir'],
  [{ validationImages: 5, validateEvery: 0 }, data, 'validationImages = 5: expected validateEvery above 0'],
  [{ validateEvery: 5 }, { train: data.train }, 'validateEvery = 5: expected data.validation'],
  [
    { validationImages: 5, validateEvery: undefined },
    { train: data.train },
    'validationImages = 5: expected data.validation',
  ],
])('an option that would change nothing is refused: %j', (options, to, message) => {
  const team = (rank: number) => ({ rank, size: 2, sum: () => undefined }) as unknown as Team;
  const all = { steps: 1, ...options };
  expect(() => train(scale, to as typeof data, all)).toThrow(message);
  expect(() => train(scale, to as typeof data, { ...all, team: team(0) })).toThrow(message);
  if (to !== data) expect(() => train(scale, to as typeof data, { ...all, team: team(1) })).not.toThrow();
  expect(() => train(scale, { train: data.train }, { steps: 1, validateEvery: 0 })).not.toThrow();
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
