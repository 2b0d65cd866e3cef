import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mnist } from '../../src/datasets/index.ts';
import {
  cosineSchedule,
  linearSchedule,
  scaledLinearSchedule,
  scheduleFromBetas,
} from '../../src/diffusion/index.ts';
import { useBackend } from '../../src/engine/index.ts';
import { unet, type Denoiser } from '../../src/models/index.ts';
import {
  adam,
  constant,
  loadTrained,
  LOCK_FILE,
  MODEL_FILE,
  readSafetensors,
  STATE_FILE,
  train,
  writeSafetensors,
  type TrainingData,
  type TrainOptions,
} from '../../src/training/index.ts';
import { timeOfStep } from '../../src/training/pace.ts';
import { settingNames } from '../../src/training/settings.ts';
import { data, network, reports, shades, start } from './small.ts';

vi.setConfig({ testTimeout: 120_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-resume-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));
/** A run of two steps, as a folder. */
let made = '';
beforeAll(async () => {
  await useBackend();
  made = folder();
  await reports(start({ steps: 2, checkpointDir: made }));
}, 120_000);

interface Run {
  model: Denoiser;
  to: TrainingData;
  options: Partial<TrainOptions>;
}
const unchanged: Run = {
  model: network,
  to: data,
  options: { batch: 4, seed: 3, learningRate: constant(1e-3) },
};
/** Tries to go on from the folder with steps that are done already: it ends before the first step. */
const resume = ({ model, to, options }: Run, dir = made, more: Partial<TrainOptions> = {}) =>
  reports(
    train(model, to, { steps: 2, validateEvery: 0, checkpointDir: dir, resume: true, ...options, ...more }),
  );

const withOptions = (options: Partial<TrainOptions>): Run => ({
  ...unchanged,
  options: { ...unchanged.options, ...options },
});
const withModel = (config: object): Run => ({
  ...unchanged,
  model: unet({ size: 8, widths: [4, 8], blocks: 1, groups: 2, ...config }),
});
const withData = (to: Partial<TrainingData>): Run => ({ ...unchanged, to: { ...data, ...to } });
const small = linearSchedule();

