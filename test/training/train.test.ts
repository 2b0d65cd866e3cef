import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { imageSet } from '../../src/datasets/index.ts';
import { tf, useBackend } from '../../src/engine/index.ts';
import { classifier, unet, unflatten } from '../../src/models/index.ts';
import { cosineSchedule, linearSchedule, scheduleFromBetas } from '../../src/diffusion/index.ts';
import {
  adam,
  constant,
  linearDecay,
  loadTrained,
  MODEL_FILE,
  readSafetensors,
  saveModel,
  STATE_FILE,
  train,
  writeSafetensors,
} from '../../src/training/index.ts';
import type { TrainingReport, TrainingRun, TrainOptions } from '../../src/training/index.ts';

// Each test takes a second or two on an idle machine, most of it tracing.
vi.setConfig({ testTimeout: 120_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-train-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));

beforeAll(async () => {
  await useBackend();
}, 120_000);

const model = unet({ size: 8, widths: [4, 8], blocks: 1, groups: 2 });
/** Stripes, one kind a class. */
const stripes = (name: string, count: number) =>
  imageSet(
    name,
    [8, 8, 1],
    Uint8Array.from({ length: count * 64 }, (_, i) => (((i % 8) + Math.floor(i / 64)) % 4 < 2 ? 255 : 0)),
    Uint8Array.from({ length: count }, (_, i) => i % 4),
  );
const data = { train: stripes('stripes', 40), validation: stripes('held-out stripes', 10) };
const start = (options: Partial<TrainOptions> & { steps: number }): TrainingRun =>
  train(model, data, { batch: 8, seed: 3, validateEvery: 2, learningRate: constant(3e-3), ...options });

async function reports(run: TrainingRun): Promise<TrainingReport[]> {
  const all: TrainingReport[] = [];
  for await (const report of run) all.push(report);
  return all;
}

describe('training', () => {
  it('lowers the loss, the same for the same seed and otherwise for another', async () => {
    const losses = async (seed: number) =>
      (await reports(start({ steps: 60, seed }))).map(({ loss }) => loss);
    const [a, b, c] = [await losses(3), await losses(3), await losses(4)];
    expect(a).toEqual(b);
    expect(c).not.toEqual(a);
    const late = a.slice(-10).reduce((x, y) => x + y) / 10;
    expect(late).toBeLessThan(0.75 * a[0]);
  });

  it('reports the validation loss when asked, and after the last step', async () => {
    const all = await reports(start({ steps: 5 }));
    expect(all.map(({ step, validationLoss }) => (validationLoss === undefined ? 0 : step))).toEqual([
      0, 2, 0, 4, 5,
    ]);
    expect(all.every(({ msPerStep, steps }) => msPerStep > 0 && steps === 5)).toBe(true);
  });

  it('leaves no tensors behind, also when left in the middle', async () => {
    const before = tf.memory().numTensors;
    await reports(start({ steps: 3 }));
    const run = start({ steps: 10 });
    for await (const { step } of run) if (step === 2) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the model of the last finished step when it is left in the middle, and a checkpoint of it', async () => {
    const dir = folder();
    const run = start({ steps: 10, checkpointDir: dir });
    let during: Float32Array | undefined;
    for await (const { step } of run) {
      if (step < 2) continue;
      const now = await run.trained();
      during = now.vector;
      now.dispose();
      break;
    }
    const [after, loaded] = [await run.trained(), await loadTrained(dir)];
    expect(after.vector).toEqual(during);
    expect(loaded.vector).toEqual(during);
    expect([after.about.step, loaded.about.step]).toEqual([2, 2]);
    expect(run.checkpoint).toEqual({ file: join(dir, STATE_FILE), step: 2 });
    const rest = await reports(start({ steps: 4, checkpointDir: dir, resume: true }));
    expect(rest.map(({ step }) => step)).toEqual([3, 4]);
  });

  it('has no model before its first step, and is gone through once', async () => {
    const run = start({ steps: 1 });
    await expect(run.trained()).rejects.toThrow('no step of training was finished');
    await reports(run);
    await expect(reports(run)).rejects.toThrow('this run was gone through already');
  });

  it('gives a model that predicts, between steps and at the end', async () => {
    const run = start({ steps: 4 });
    const predictions: number[][] = [];
    for await (const { step } of run) {
      if (step !== 2 && step !== 4) continue;
      const trained = await run.trained();
      const out = await trained.predictEps(tf.ones([2, 8, 8, 1]), tf.tensor1d([1, 1000]));
      // The chain counts 1 … T, the network from 0, as diffusers does.
      const params = unflatten(model, tf.tensor1d(trained.vector));
      const direct = model.apply(params, tf.ones([2, 8, 8, 1]), tf.tensor1d([0, 999]));
      expect(tf.max(tf.abs(tf.sub(out, direct))).dataSync()[0]).toBeLessThan(1e-5);
      predictions.push(Array.from(await out.data()));
      trained.dispose();
    }
    expect(predictions[0]).not.toEqual(predictions[1]);
    expect((await run.trained()).vector.length).toBeGreaterThan(1000);
  });
});

