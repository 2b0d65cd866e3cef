import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useBackend } from '../../src/engine/index.ts';
import {
  adam,
  constant,
  linearDecay,
  loadModel,
  loadTrained,
  MODEL_FILE,
  readSafetensors,
  STATE_FILE,
  trainedModel,
  warmUp,
  writeSafetensors,
} from '../../src/training/index.ts';
import { rateAt } from '../../src/training/schedule.ts';
import { network, reports, start } from './small.ts';

vi.setConfig({ testTimeout: 120_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-damaged-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));
/** Runs of one and of two steps. */
let [one, two] = ['', ''];
beforeAll(async () => {
  await useBackend();
  one = folder();
  await reports(start({ steps: 1, checkpointDir: one }));
  two = folder();
  cpSync(one, two, { recursive: true });
  await reports(start({ steps: 2, checkpointDir: two, resume: true }));
}, 120_000);
const copy = (dir: string) => {
  const to = folder();
  cpSync(dir, to, { recursive: true });
  return to;
};
const edit = (file: string, change: (bytes: Buffer) => void) => {
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
};
/** The lowest bit of a number somewhere in the data: the number stays finite. */
const flip = (bytes: Buffer) => void (bytes[bytes.length - 400] ^= 1);
const swap = (from: string, to: string) => (bytes: Buffer) => {
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at);
};
const refusal = (name: string) =>
  new RegExp(`${name}: its contents have the SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}, .*Use a copy`);

describe('a file of ours whose contents changed and stayed plausible', () => {
  it.each<[string, (bytes: Buffer) => void]>([
    ['a bit of a number', flip],
    ['a digit of its schedule', swap('\\"betaEnd\\":0.02', '\\"betaEnd\\":0.03')],
    ['its step', swap('\\"step\\":2', '\\"step\\":3')],
    ['the name of a tensor', swap('"conv_in.bias"', '"conv_in.BIAS"')],
  ])('is refused as a model, by file and remedy: %s', async (_, change) => {
    const dir = copy(two);
    edit(join(dir, MODEL_FILE), change);
    await expect(loadTrained(dir)).rejects.toThrow(refusal(MODEL_FILE));
  });

  it('is refused as a state, and the model is mended by a resume', async () => {
    const dir = copy(two);
    edit(join(dir, STATE_FILE), flip);
    const resume = () => reports(start({ steps: 2, checkpointDir: dir, resume: true }));
    await expect(resume()).rejects.toThrow(refusal(STATE_FILE));
    cpSync(join(two, STATE_FILE), join(dir, STATE_FILE));
    edit(join(dir, MODEL_FILE), flip);
    await resume();
    expect(readFileSync(join(dir, MODEL_FILE)).equals(readFileSync(join(two, MODEL_FILE)))).toBe(true);
  });

  it('has the digest of its metadata, names, shapes and numbers, in the order of their names', async () => {
    const file = join(folder(), 'f.safetensors');
    const tensors = new Map([
      ['b', { shape: [1], data: Float32Array.of(1.5) }],
      ['a', { shape: [2, 1], data: Float32Array.of(2, -3) }],
    ]);
    await writeSafetensors(file, tensors, { scorebook: '{}', format: 'pt' });
    const digest = createHash('sha256')
      .update('[[["format","pt"],["scorebook","{}"]],[["a",[2,1]],["b",[1]]]]')
      .update(Buffer.from('00000040' + '000040c0' + '0000c03f', 'hex'))
      .digest('hex');
    expect(readFileSync(file, 'latin1')).toContain(`"scorebook.sha256":"${digest}"`);
    expect((await readSafetensors(file)).metadata).toEqual({ scorebook: '{}', format: 'pt' });
  });
});

/** Says something else of a model, as another version would have written it. */
async function say(file: string, change: object): Promise<void> {
  const { tensors, metadata } = await readSafetensors(file);
  const about = JSON.parse(metadata.scorebook) as object;
  await writeSafetensors(file, tensors, { ...metadata, scorebook: JSON.stringify({ ...about, ...change }) });
}

