import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tf, useBackend, type Key } from '../../src/engine/index.ts';
import { unet, type Denoiser, type ParameterSpec } from '../../src/models/index.ts';
import {
  constant,
  loadModel,
  loadTrained,
  MODEL_FILE,
  readSafetensors,
  saveForDiffusers,
  STATE_FILE,
  train,
  writeSafetensors,
  type TrainOptions,
} from '../../src/training/index.ts';
import { data, network as unetwork, reports, start } from './small.ts';

vi.setConfig({ testTimeout: 120_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-networks-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));

beforeAll(async () => {
  await useBackend();
}, 120_000);

/** ε̂ = w·x, with one number to learn. */
const scale: Denoiser<{ start: number }> = {
  kind: 'scale',
  config: { start: 0.25 },
  parameters: [{ name: 'w', shape: [1], layout: 'vector', centre: 0, bound: 1 }],
  init: () => ({ w: tf.tensor1d([0.25]) }),
  apply: (p, x) => tf.mul(x, p.w),
};
const spec = (name: string, shape: number[], layout: ParameterSpec['layout'] = 'vector'): ParameterSpec => ({
  ...{ name, shape, layout, centre: 0, bound: 0.1 },
});
/** A dense layer over the pixels, a shift that depends on the time, and a number without axes. */
const dense: Denoiser = {
  kind: 'dense',
  config: { width: 64, act: null },
  parameters: [spec('mix', [64, 64], 'dense'), spec('shift', [2, 1, 4]), spec('gain', [])],
  init: (_: Key) => ({ mix: tf.eye(64), shift: tf.zeros([2, 1, 4]), gain: tf.scalar(1) }),
  apply: (p, x, t) =>
    tf
      .matMul(x.reshape([-1, 64]), p.mix as tf.Tensor2D)
      .mul(p.gain)
      .add(tf.mean(p.shift).mul(t.reshape([-1, 1]).div(1000)))
      .reshape(x.shape),
};

const go = (model: Denoiser, options: Partial<TrainOptions> & { steps: number }) =>
  reports(train(model, data, { batch: 4, learningRate: constant(1e-2), validateEvery: 0, ...options }));