describe('resuming', () => {
  const bytes = (dir: string, name: string) => readFileSync(join(dir, name));

  it('is exact: 5 steps, a checkpoint and 4 more are 9 steps, bit for bit', async () => {
    const [whole, parts] = [folder(), folder()];
    const rate = (step: number) => 3e-3 / step;
    const a = await reports(start({ steps: 9, learningRate: rate, checkpointDir: whole }));
    const b = await reports(start({ steps: 5, learningRate: rate, checkpointDir: parts }));
    const c = await reports(start({ steps: 9, learningRate: rate, checkpointDir: parts, resume: true }));
    expect([...b, ...c].map(({ loss }) => loss)).toEqual(a.map(({ loss }) => loss));
    expect(c[0].step).toBe(6);
    expect(c.at(-1)!.validationLoss).toBe(a.at(-1)!.validationLoss);
    // Parameters, moving average, both moments of Adam, step and settings.
    expect(bytes(parts, STATE_FILE).equals(bytes(whole, STATE_FILE))).toBe(true);
    expect(bytes(parts, MODEL_FILE).equals(bytes(whole, MODEL_FILE))).toBe(true);
  });

  it('refuses another seed, batch or model, naming file and tensor', async () => {
    const dir = folder();
    await reports(start({ steps: 1, checkpointDir: dir }));
    const resume = (options: Partial<TrainOptions>, other = model) =>
      reports(
        train(other, data, {
          ...{ steps: 3, batch: 8, seed: 3, learningRate: constant(3e-3) },
          ...{ ...options, checkpointDir: dir, resume: true },
        }),
      );
    await expect(resume({ seed: 4 })).rejects.toThrow(
      /training_state\.safetensors: made with seed 3, asked.*4/,
    );
    await expect(resume({ batch: 4 })).rejects.toThrow(/made with batch 8, asked to go on with 4/);
    await expect(resume({}, unet({ size: 8, widths: [4, 12], blocks: 1, groups: 2 }))).rejects.toThrow(
      /training_state\.safetensors: a checkpoint of another architecture: parameters\.down_blocks\.1\.\S+ is \[8.*expected \[12/,
    );
    await expect(resume({}, unet({ size: 8, widths: [4, 8], blocks: 2, groups: 2 }))).rejects.toThrow(
      /another architecture: the tensor parameters\.down_blocks\.0\.resnets\.1\.norm1\.weight is missing/,
    );
    await expect(
      reports(start({ steps: 1, checkpointDir: join(dir, 'none'), resume: true })),
    ).rejects.toThrow(
      /none\/training_state\.safetensors: no such file, so there is nothing to go on from: pass the folder/,
    );
    expect(() => start({ steps: 3, resume: true })).toThrow('resume: expected checkpointDir');
  });

  it('refuses another schedule, optimizer, average or learning rate, unless that may differ', async () => {
    const dir = folder();
    await reports(start({ steps: 2, checkpointDir: dir }));
    const resume = (options: Partial<TrainOptions>) =>
      reports(start({ steps: 3, ...options, checkpointDir: dir, resume: true }));
    const refused: [Partial<TrainOptions>, string][] = [
      [
        { schedule: linearSchedule({ betaEnd: 0.05 }) },
        'made with schedule parameters betaEnd 0.02, asked to go on with parameters betaEnd 0.05: pass the same schedule',
      ],
      [{ schedule: cosineSchedule() }, 'made with schedule name linear, asked to go on with name cosine'],
      [
        { optimizer: adam({ beta2: 0.99 }) },
        'made with optimizer beta2 0.999, asked to go on with beta2 0.99',
      ],
      [
        { optimizer: adam({ clipNorm: 1 }) },
        'made with optimizer clipNorm not given, asked to go on with clipNorm 1',
      ],
      [{ averageDecay: 0.9 }, 'made with averageDecay 0.999, asked to go on with 0.9'],
      [
        { learningRate: constant(0.5) },
        "made with learningRate 0.003 at step 1, asked to go on with 0.5: pass the same learningRate, or go on with another by mayDiffer: ['learningRate']",
      ],
    ];
    for (const [options, message] of refused) await expect(resume(options)).rejects.toThrow(message);
    const lower = { learningRate: constant(1e-3) };
    const [report] = await resume({ ...lower, mayDiffer: ['learningRate'] });
    expect([report.step, report.learningRate]).toEqual([3, 1e-3]);
    // From then on the checkpoint has the new setting.
    expect((await resume({ ...lower, steps: 4 }))[0].step).toBe(4);
  });

  it('goes on to more steps where the learning rate until then is the same, and to no others', async () => {
    const dir = folder();
    await reports(start({ steps: 4, learningRate: linearDecay(1e-3, 100), checkpointDir: dir }));
    const resume = (steps: number) =>
      reports(start({ steps: 5, learningRate: linearDecay(1e-3, steps), checkpointDir: dir, resume: true }));
    expect((await resume(200)).length).toBe(1);
    await expect(resume(5)).rejects.toThrow(
      /made with learningRate 0\.001 at step 3, asked to go on with 0\.000/,
    );
  });

  it('does not overwrite a run unless told to', async () => {
    const dir = folder();
    await reports(start({ steps: 2, checkpointDir: dir }));
    const again = (options: Partial<TrainOptions>) =>
      reports(start({ steps: 1, seed: 9, checkpointDir: dir, ...options }));
    await expect(again({})).rejects.toThrow(
      /training_state\.safetensors: the run here \(step 2\) would be overwritten\. Go on from it by resume: true, start anew over it by overwrite: true, or pass another checkpointDir/,
    );
    expect((await loadTrained(dir)).about).toMatchObject({ step: 2, seed: 3 });
    expect(() => again({ resume: true, overwrite: true })).toThrow(
      'resume and overwrite: expected one of them',
    );
    await again({ overwrite: true });
    expect((await loadTrained(dir)).about).toMatchObject({ step: 1, seed: 9 });
  });

  it('refuses a truncated state, naming it', async () => {
    const dir = folder();
    await reports(start({ steps: 1, checkpointDir: dir }));
    truncateSync(join(dir, STATE_FILE), statSync(join(dir, STATE_FILE)).size - 100);
    await expect(reports(start({ steps: 2, checkpointDir: dir, resume: true }))).rejects.toThrow(
      /training_state\.safetensors: truncated: \d+ bytes, but the tensor \S+ ends at byte \d+/,
    );
  });
});

describe('a loss that is not a number', () => {
  it('ends training with the step and the last good checkpoint, which stays usable', async () => {
    const dir = folder();
    const explode = (step: number) => (step === 4 ? 1e30 : 1e-3); // a number, unlike what comes of it
    const run = start({
      steps: 9,
      learningRate: explode,
      checkpointDir: dir,
      checkpointEvery: 3,
      validateEvery: 0,
    });
    await expect(reports(run)).rejects.toThrow(
      /^loss is (?:NaN|Infinity) at step 5\. The last good checkpoint is \S+training_state\.safetensors \(step 3\); lower the learning rate and resume with mayDiffer/,
    );
    const lower = { learningRate: constant(5e-4), mayDiffer: ['learningRate'] as const };
    const again = await reports(start({ steps: 5, ...lower, checkpointDir: dir, resume: true }));
    expect(again.map(({ step }) => step)).toEqual([4, 5]);
  });

  it('never reaches a checkpoint: the parameter is named and the old file stays', async () => {
    const dir = folder();
    const run = start({
      steps: 2,
      learningRate: (step) => (step === 2 ? 1e39 : 1e-3),
      checkpointDir: dir,
      checkpointEvery: 1,
      validateEvery: 0,
    });
    await expect(reports(run)).rejects.toThrow(
      /^step 2: parameters\.\S+ is (NaN|-?Infinity); \S+ is left as it was$/,
    );
    const { metadata } = await readSafetensors(join(dir, STATE_FILE));
    expect(JSON.parse(metadata.scorebook).step).toBe(1);
  });

  it('says so when there is no checkpoint', async () => {
    await expect(reports(start({ steps: 3, learningRate: () => 1e30, validateEvery: 0 }))).rejects.toThrow(
      /loss is (?:NaN|Infinity) at step 2\. No checkpoint was written; lower the learning rate/,
    );
  });
});

describe('a full disk while saving', () => {
  /** Writes a checkpoint in a process that may write no file above `blocks` KiB. */
  const saveWithin = (dir: string, blocks: number | 'unlimited', step: number) =>
    spawnSync(
      'bash',
      [
        '-c',
        `ulimit -f ${blocks}; exec "$0" "$@"`,
        process.execPath,
        '--import',
        'tsx',
        saver,
        dir,
        String(step),
      ],
      {
        encoding: 'utf8',
      },
    );
  const saver = fileURLToPath(new URL('./save.ts', import.meta.url));

  it('names the file and the remedy, and the last good checkpoint survives', () => {
    const dir = folder();
    expect(saveWithin(dir, 'unlimited', 1).stderr).toBe('');
    const good = readFileSync(join(dir, STATE_FILE));
    const full = saveWithin(dir, 8, 2);
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(
      /training_state\.safetensors: not saved: the file would pass the size limit.*EFBIG.*What was saved before is untouched/,
    );
    expect(readFileSync(join(dir, STATE_FILE)).equals(good)).toBe(true);
    expect(readdirSync(dir)).toEqual([STATE_FILE]);
  });

  it.runIf(process.getuid?.() === 0 && existsSync('/proc/mounts'))(
    'holds on a file system that is really full',
    (context) => {
      const dir = folder();
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir], {
        encoding: 'utf8',
      });
      if (mounted.status !== 0)
        return context.skip(`cannot mount a small file system here: ${mounted.stderr.trim()}`);
      try {
        expect(saveWithin(dir, 'unlimited', 1).stderr).toBe('');
        const good = readFileSync(join(dir, STATE_FILE));
        const { bavail, bsize } = statfsSync(dir);
        writeFileSync(join(dir, 'something else'), Buffer.alloc(bavail * bsize - 20_000));
        expect(saveWithin(dir, 'unlimited', 2).stderr).toMatch(
          /not saved: the disk is full: free some space \(ENOSPC\)/,
        );
        expect(readFileSync(join(dir, STATE_FILE)).equals(good)).toBe(true);
        expect(readdirSync(dir).sort()).toEqual(['something else', STATE_FILE]);
      } finally {
        execFileSync('umount', [dir]);
      }
    },
  );
});