it.each<[unknown, string]>([
  [{ prediction: 'v' }, 'made with prediction "v", expected "eps"'],
  [{ prediction: 'eps', variance: 'learned' }, 'made with variance "learned", which this version'],
  ['v', 'made with method "v", which this version'],
])('a model made by another method is refused by both values: %j', async (method, message) => {
  const dir = copy(two);
  await say(join(dir, MODEL_FILE), { method });
  const error = await loadTrained(dir).catch((failure: Error) => failure);
  expect(String(error)).toContain(`${MODEL_FILE}: ${message}`);
  const { vector } = await loadModel(two);
  expect(() => trainedModel(network, vector, { method })).toThrow(message);
});

describe('a model beside a state', () => {
  const warnings = async (dir: string): Promise<string[]> => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      (await loadTrained(dir)).dispose();
      return emit.mock.calls.map(([text]) => String(text));
    } finally {
      emit.mockRestore();
    }
  };

  it('is loaded without a word where both are of one step and run', async () => {
    expect(await warnings(two)).toEqual([]);
  });

  it('that is older is told by both steps and the remedy', async () => {
    const dir = copy(two);
    cpSync(join(one, MODEL_FILE), join(dir, MODEL_FILE));
    expect(await warnings(dir)).toEqual([
      expect.stringMatching(/the model is of step 1, but the state beside it of step 2: .*--resume/),
    ]);
  });

  it('of another run is told where the steps are the same', async () => {
    const dir = copy(one);
    await reports(start({ steps: 1, seed: 4, checkpointDir: dir, overwrite: true }));
    cpSync(join(one, MODEL_FILE), join(dir, MODEL_FILE));
    expect(await warnings(dir)).toEqual([
      expect.stringMatching(/of step 1 of another run \(seed 3, the state seed 4\)/),
    ]);
  });

  it('that is damaged is told too', async () => {
    const dir = copy(two);
    edit(join(dir, STATE_FILE), flip);
    expect(await warnings(dir)).toEqual([expect.stringMatching(/SHA-256.*newest model is not known$/)]);
  });
});

it.each<[string, unknown, RegExp]>([
  ['sample_size', 16, /config\.json: sample_size is 16, but \S+ was made with 8\. .*resume/],
  ['norm_num_groups', 1, /config\.json: norm_num_groups is 1, but \S+ was made with 2/],
  ['act_fn', 'gelu', /config\.json: act_fn is "gelu", but this U-Net has "silu"/],
  ['_class_name', 'AutoencoderKL', /describes "AutoencoderKL", expected a UNet2DModel/],
])(
  'a config.json of another network than the model beside it is refused: %s',
  async (key, value, message) => {
    const dir = copy(two);
    const file = join(dir, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, [key]: value }));
    await expect(loadTrained(dir)).rejects.toThrow(message);
  },
);

it('a key that stands twice in a config.json or a description is refused', async () => {
  const dir = copy(two);
  const file = join(dir, 'config.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('{', '{"sample_size": 16,'));
  await expect(loadTrained(dir)).rejects.toThrow(
    /config\.json: not JSON: the key "sample_size" stands twice/,
  );
  writeFileSync(file, text);
  const { tensors, metadata } = await readSafetensors(join(dir, MODEL_FILE));
  const scorebook = metadata.scorebook.replace('{', '{"step":7,');
  await writeSafetensors(join(dir, MODEL_FILE), tensors, { ...metadata, scorebook });
  await expect(loadTrained(dir)).rejects.toThrow(/its description: not JSON: the key "step" stands twice/);
});

it('a learning rate above 0 that is 0 in float32 is refused, and 0 itself is taken', async () => {
  for (const make of [() => constant(1e-60), () => constant(1e-40), () => linearDecay(1e-60, 10)])
    expect(make).toThrow(/rate = 1e-[46]0: expected/);
  expect(() => rateAt(warmUp(constant(2e-38), 10), 1)).toThrow(
    /at step 1: expected a number, 0 or more, .*1\.2e-38/,
  );
  expect(() => start({ steps: 2, learningRate: () => 1e-60 })).toThrow(/learningRate = 1e-60 at step 1/);
  expect(() => adam({ clipNorm: 1e-60 })).toThrow(/clipNorm = 1e-60/);
  expect(rateAt(() => 0, 1)).toBe(0);
  expect(rateAt(constant(2 ** -126), 1)).toBe(2 ** -126);
});
