import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  backendReport,
  engineInfo,
  tf,
  useBackend,
  type BackendOptions,
  type BackendReport,
} from '../../src/engine/index.ts';
import { tensorFlowKernels } from '../../src/engine/native/kernels.ts';
import { CC_LIBRARY, FRAMEWORK_LIBRARY } from '../../src/engine/native/library.ts';
import { adapterName, isSoftware } from '../../src/engine/webgpu/index.ts';
import { hasTensorFlow, hasVulkan, vulkanEnvironment } from './tensorflow.ts';

interface Outcome {
  report?: BackendReport;
  again?: boolean;
  sum?: number;
  error?: string;
  warnings: number;
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'scorebook-backend-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL('./report.ts', import.meta.url));

/** What useBackend does in a fresh process. A crash of that process fails the test. */
async function choose(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
  const clean = {
    ...process.env,
    ...{ SCOREBOOK_BACKEND: '', SCOREBOOK_TF_LIB: '', SCOREBOOK_TFJS_NODE: '', SCOREBOOK_THREADS: '' },
    ...env,
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...args], {
    env: clean,
  });
  return JSON.parse(stdout) as Outcome;
}

/** A folder that looks like TensorFlow's, with these files in place of its libraries. */
function fake(framework: string | Buffer, cc: string | Buffer): { SCOREBOOK_TF_LIB: string } {
  const put = (name: string, what: string | Buffer) =>
    typeof what === 'string'
      ? copyFileSync(what, join(folder, name))
      : writeFileSync(join(folder, name), what);
  put(FRAMEWORK_LIBRARY, framework);
  put(CC_LIBRARY, cc);
  return { SCOREBOOK_TF_LIB: folder };
}

const someLibrary = '/lib/x86_64-linux-gnu/libm.so.6';

/** The same with the record of a wheel beside it, which says its version. */
function fakeWheel(version: string): NodeJS.ProcessEnv {
  const site = join(folder, 'site-packages');
  mkdirSync(join(site, 'tensorflow'), { recursive: true });
  mkdirSync(join(site, `tensorflow_cpu-${version}.dist-info`));
  for (const name of [FRAMEWORK_LIBRARY, CC_LIBRARY])
    copyFileSync(someLibrary, join(site, 'tensorflow', name));
  return { SCOREBOOK_TF_LIB: join(site, 'tensorflow') };
}