describe('a checkpoint of a trained model', () => {
  it('from elsewhere is refused by what is wrong beside it: no config, one that is no JSON, another network', async () => {
    const dir = folder();
    const file = join(dir, MODEL_FILE);
    await writeSafetensors(file, new Map());
    await expect(loadTrained(dir)).rejects.toThrow(/nothing says which network this is: .*no config\.json/);
    writeFileSync(join(dir, 'config.json'), '{');
    await expect(loadTrained(dir)).rejects.toThrow(/config\.json: not JSON/);
    writeFileSync(join(dir, 'config.json'), '{"_class_name": "AutoencoderKL"}');
    await expect(loadTrained(dir)).rejects.toThrow(
      /^\S+config\.json: describes "AutoencoderKL", expected a UNet2DModel/,
    );
  });

  it('says with which schedule it was trained, whatever that was', async () => {
    for (const schedule of [
      linearSchedule({ betaEnd: 0.05 }),
      cosineSchedule({ T: 300, s: 0.02, maxBeta: 0.9 }),
      scheduleFromBetas('mine', [0.1, 0.2, 0.3]),
    ]) {
      const dir = folder();
      await reports(start({ steps: 1, schedule, checkpointDir: dir }));
      expect((await loadTrained(dir)).schedule).toEqual(schedule);
    }
  });

  it('predicts after loading exactly what it did before, from its folder or its file', async () => {
    const dir = folder();
    const run = start({ steps: 2, checkpointDir: dir });
    await reports(run);
    const x = tf.linspace(-1, 1, 128).reshape([2, 8, 8, 1]);
    const t = tf.tensor1d([5, 900]);
    const answers = [];
    for (const trained of [
      await run.trained(),
      await loadTrained(dir),
      await loadTrained(join(dir, MODEL_FILE)),
    ]) {
      answers.push(Array.from(await (await trained.predictEps(x, t)).data()));
      expect(trained.about).toMatchObject({ step: 2, seed: 3, data: { name: 'stripes', count: 40 } });
      expect(trained.schedule).toEqual(linearSchedule());
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('is refused when it holds another kind of network', async () => {
    const file = join(folder(), 'classifier.safetensors');
    const other = classifier({ size: 8, width: 4 });
    const vector = new Float32Array(
      other.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
    );
    await saveModel(file, other, vector);
    await expect(loadTrained(file)).rejects.toThrow(
      /holds a classifier, expected a network that predicts noise/,
    );
    const dir = folder();
    await reports(start({ steps: 1, checkpointDir: dir }));
    await expect(loadTrained(join(dir, STATE_FILE))).rejects.toThrow(
      `a training state, which training goes on from; for the model in it pass its folder, ${dir}`,
    );
    await expect(loadTrained(join(scratch, 'nowhere'))).rejects.toThrow(/nowhere: no checkpoint here/);
  });
});