describe.each([scale, dense] as Denoiser[])('a network of one’s own: $kind', (model) => {
  it('trains from what its init gives, and goes on from its checkpoint bit for bit', async () => {
    const [whole, parts] = [folder(), folder()];
    const a = await go(model, { steps: 4, checkpointDir: whole });
    const b = await go(model, { steps: 2, checkpointDir: parts });
    const c = await go(model, { steps: 4, checkpointDir: parts, resume: true });
    expect([...b, ...c].map(({ loss }) => loss)).toEqual(a.map(({ loss }) => loss));
    for (const name of [STATE_FILE, MODEL_FILE])
      expect(readFileSync(join(parts, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
    expect(readdirSync(whole).sort()).toEqual([MODEL_FILE, STATE_FILE].sort());
    const loaded = await loadTrained(whole, model);
    expect(loaded.about.step).toBe(4);
    expect((await loaded.predictEps(tf.ones([2, 8, 8, 1]), tf.tensor1d([1, 9]))).shape).toEqual([2, 8, 8, 1]);
    loaded.dispose();
  });
});

it('the start is the one that init gives, not another', async () => {
  const run = train(scale, data, { steps: 1, learningRate: constant(1e-9), batch: 4 });
  await reports(run);
  const trained = await run.trained();
  expect(trained.vector[0]).toBeCloseTo(0.25, 6);
  trained.dispose();
});

describe('before the first step', () => {
  it.each<[string, Partial<Denoiser> | null, string]>([
    [
      'no parameters',
      { parameters: [] },
      'the network scale has no parameters, so there is nothing to train',
    ],
    ['no kind', { kind: '' }, 'network.kind = ""'],
    ['no init', { init: undefined }, 'network.init = undefined: expected a function'],
    [
      'two of one name',
      { parameters: [spec('w', [1]), spec('w', [1])] },
      'parameter w of the network scale: there are two of this name',
    ],
    [
      'a layout of other axes',
      { parameters: [spec('w', [1], 'conv')] },
      'parameter w of the network scale: 1 axes: expected 4',
    ],
    [
      'a shape of no numbers',
      { parameters: [spec('w', [0])] },
      'parameter w of the network scale: shape = [0]',
    ],
    [
      'a config that no file can hold',
      { config: { act: tf.relu } },
      'network.config.act is a function, which a checkpoint cannot record',
    ],
    ['a config of no number', { config: { a: [1, NaN] } }, 'network.config.a[1] is NaN'],
    [
      'the kind of another',
      { kind: 'unet' },
      'network.kind = "unet": the unet of its config has other parameters',
    ],
  ])('a network is refused: %s', (_, change, message) => {
    expect(() => train({ ...scale, ...change } as never, data, { steps: 1 })).toThrow(message);
  });

  it.each<[string, Denoiser['init'], string]>([
    ['gives nothing', () => ({}), 'init gives w as missing: expected [1]'],
    ['gives another shape', () => ({ w: tf.zeros([2]) }), 'init gives w as [2]: expected [1]'],
    [
      'gives no number',
      () => ({ w: tf.tensor1d([NaN]) }),
      'init gives w with NaN at 0: expected finite numbers',
    ],
  ])('an init is refused that %s, and leaves nothing behind', async (_, init, message) => {
    const before = tf.memory().numTensors;
    const dir = join(folder(), 'run');
    await expect(go({ ...scale, init }, { steps: 1, checkpointDir: dir })).rejects.toThrow(message);
    expect(readdirSync(dir)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('training leaves no tensor behind when a step fails, wherever it does', async () => {
  const before = tf.memory().numTensors;
  const failing = (apply: Denoiser['apply']) => ({ ...unetwork, apply });
  let n = 0;
  const late = {
    ...data.train,
    images: (indices?: ArrayLike<number>) => {
      if (++n > 2) throw new Error('no more images');
      return data.train.images(indices);
    },
  };
  const boom = () => {
    throw new Error('boom');
  };
  await expect(
    go(
      failing((...args) => (unetwork.apply(...args), boom())),
      { steps: 2 },
    ),
  ).rejects.toThrow('boom');
  await expect(
    go(
      failing((_, x) => tf.mean(x)),
      { steps: 2 },
    ),
  ).rejects.toThrow('the prediction has shape []');
  await expect(reports(start({ steps: 9 }, { ...data, train: late }))).rejects.toThrow('no more images');
  expect(tf.memory().numTensors).toBe(before);
});

describe('a checkpoint of a network of one’s own', () => {
  it('is read with that network, and with no other', async () => {
    const dir = folder();
    await go(scale, { steps: 1, checkpointDir: dir });
    await expect(loadTrained(dir)).rejects.toThrow(
      /a model of kind scale, expected one of: unet, classifier; pass the network it was made with/,
    );
    await expect(loadTrained(dir, { ...scale, config: { start: 1 } } as never)).rejects.toThrow(
      /another architecture: it holds a scale with \{"start":0\.25\}, asked for was a scale with \{"start":1\}/,
    );
    await expect(saveForDiffusers(dir, scale, new Float32Array(1))).rejects.toThrow(
      'diffusers has no network of kind scale',
    );
  });

  it('leaves no config of the network it replaces', async () => {
    const dir = folder();
    await reports(start({ steps: 1, checkpointDir: dir }));
    expect(readdirSync(dir)).toContain('config.json');
    await go(scale, { steps: 1, checkpointDir: dir, overwrite: true });
    expect(readdirSync(dir)).not.toContain('config.json');
    writeFileSync(join(dir, 'config.json'), '{"mine": 1}');
    await go(scale, { steps: 1, checkpointDir: dir, overwrite: true });
    expect(readdirSync(dir)).toContain('config.json');
  });
});

describe('a folder of diffusers', () => {
  it.each([
    [
      { sample_size: null },
      'sample_size is null, expected a whole number, 1 or more: the one size of square images',
    ],
    [{ sample_size: [8, 8] }, 'sample_size is [8, 8], expected a whole number'],
    [{ in_channels: '1' }, 'in_channels is "1"'],
    [{ norm_num_groups: 0 }, 'norm_num_groups is 0'],
    [{ block_out_channels: 'wide' }, 'block_out_channels is "wide", expected a list'],
    [{ layers_per_block: [1, 2] }, 'layers_per_block is [1, 2]'],
    [{ sample_size: 9 }, 'a unet that cannot be: unet: size 9, expected a multiple of 2'],
  ])('is refused by file and setting: %j', async (change, message) => {
    const dir = folder();
    const config = {
      _class_name: 'UNet2DModel',
      sample_size: 8,
      in_channels: 1,
      block_out_channels: [4, 8],
      norm_num_groups: 2,
    };
    const more = { down_block_types: undefined };
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, ...more, ...change }));
    await writeSafetensors(
      join(dir, MODEL_FILE),
      new Map([['w', { shape: [1], data: new Float32Array(1) }]]),
    );
    const error = await loadModel(dir).catch((failure: Error) => failure);
    expect(String(error)).toContain(message);
    expect(String(error)).toContain(dir);
  });
});

it('a model with numbers that are not finite is refused by file, tensor and place', async () => {
  const dir = folder();
  const model = unet({ size: 8, widths: [4], blocks: 1, groups: 2 });
  const vector = new Float32Array(
    model.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0),
  );
  vector[17] = NaN;
  await expect(saveForDiffusers(dir, model, vector)).rejects.toThrow(
    'time_embedding.linear_1.weight has NaN at 17: expected finite numbers',
  );
  // As another program may write it.
  vector[17] = 0;
  await saveForDiffusers(dir, model, vector);
  const file = join(dir, MODEL_FILE);
  const { tensors, metadata } = await readSafetensors(file);
  tensors.get('time_embedding.linear_1.weight')!.data[5] = NaN;
  await writeSafetensors(file, tensors, metadata);
  await expect(loadTrained(dir)).rejects.toThrow(
    /safetensors: time_embedding\.linear_1\.weight has NaN at \d+: a damaged checkpoint/,
  );
});