/** Changes of one setting each, with what the refusal must name. */
const changes: Record<string, readonly [string, fc.Arbitrary<Run>]> = {
  groups: ['network config groups 2', fc.constantFrom(1, 4).map((groups) => withModel({ groups }))],
  headSize: [
    'network config headSize null',
    fc.constantFrom(1, 2, 4).map((headSize) => withModel({ headSize })),
  ],
  size: ['network config size 8', fc.constantFrom(4, 12, 16, 32).map((size) => withModel({ size }))],
  seed: [
    'seed 3',
    fc
      .maxSafeInteger()
      .filter((seed) => seed !== 3)
      .map((seed) => withOptions({ seed })),
  ],
  batch: [
    'batch 4',
    fc
      .integer({ min: 1, max: 12 })
      .filter((n) => n !== 4)
      .map((batch) => withOptions({ batch })),
  ],
  averageDecay: [
    'averageDecay 0.999',
    fc.double({ min: 0, max: 0.998, noNaN: true }).map((averageDecay) => withOptions({ averageDecay })),
  ],
  validationImages: [
    'validationImages 512',
    fc
      .integer({ min: 1, max: 500 })
      .map((validationImages) => withOptions({ validationImages, validateEvery: 100 })),
  ],
  schedule: [
    'schedule ',
    fc
      .constantFrom(
        cosineSchedule(),
        scaledLinearSchedule(),
        linearSchedule({ T: 999 }),
        linearSchedule({ betaStart: 2e-4 }),
        linearSchedule({ betaEnd: 0.021 }),
        scheduleFromBetas('linear', small.beta.subarray(1)),
      )
      .map((schedule) => withOptions({ schedule })),
  ],
  optimizer: [
    'optimizer ',
    fc
      .constantFrom<object[]>(
        { beta1: 0.8 },
        { beta2: 0.9 },
        { eps: 1e-7 },
        { weightDecay: 0.01 },
        { clipNorm: 1 },
      )
      .map((options) => withOptions({ optimizer: adam(options) })),
  ],
  learningRate: [
    'learningRate ',
    fc
      .record({ at: fc.integer({ min: 1, max: 2 }), rate: fc.double({ min: 1e-9, max: 9e-4, noNaN: true }) })
      .map(({ at, rate }) => withOptions({ learningRate: (step) => (step === at ? rate : 1e-3) })),
  ],
  data: [
    'data ',
    fc.oneof(
      fc.integer({ min: 1, max: 99 }).map((seed) => withData({ train: shades('shades', 12, seed) })),
      fc.integer({ min: 1, max: 11 }).map((count) => withData({ train: shades('shades', count) })),
      fc.constant(withData({ train: shades('other shades', 12) })),
      fc.constant(withData({ train: data.train.take([1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) })),
    ),
  ],
  validation: [
    'validation ',
    fc.constantFrom(
      withData({ validation: undefined }),
      withData({ validation: shades('held out', 5, 8) }),
      withData({ validation: shades('held out', 4, 7) }),
    ),
  ],
};

describe('a resume', () => {
  it('goes on with the settings it was made with, and with nothing else: the one that differs is named', async () => {
    expect(await resume(unchanged)).toEqual([]);
    const before = readFileSync(join(made, STATE_FILE));
    for (const [setting, [named, runs]] of Object.entries(changes)) {
      await fc.assert(
        fc.asyncProperty(runs, async (run) => {
          const error = await resume(run).then(
            () => new Error('it was accepted'),
            (refusal: Error) => refusal,
          );
          expect(error.message, setting).toContain(`${STATE_FILE}: made with ${named}`);
          expect(error.message).toMatch(
            /, asked to go on with .*: pass the same \w+, or go on with another by mayDiffer/,
          );
        }),
        { numRuns: 6 },
      );
    }
    expect(readFileSync(join(made, STATE_FILE)).equals(before)).toBe(true);
    expect(readdirSync(made)).not.toContain(LOCK_FILE);
  });

  it('tells a rate apart that differs at one step between those that are written out', async () => {
    const dir = folder();
    await reports(start({ steps: 70, batch: 1, checkpointDir: dir, checkpointEvery: 70 }));
    const other = (odd: number) => (step: number) => (step === odd ? 1.0001e-3 : 1e-3);
    for (let odd = 1; odd <= 70; odd++) {
      const run = withOptions({ learningRate: other(odd), batch: 1 });
      await expect(resume(run, dir, { steps: 70 })).rejects.toThrow(/made with learningRate/);
    }
    await resume(withOptions({ batch: 1 }), dir, { steps: 70 });
  });

  it('is refused where the data are split by another seed: held-out digits would be trained on', async () => {
    const [zero, one] = [mnist({ seed: 0 }), mnist({ seed: 1 })];
    const digits = unet({ widths: [4], blocks: 1, groups: 2 });
    const few = (splits: typeof zero) => ({ train: splits.train.take([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) });
    const dir = folder();
    const options = { steps: 1, batch: 2, checkpointDir: dir };
    await reports(train(digits, few(zero), options));
    await expect(reports(train(digits, few(one), { ...options, resume: true }))).rejects.toThrow(
      /made with data checksum [0-9a-f]{64}, asked to go on with checksum [0-9a-f]{64}: pass the same data/,
    );
  });

  it('goes on with another setting where that is said, which is from then on the one', async () => {
    const dir = folder();
    cpSync(made, dir, { recursive: true });
    const other = withData({ train: shades('more shades', 20) });
    expect((await resume(other, dir, { steps: 3, mayDiffer: ['data'] })).length).toBe(1);
    await expect(resume(unchanged, dir)).rejects.toThrow('made with data name more shades');
    expect(await resume(other, dir, { steps: 3 })).toEqual([]);
  });

  it('of a checkpoint of an earlier version says what that does not tell, and how to go on', async () => {
    const dir = folder();
    cpSync(made, dir, { recursive: true });
    const file = join(dir, STATE_FILE);
    const { tensors, metadata } = await readSafetensors(file);
    const about = JSON.parse(metadata.scorebook) as Record<string, unknown>;
    const added = ['validation', 'validationImages', 'method'];
    const old = Object.fromEntries(Object.entries(about).filter(([name]) => !added.includes(name)));
    old.data = 'shades';
    await writeSafetensors(file, tensors, { ...metadata, scorebook: JSON.stringify(old) });
    await expect(resume(unchanged, dir)).rejects.toThrow(
      /training_state\.safetensors: does not say with which data, validation, validationImages, method it was made: an earlier version of Scorebook wrote it\. .*mayDiffer: \['data', 'validation', 'validationImages', 'method'\]; or start anew by overwrite: true/,
    );
    // What it does tell is compared all the same.
    await expect(resume(withOptions({ seed: 4 }), dir)).rejects.toThrow('made with seed 3');
    const mayDiffer = ['data', 'validation', 'validationImages', 'method'] as const;
    expect((await resume(unchanged, dir, { steps: 3, mayDiffer })).length).toBe(1);
    expect(await resume(unchanged, dir, { steps: 3 })).toEqual([]);
  });

  it('records every setting that there is', async () => {
    const { metadata } = await readSafetensors(join(made, STATE_FILE));
    const about = JSON.parse(metadata.scorebook) as Record<string, unknown>;
    for (const setting of settingNames)
      expect(about).toHaveProperty(setting === 'network' ? 'config' : setting);
  });
});

describe('a folder of checkpoints', () => {
  it('whose model is older than its state is mended by the next start, byte for byte', async () => {
    const dir = folder();
    const files = [MODEL_FILE, 'config.json'];
    await reports(start({ steps: 1, checkpointDir: dir }));
    const old = files.map((name) => readFileSync(join(dir, name)));
    await resume(unchanged, dir, { steps: 2 });
    const right = files.map((name) => readFileSync(join(dir, name)));
    for (const damage of [
      () => writeFileSync(join(dir, MODEL_FILE), old[0]),
      () => rmSync(join(dir, MODEL_FILE)),
      () => rmSync(join(dir, 'config.json')),
      () => writeFileSync(join(dir, 'config.json'), '{"_class_name": "UNet2DModel"}'),
      () => writeFileSync(join(dir, MODEL_FILE), right[0].subarray(0, 100)),
    ]) {
      damage();
      expect(await resume(unchanged, dir)).toEqual([]);
      files.forEach((name, i) => expect(readFileSync(join(dir, name)).equals(right[i]), name).toBe(true));
    }
    const trained = await loadTrained(dir);
    expect(trained.about.step).toBe(2);
    trained.dispose();
    // What is right already is not written again.
    const { ino } = statSync(join(dir, MODEL_FILE));
    await resume(unchanged, dir);
    expect(statSync(join(dir, MODEL_FILE)).ino).toBe(ino);
  });

  it('belongs to one training at a time, and to the next when that has ended or was killed', async () => {
    const dir = folder();
    const first = start({ steps: 4, checkpointDir: dir })[Symbol.asyncIterator]();
    await first.next();
    for (const options of [{}, { overwrite: true }])
      await expect(reports(start({ steps: 2, checkpointDir: dir, ...options }))).rejects.toThrow(
        /in use: this process has it since/,
      );
    await first.return!(undefined);
    expect(readdirSync(dir)).not.toContain(LOCK_FILE);
    writeFileSync(
      join(dir, LOCK_FILE),
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), since: '', token: '' }),
    );
    expect((await reports(start({ steps: 2, checkpointDir: dir, resume: true }))).length).toBe(1);
    expect(readdirSync(dir)).not.toContain(LOCK_FILE);
  });

  it('that nothing can be written into is refused before the first step', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const run = start({ steps: 2, checkpointDir: join(file, 'run') });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow(
      /file\/run: nothing can be written here: .*ENOTDIR/,
    );
    const absent = join(scratch, 'absent');
    await expect(reports(start({ steps: 2, checkpointDir: absent, resume: true }))).rejects.toThrow(
      'nothing to go on from',
    );
    expect(existsSync(absent)).toBe(false);
  });
});

it('the time of a step does not count the first, which is traced', () => {
  expect(timeOfStep([3000])).toBe(3000);
  expect(timeOfStep([3000, 20])).toBe(20);
  expect(timeOfStep([3000, ...Array.from({ length: 20 }, (_, i) => i)])).toBe(14.5);
});
