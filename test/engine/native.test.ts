/** What can be checked of the native side without loading it: options, search, load order, broken files. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeConfig, type SessionConfig } from '../../src/engine/native/config.ts';
import { checkElf, checkProcessor, processorHas } from '../../src/engine/native/elf.ts';
import { CC_LIBRARY, findLibrary, FRAMEWORK_LIBRARY } from '../../src/engine/native/library.ts';
import { checkVersion, loadEnvironment, loadOrder } from '../../src/engine/native/load.ts';
import { varint } from '../../src/engine/native/protobuf.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'scorebook-engine-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fixture = new URL('../reference/engine_config.json', import.meta.url);
const configs = JSON.parse(readFileSync(fixture, 'utf8')) as { config: SessionConfig; hex: string }[];

test.each(configs)("the options $config are the bytes of TensorFlow's own classes", ({ config, hex }) => {
  expect(Buffer.from(encodeConfig(config)).toString('hex')).toBe(hex);
});

test('a varint beyond 32 bits keeps its high groups, and a negative one is refused', () => {
  expect([...varint(2 ** 35)]).toEqual([128, 128, 128, 128, 128, 1]);
  expect(() => varint(-1)).toThrow('got -1');
});

function install(...parts: string[]): string {
  const tensorflow = join(folder, ...parts, 'tensorflow');
  mkdirSync(tensorflow, { recursive: true });
  for (const library of [CC_LIBRARY, FRAMEWORK_LIBRARY]) writeFileSync(join(tensorflow, library), '');
  return tensorflow;
}

describe('the library is looked for', () => {
  test('in the folder that SCOREBOOK_TF_LIB names, and then only there', () => {
    const named = install('elsewhere');
    install('.venv', 'lib', 'python3.11', 'site-packages');
    expect(findLibrary({ SCOREBOOK_TF_LIB: named }, folder)).toMatchObject({
      folder: named,
      source: 'SCOREBOOK_TF_LIB',
    });
    expect(findLibrary({ SCOREBOOK_TF_LIB: join(named, CC_LIBRARY) }, folder).folder).toBe(named);
    const absent = findLibrary({ SCOREBOOK_TF_LIB: join(folder, 'nowhere') }, folder);
    expect(absent.folder).toBeUndefined();
    expect(absent.looked).toEqual([
      { source: 'SCOREBOOK_TF_LIB', folder: join(folder, 'nowhere'), found: false },
    ]);
  });

  test('in .venv, newest Python first: 3.12 before 3.9', () => {
    install('.venv', 'lib', 'python3.9', 'site-packages');
    const newest = install('.venv', 'lib', 'python3.12', 'site-packages');
    expect(findLibrary({}, folder)).toMatchObject({ folder: newest, source: '.venv' });
  });

  test('in the python on PATH last', () => {
    const tensorflow = install('site');
    const python = join(folder, 'python3');
    writeFileSync(python, `#!/bin/sh\necho ${tensorflow}\n`);
    chmodSync(python, 0o755);
    const path = process.env.PATH;
    try {
      process.env.PATH = folder;
      expect(findLibrary({}, folder)).toMatchObject({ folder: tensorflow, source: 'python3 on PATH' });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('with the CUDA wheels beside TensorFlow', () => {
  test('cusolver is loaded first and XLA is told where ptxas lies', () => {
    const tensorflow = install('site');
    mkdirSync(join(folder, 'site', 'nvidia', 'cusolver', 'lib'), { recursive: true });
    mkdirSync(join(folder, 'site', 'nvidia', 'cuda_nvcc'));
    writeFileSync(join(folder, 'site', 'nvidia', 'cusolver', 'lib', 'libcusolver.so.11'), '');
    expect(loadOrder(tensorflow).map((path) => path.split('/').at(-1))).toEqual([
      'libcusolver.so.11',
      FRAMEWORK_LIBRARY,
      CC_LIBRARY,
    ]);
    const nvcc = join(folder, 'site', 'nvidia', 'cuda_nvcc');
    expect(loadEnvironment(tensorflow, {}).XLA_FLAGS).toBe(`--xla_gpu_cuda_data_dir=${nvcc}`);
    expect(loadEnvironment(tensorflow, { XLA_FLAGS: 'mine' }).XLA_FLAGS).toBe('mine');
    // Room for the kernels that the driver compiles at first use; CUDA's own limit is 1 GiB.
    expect(loadEnvironment(tensorflow, {}).CUDA_CACHE_MAXSIZE).toBe('4294967296');
    expect(loadEnvironment(tensorflow, { CUDA_CACHE_MAXSIZE: '7' }).CUDA_CACHE_MAXSIZE).toBe('7');
  });

  test('without them nothing of CUDA is touched', () => {
    const tensorflow = install('site');
    expect(loadOrder(tensorflow).length).toBe(2);
    expect(loadEnvironment(tensorflow, {})).toEqual({ TF_CPP_MIN_LOG_LEVEL: '2' });
  });
});

describe('what would end the process is refused before', () => {
  test('a truncated library', () => {
    const whole = readFileSync('/lib/x86_64-linux-gnu/libm.so.6');
    const path = join(folder, 'lib.so');
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    expect(() => checkElf(path)).toThrow(/truncated: \d+ bytes of at least \d+; install tensorflow again/);
    writeFileSync(path, whole);
    expect(() => checkElf(path)).not.toThrow();
  });

  test('a file that is no library', () => {
    writeFileSync(join(folder, 'text.so'), '<html>not found</html>');
    expect(() => checkElf(join(folder, 'text.so'))).toThrow('is not a shared library');
    symlinkSync(join(folder, 'gone'), join(folder, 'link.so'));
    expect(() => checkElf(join(folder, 'link.so'))).toThrow('ENOENT');
  });

  test.runIf(process.arch === 'x64')('a processor without AVX', () => {
    const cpuinfo = join(folder, 'cpuinfo');
    writeFileSync(cpuinfo, 'processor\t: 0\nflags\t\t: fpu sse2 avx2x\n');
    expect(() => checkProcessor(cpuinfo)).toThrow('no AVX');
    writeFileSync(cpuinfo, 'processor\t: 0\nflags\t\t: fpu avx sse2\n');
    expect(() => checkProcessor(cpuinfo)).not.toThrow();
    expect(['avx', 'avx512f', 'sse'].map((flag) => processorHas(flag, cpuinfo))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a TensorFlow that is too old or of another major version', () => {
    expect(() => checkVersion('2.15.1')).toThrow('libtensorflow is version 2.15.1; this engine needs 2.16');
    expect(() => checkVersion('3.0.0')).toThrow('2.16');
    expect(() => checkVersion('2.21.0')).not.toThrow();
  });
});
