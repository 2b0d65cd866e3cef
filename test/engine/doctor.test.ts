/** Machines that this one is not: drivers, CUDA wheels and addons as files. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineInfo } from '../../src/engine/index.ts';
import { CC_LIBRARY, FRAMEWORK_LIBRARY } from '../../src/engine/native/library.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'scorebook-doctor-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text = ''): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A driver that names these GPUs, and nothing else on the PATH. */
function driver(...lines: string[]): string {
  const said = lines.map((line) => `echo '${line}'`).join('\n');
  chmodSync(put('bin/nvidia-smi', `#!/bin/sh\n${said}\n`), 0o755);
  return join(folder, 'bin');
}

const CUDA = [
  ...['cublas/lib/libcublas.so.12', 'cuda_cupti/lib/libcupti.so.12', 'cuda_nvcc/bin/ptxas'],
  ...['cuda_nvrtc/lib/libnvrtc.so.12', 'cuda_runtime/lib/libcudart.so.12', 'cudnn/lib/libcudnn.so.9'],
  ...['cufft/lib/libcufft.so.11', 'curand/lib/libcurand.so.10', 'cusolver/lib/libcusolver.so.11'],
  ...['cusparse/lib/libcusparse.so.12', 'nccl/lib/libnccl.so.2', 'nvjitlink/lib/libnvJitLink.so.12'],
];

/** A site-packages folder with TensorFlow's wheel of this name, and these libraries of CUDA. */
function wheel(name: string, cuda: readonly string[] = []): { SCOREBOOK_TF_LIB: string } {
  for (const library of [CC_LIBRARY, FRAMEWORK_LIBRARY]) put(`site/tensorflow/${library}`);
  mkdirSync(join(folder, 'site', `${name}.dist-info`));
  for (const file of cuda) put(`site/nvidia/${file}`);
  return { SCOREBOOK_TF_LIB: join(folder, 'site', 'tensorflow') };
}

const H100 = 'NVIDIA H100 80GB HBM3, 81559 MiB, 580.65.06';
const whats = (info: ReturnType<typeof engineInfo>) => info.missing.map(({ what }) => what);

describe('with a GPU', () => {
  test('its name, memory and driver are those of nvidia-smi, and nothing is missing where all of CUDA is there', () => {
    const info = engineInfo({ ...wheel('tensorflow-2.21.0', CUDA), PATH: driver(H100, H100) });
    const gpu = { name: 'NVIDIA H100 80GB HBM3', memory: '81559 MiB', driver: '580.65.06' };
    expect(info.gpus).toEqual([gpu, gpu]);
    expect(info.tensorflow.wheel).toBe('tensorflow 2.21.0');
    expect(info.cuda).toMatchObject({ missing: [] });
    expect(info.cuda!.found.length).toBe(12);
    expect(info.missing).toEqual([]);
  });

  test('a TensorFlow for the CPU leaves it idle, and doctor says how to get the other', () => {
    const info = engineInfo({ ...wheel('tensorflow_cpu-2.21.0'), PATH: driver(H100) });
    expect(info.cuda).toBeUndefined();
    expect(whats(info)).toEqual(['a TensorFlow built for CUDA (the GPU is idle)']);
    expect(info.missing[0]!.remedy).toMatch(/^`npm start` installs the CUDA build/);
    put('vulkan/libvulkan.so.1');
    const env = { SCOREBOOK_TF_LIB: join(folder, 'site', 'tensorflow'), PATH: join(folder, 'bin') };
    const withVulkan = engineInfo({ ...env, LD_LIBRARY_PATH: join(folder, 'vulkan') });
    expect(withVulkan.vulkan).toBe(join(folder, 'vulkan', 'libvulkan.so.1'));
    expect(withVulkan.missing[0]!.remedy).toMatch(/--backend webgpu$/);
  });

  test('every library of CUDA is missed by name', () => {
    for (const gone of CUDA) {
      rmSync(join(folder, 'site'), { recursive: true, force: true });
      const rest = CUDA.filter((file) => file !== gone);
      const info = engineInfo({ ...wheel('tensorflow-2.21.0', rest), PATH: driver(H100) });
      expect(whats(info)).toEqual([
        `${gone} in ${join(folder, 'site', 'nvidia')} (TensorFlow then sees no GPU)`,
      ]);
      expect(info.missing[0]!.remedy).toContain('tensorflow[and-cuda]==2.21.0');
    }
  });

  test('a driver older than 575 is advised against', () => {
    const env = wheel('tensorflow-2.21.0', CUDA);
    const old = engineInfo({ ...env, PATH: driver('NVIDIA A100, 40960 MiB, 550.54.15') });
    expect(whats(old)).toEqual(['a driver that can compile all of it (found 550.54.15)']);
    expect(old.missing[0]!.remedy).toBe("NVIDIA's driver 575 or newer is advised");
    expect(engineInfo({ ...env, PATH: driver('NVIDIA A100, 40960 MiB, 575.51.03') }).missing).toEqual([]);
  });
});

test('without a driver there are no GPUs, and nothing of CUDA is asked for', () => {
  const info = engineInfo({ ...wheel('tensorflow-2.21.0'), PATH: join(folder, 'empty') });
  expect(info.gpus).toEqual([]);
  expect(info.missing).toEqual([]);
});

test('a built addon is found, of the newest Node-API first, and named with its version', () => {
  put('tfjs-node/package.json', '{"name": "@tensorflow/tfjs-node", "version": "4.22.0"}');
  put('tfjs-node/lib/napi-v8/tfjs_binding.node');
  const newest = put('tfjs-node/lib/napi-v10/tfjs_binding.node');
  const { addon } = engineInfo({ SCOREBOOK_TFJS_NODE: join(folder, 'tfjs-node'), PATH: '' });
  expect(addon).toMatchObject({ file: newest, name: '@tensorflow/tfjs-node', version: '4.22.0' });
  const none = engineInfo({ SCOREBOOK_TFJS_NODE: folder, PATH: '' }).addon;
  expect(none).toEqual({ looked: [folder] });
});