/** A processor without AVX: what the process reads of /proc/cpuinfo says so. */
function withoutAvx(): NodeJS.ProcessEnv {
  const cpuinfo = join(folder, 'cpuinfo');
  writeFileSync(cpuinfo, 'processor\t: 0\nflags\t\t: fpu sse2 sse4_2\n');
  const patch = join(folder, 'patch.mjs');
  writeFileSync(
    patch,
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     const read = fs.readFileSync;
     fs.readFileSync = (path, ...rest) => read(path === '/proc/cpuinfo' ? ${JSON.stringify(cpuinfo)} : path, ...rest);
     syncBuiltinESMExports();`,
  );
  return { ...fake(someLibrary, someLibrary), NODE_OPTIONS: `--import ${patch}` };
}

/** A package whose addon is this file. */
function fakeAddon(addon: string | Buffer): { SCOREBOOK_TFJS_NODE: string } {
  const home = join(folder, 'tfjs-node');
  mkdirSync(join(home, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"name": "@tensorflow/tfjs-node", "version": "4.22.0"}');
  writeFileSync(join(home, 'lib', 'napi-v8', 'tfjs_binding.node'), addon);
  return { SCOREBOOK_TFJS_NODE: home };
}

describe('without a usable TensorFlow', () => {
  const faults: [string, () => NodeJS.ProcessEnv, RegExp][] = [
    [
      'absent',
      () => ({ SCOREBOOK_TF_LIB: folder }),
      /no libtensorflow_cc.so.2 was found \(looked in SCOREBOOK_TF_LIB: /,
    ],
    [
      'not a library',
      () => fake(Buffer.from('not found'), Buffer.from('not found')),
      /is not a shared library/,
    ],
    ['cut short', () => fake(readFileSync(someLibrary).subarray(0, 100_000), someLibrary), /is truncated/],
    ['lacking a symbol', () => fake(someLibrary, someLibrary), /TF_Version/],
    [
      'of another version',
      () => fakeWheel('2.12.1'),
      /is version 2\.12\.1; this engine needs 2\.16 or later/,
    ],
    ['on a processor without AVX', withoutAvx, /this processor has no AVX/],
    [
      'absent, and the addon that stands in for it broken',
      () => ({ SCOREBOOK_TF_LIB: folder, ...fakeAddon('cut short') }),
      /no libtensorflow_cc.* tfjs-node: .*tfjs_binding\.node: file too short/,
    ],
  ];

  test.each(faults)(
    '%s: it works on wasm, with one warning that says why and the remedy',
    async (_, env, why) => {
      const { report, sum, again, warnings } = await choose(env());
      expect(report).toMatchObject({ backend: 'wasm', device: 'CPU', compiles: false, threads: 1 });
      expect(report!.warnings).toHaveLength(1);
      expect(report!.warnings[0]).toMatch(why);
      expect(report!.warnings[0]).toMatch(/npm start/);
      expect({ warnings, sum, again }).toEqual({ warnings: 1, sum: 6, again: true });
    },
  );

  test('forcing it is an error with the reason and the remedy, from the option and from the environment', async () => {
    const option = await choose({ SCOREBOOK_TF_LIB: folder }, 'tensorflow');
    const environment = await choose({ SCOREBOOK_TF_LIB: folder, SCOREBOOK_BACKEND: 'tensorflow' });
    for (const { error, report, warnings } of [option, environment]) {
      expect(error).toMatch(
        /^The tensorflow backend cannot run: no libtensorflow_cc.*To get it: .*SCOREBOOK_TF_LIB/,
      );
      expect(report).toBeUndefined();
      expect(warnings).toBe(0);
    }
  });
});

describe('another backend', () => {
  test('that cannot run is an error when forced: the addon where none was built', async () => {
    const { error } = await choose({ SCOREBOOK_BACKEND: 'tfjs-node', SCOREBOOK_TFJS_NODE: folder });
    expect(error).toMatch(
      /^The tfjs-node backend cannot run: no tfjs_binding\.node was built \(looked in .*To get it: build the addon .*SCOREBOOK_TFJS_NODE/,
    );
  });

  test('that cannot run is an error when forced: WebGPU without a driver', async () => {
    const nothing = {
      VK_ICD_FILENAMES: join(folder, 'none.json'),
      VK_DRIVER_FILES: join(folder, 'none.json'),
    };
    const { error, warnings } = await choose({ SCOREBOOK_BACKEND: 'webgpu', ...nothing });
    expect(error).toMatch(/^The webgpu backend cannot run: no (Vulkan|GPU adapter).*To get it: .*libvulkan1/);
    expect(warnings).toBe(0);
  });

  test.runIf(hasVulkan)(
    'WebGPU runs when forced, also on a processor that only pretends to be a GPU',
    async () => {
      const { report, sum } = await choose({ SCOREBOOK_BACKEND: 'webgpu', ...vulkanEnvironment });
      expect(report).toMatchObject({ backend: 'webgpu', device: 'CPU', compiles: false, warnings: [] });
      expect(report!.gpu).toContain('SwiftShader');
      expect(sum).toBe(6);
    },
  );

  test.runIf(hasVulkan)('such a pretence is not taken by itself: wasm is faster', async () => {
    const { report, warnings } = await choose({ SCOREBOOK_TF_LIB: folder, ...vulkanEnvironment });
    expect(report!.backend).toBe('wasm');
    expect(warnings).toBe(1);
  });

  test('of a GPU is taken, and named as its driver names it', () => {
    const info = { vendor: 'nvidia', architecture: 'hopper', device: '', description: 'NVIDIA H100 PCIe' };
    expect([isSoftware({ info }), adapterName({ info })]).toEqual([false, 'NVIDIA H100 PCIe']);
    const mesa = { vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe (LLVM 15)' };
    expect([isSoftware({ info: mesa }), adapterName({ info: mesa })]).toEqual([
      true,
      'llvmpipe (LLVM 15) (mesa)',
    ]);
    expect(isSoftware({ info: { ...info, isFallbackAdapter: true } })).toBe(true);
  });
});

test('SCOREBOOK_BACKEND=wasm takes wasm without a warning, and an unknown name is an error that lists the known', async () => {
  const wasm = await choose({ SCOREBOOK_BACKEND: 'wasm' });
  expect(wasm).toMatchObject({ report: { backend: 'wasm', warnings: [] }, warnings: 0, sum: 6 });
  const { error } = await choose({ SCOREBOOK_BACKEND: 'cuda' });
  expect(error).toBe('SCOREBOOK_BACKEND is "cuda"; expected one of tensorflow, tfjs-node, webgpu, wasm');
});

test('SCOREBOOK_THREADS sets the threads of TensorFlow, and nonsense is refused', async () => {
  if (hasTensorFlow)
    expect((await choose({ SCOREBOOK_THREADS: '1' })).report).toMatchObject({
      backend: 'tensorflow',
      threads: 1,
    });
  expect((await choose({ SCOREBOOK_THREADS: 'many' })).error).toBe(
    'SCOREBOOK_THREADS: threads must be a positive integer, got many',
  );
});

test('before a backend is chosen there are no tensors: never the slow pure-JavaScript one', async () => {
  expect(() => backendReport()).toThrow('No backend was chosen');
  expect(tf.findBackendFactory('cpu')).toBeFalsy();
  expect(() => tf.tensor1d([1])).toThrow();
  await useBackend();
});

test.runIf(hasTensorFlow)(
  'TensorFlow is the first choice here, and is loaded from where doctor found it',
  async () => {
    const report = await useBackend();
    const info = engineInfo();
    expect(report).toMatchObject({ backend: 'tensorflow', compiles: true, warnings: [] });
    expect(report.libraries.libtensorflow).toBe(info.tensorflow.folder);
    expect(info.tensorflow.wheel).toMatch(/^tensorflow\w* 2\./);
    expect(info.packages['@tensorflow/tfjs-node-gpu']).toBe('4.22.0');
    expect(info.missing).toEqual([]);
  },
);

/** Every kernel in the files of the package, loaded as the package loads them. */
function pinnedKernels(): Map<string, tf.KernelConfig> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'dist', 'kernels');
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const exported = files.flatMap((name) => Object.values(require(join(folder, name)) as object));
  const configs = exported.filter((value) => value?.backendName === 'tensorflow') as tf.KernelConfig[];
  return new Map(configs.map((config) => [config.kernelName, config]));
}

test.runIf(hasTensorFlow)('the kernels of tfjs-node-gpu run, but for those the engine replaces', async () => {
  await useBackend({ backend: 'tensorflow' });
  const own = new Set(tensorFlowKernels.map(({ kernelName }) => kernelName));
  const pinned = pinnedKernels();
  expect(pinned.size).toBeGreaterThan(130);
  const running = new Map(
    tf.getKernelsForBackend('tensorflow').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]),
  );
  const others = [...pinned].filter(
    ([name, { kernelFunc }]) => (running.get(name) === kernelFunc) === own.has(name),
  );
  expect(others.map(([name]) => name)).toEqual([]);
  expect([...running.keys()].filter((name) => !pinned.has(name) && !own.has(name))).toEqual([]);
});

test.each<[unknown, string]>([
  ['wasm', '"wasm" given, expected an object of options'],
  [null, 'null given, expected an object of options'],
  [{ backnd: 'wasm' }, 'unknown option backnd (did you mean backend?)'],
  [{ backend: 'wasmm' }, 'backend = "wasmm": expected tensorflow or tfjs-node or webgpu or wasm'],
  [{ backend: '' }, 'backend = "": expected'],
  [{ threads: '2' }, 'threads = "2": expected a whole number'],
])('options that are none are refused, and start no backend: %j', async (options, message) => {
  await expect(useBackend(options as BackendOptions)).rejects.toThrow(`useBackend: ${message}`);
});

test.runIf(hasTensorFlow)('threads are chosen in the first call: others are refused later', async () => {
  const { threads } = await useBackend({ backend: 'tensorflow' });
  await expect(useBackend({ threads: -5 })).rejects.toThrow(
    'threads = -5: expected a whole number, 1 or more',
  );
  await expect(useBackend({ threads: threads + 1 })).rejects.toThrow(
    `threads: ${threads + 1}, but TensorFlow has started with ${threads}: choose them in the first call`,
  );
  expect((await useBackend({ threads })).threads).toBe(threads);
});

test('starting wasm leaves no listener that would end the process on a forgotten await', async () => {
  const before = process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException');
  await useBackend({ backend: 'wasm' });
  expect(process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException')).toBe(
    before,
  );
});
