import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { compile, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { initialVector, parameterCount, unet, unflatten } from '../../src/models/index.ts';
import { loadModel, saveForDiffusers } from '../../src/training/checkpoint.ts';
import { fromFileTensors, toFileTensors } from '../../src/training/layout.ts';
import { readSafetensors } from '../../src/training/safetensors.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Case {
  output: number[];
  loss: number;
  gradients: Record<string, [norm: number, product: number]>;
}
const reference = (name: string) => fileURLToPath(new URL(`../reference/${name}`, import.meta.url));
const fixture = JSON.parse(readFileSync(reference('unet.json'), 'utf8')) as {
  shape: [number, number, number, number];
  x: number[];
  target: number[];
  t: number[];
  oneHead: Case;
  headsOf4: Case;
  config: Record<string, unknown>;
};
const small = { size: 12, channels: 1, widths: [4, 8, 8], blocks: 2, groups: 4 };

beforeAll(async () => {
  await useBackend();
}, 120_000);

/** Largest distance, as a share of the largest expected value. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < found.length; i++) {
    worst = Math.max(worst, Math.abs(found[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return worst / scale;
}

describe.each([
  ['one head', null, fixture.oneHead],
  ['two heads', 4, fixture.headsOf4],
] as const)('the U-Net of diffusers, attention with %s', (_, headSize, expected) => {
  const model = unet({ ...small, headSize });
  const run = async () => {
    const { tensors } = await readSafetensors(reference('unet.safetensors'));
    const vector = fromFileTensors(model, tensors, 'unet.safetensors');
    const step = compile((flat: tf.Tensor1D, x: tf.Tensor4D, t: tf.Tensor1D, target: tf.Tensor4D) => {
      const forward = (v: tf.Tensor) => model.apply(unflatten(model, v as tf.Tensor1D), x, t);
      const { value, grad } = tf.valueAndGrad(
        (v: tf.Tensor) => tf.mean(tf.squaredDifference(forward(v), target)) as tf.Scalar,
      )(flat);
      return { output: forward(flat), loss: value, grad };
    });
    const result = await step(
      tf.tensor1d(vector),
      tf.tensor4d(fixture.x, fixture.shape),
      tf.tensor1d(fixture.t),
      tf.tensor4d(fixture.target, fixture.shape),
    );
    return {
      output: await result.output.data(),
      loss: (await result.loss.data())[0],
      grad: (await result.grad.data()) as Float32Array,
    };
  };

  it('gives the same output, loss and gradients', async () => {
    const { output, loss, grad } = await run();
    expect(distance(output, expected.output)).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(expected.loss, 5);
    const gradients = toFileTensors(model, grad);
    expect([...gradients.keys()].sort()).toEqual(Object.keys(expected.gradients).sort());
    const largest = Math.max(...Object.values(expected.gradients).map(([norm]) => norm));
    for (const [name, { data }] of gradients) {
      const norm = Math.sqrt(data.reduce((sum, g) => sum + g * g, 0));
      const product = data.reduce((sum, g, i) => sum + g * Math.cos(i), 0);
      const found = [norm, product];
      found.forEach((value, i) => {
        const gap = Math.abs(value - expected.gradients[name][i]);
        expect(gap / (Math.abs(expected.gradients[name][0]) + 1e-3 * largest), `${name}`).toBeLessThan(1e-4);
      });
    }
  });
});

describe('the digits network', () => {
  const model = unet();

  it('has the names and shapes of the diffusers network, and as many parameters as the PyTorch twin', () => {
    expect(parameterCount(model)).toBe(1_623_169);
    expect(new Set(model.parameters.map(({ name }) => name)).size).toBe(model.parameters.length);
  });

  it('starts the same for the same key, and otherwise for another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => initialVector(model, randomKey(seed)));
    const bytes = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    expect(bytes(a).equals(bytes(b))).toBe(true);
    expect(bytes(a).equals(bytes(c))).toBe(false);
    // PyTorch's default: within 1/√(inputs of an output), so never above the 1/3 of the first convolution.
    expect(a.every((value) => Math.abs(value) <= 1 / 3 || value === 1)).toBe(true);
  });

  it('refuses images of another size, and configurations that do not divide', () => {
    const params = model.init(randomKey(0));
    expect(() => model.apply(params, tf.zeros([1, 32, 32, 1]), tf.zeros([1]))).toThrow(
      'unet: images of [32, 32, 1], expected [28, 28, 1]',
    );
    expect(() => unet({ channels: [8, 8] as never })).toThrow(
      'unet: channels = [8, 8]: expected a whole number, 1 or more',
    );
    expect(() => unet({ widths: [8, 0.5] })).toThrow(
      'unet: widths = [8, 0.5]: expected a list, each a whole number, 1 or more',
    );
    expect(() => unet({ widths: [] })).toThrow('unet: no widths');
    expect(() => unet({ size: 30 })).toThrow('unet: size 30, expected a multiple of 4 for 3 levels');
    expect(() => unet({ groups: 5 })).toThrow('unet: width 32, expected a multiple of groups = 5');
    expect(() => unet({ headSize: 7 })).toThrow('unet: lowest width 64, expected a multiple of headSize = 7');
    tf.dispose(params as Record<string, tf.Tensor>);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const params = tf.tidy(() =>
      unflatten(unet(small), tf.tensor1d(initialVector(unet(small), randomKey(0)))),
    );
    const out = tf.tidy(() => unet(small).apply(params, tf.zeros([2, 12, 12, 1]), tf.ones([2])));
    tf.dispose([out, params as Record<string, tf.Tensor>]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the layout of files', () => {
  it('goes to PyTorch and back without losing a bit, for any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), (width, scale) => {
        const model = unet({
          size: 8,
          channels: width,
          widths: [2 * scale, 4 * scale],
          blocks: 1,
          groups: 2,
        });
        const vector = Float32Array.from({ length: parameterCount(model) }, (_, i) => Math.sin(i));
        const back = fromFileTensors(model, toFileTensors(model, vector), 'here');
        expect(back).toEqual(vector);
      }),
      { numRuns: 10 },
    );
  });

  it('writes the configuration and the tensors of diffusers', async () => {
    const model = unet(small);
    const original = await readSafetensors(reference('unet.safetensors'));
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-unet-'));
    await saveForDiffusers(folder, model, fromFileTensors(model, original.tensors, 'unet.safetensors'));
    const written = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect({ ...fixture.config, _class_name: 'UNet2DModel' }).toMatchObject(written);
    const { tensors } = await readSafetensors(join(folder, 'diffusion_pytorch_model.safetensors'));
    expect(tensors.size).toBe(original.tensors.size);
    for (const [name, tensor] of original.tensors) expect(tensors.get(name)).toEqual(tensor);
    rmSync(folder, { recursive: true });
  });

  it('reads a folder that diffusers wrote, and says what is missing without its config.json', async () => {
    await expect(loadModel(reference('unet.safetensors'))).rejects.toThrow(
      /nothing says which network this is/,
    );
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-unet-'));
    copyFileSync(reference('unet.safetensors'), join(folder, 'diffusion_pytorch_model.safetensors'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...fixture.config, attention_head_dim: 4 }));
    const { model } = await loadModel(folder);
    expect(model.config).toEqual({
      size: 12,
      channels: 1,
      widths: [4, 8, 8],
      blocks: 2,
      groups: 4,
      headSize: 4,
    });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...fixture.config, act_fn: 'gelu' }));
    await expect(loadModel(folder)).rejects.toThrow(
      /config.json: act_fn is "gelu", but this U-Net has "silu"/,
    );
    rmSync(folder, { recursive: true });
  });
});
