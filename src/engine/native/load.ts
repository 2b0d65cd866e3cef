/** Loads libtensorflow into this process, in the order and with the flags that it needs. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryHandle } from 'koffi';
import { bindApi, type Api } from './api.ts';
import { checkElf, checkProcessor } from './elf.ts';
import { CC_LIBRARY, FRAMEWORK_LIBRARY } from './library.ts';

const RTLD_NOW = 0x2;
const RTLD_GLOBAL = 0x100;
/** Without it the libraries' destructors run after their data is gone and the process segfaults at exit. */
const RTLD_NODELETE = 0x1000;

/** Oldest TensorFlow whose C API this engine was written to; measured with 2.21. */
const MINIMUM_VERSION = [2, 16] as const;

export type Koffi = typeof import('koffi');

/** koffi's type names are global to the process, so a second load must not declare it again. */
let declared = false;

/** Environment that TensorFlow reads while it is being loaded; a value set by the user wins. */
export function loadEnvironment(folder: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const nvidia = join(folder, '..', 'nvidia');
  const wanted: Record<string, string> = { TF_CPP_MIN_LOG_LEVEL: '2' };
  const nvcc = join(nvidia, 'cuda_nvcc');
  // XLA needs ptxas and libdevice, which the CUDA wheels keep here. Not measured on a GPU.
  if (existsSync(nvcc)) wanted.XLA_FLAGS = `--xla_gpu_cuda_data_dir=${nvcc}`;
  // Kernels for newer GPUs are compiled at first use, into a cache whose usual size would not hold them.
  if (existsSync(nvidia)) wanted.CUDA_CACHE_MAXSIZE = String(4 * 2 ** 30);
  const names = [...Object.keys(wanted), 'TF_XLA_FLAGS', 'CUDA_VISIBLE_DEVICES'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name] ?? wanted[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Releases of abseil whose name is part of its symbols; TensorFlow 2.21 has the last one. */
const ABSEIL = ['20230802', '20240116', '20240722', '20250127', '20250512', '20250814'];

/**
 * Sets abseil's log level as TF_CPP_MIN_LOG_LEVEL says; TensorFlow 2.21 reads that variable in Python only. Where no
 * symbol matches, its information lines are seen on stderr and nothing else changes.
 */
function setLogLevel(framework: LibraryHandle, level: number): void {
  const mangled = ABSEIL.map((date) => `_ZN4absl12lts_${date}14SetMinLogLevelENS0_18LogSeverityAtLeastE`);
  for (const name of mangled) {
    try {
      framework.func(name, 'void', ['int'])(level);
      return;
    } catch {
      continue; // the symbol of another release
    }
  }
}

/** Runs `body` with the process's standard error closed off. */
function withoutStderr<R>(libc: LibraryHandle, body: () => R): R {
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const saved: number = dup(2);
  const nowhere = openSync('/dev/null', 'w');
  dup2(nowhere, 2);
  try {
    return body();
  } finally {
    dup2(saved, 2);
    closeSync(saved);
    closeSync(nowhere);
  }
}

/** Libraries to load, in order. cusolver first: the framework library has no search path to it. Not measured. */
export function loadOrder(folder: string): string[] {
  const cusolver = join(folder, '..', 'nvidia', 'cusolver', 'lib', 'libcusolver.so.11');
  const libraries = [join(folder, FRAMEWORK_LIBRARY), join(folder, CC_LIBRARY)];
  return existsSync(cusolver) ? [cusolver, ...libraries] : libraries;
}

/** Throws unless `version` ("2.21.0") is at least the minimum. */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needMajor, needMinor] = MINIMUM_VERSION;
  if (major !== needMajor || minor < needMinor) {
    throw new Error(
      `libtensorflow is version ${version}; this engine needs ${needMajor}.${needMinor} or later 2.x`,
    );
  }
}

/**
 * Loads both libraries of `folder` and binds their functions.
 * @throws when a library is absent, truncated, of the wrong version, or lacks a symbol; the message says which.
 */
export function loadTensorFlow(koffi: Koffi, folder: string): Api {
  checkProcessor();
  const order = loadOrder(folder);
  for (const path of order) checkElf(path);
  const libc = koffi.load('libc.so.6');
  const setenv = libc.func('int setenv(const char*, const char*, int)');
  const dlopen = libc.func('void* dlopen(const char*, int)');
  const dlerror = libc.func('const char* dlerror()');
  // Node's process.env reaches native code too late, and only main-thread copies of it: libc's own call it is.
  const environment = loadEnvironment(folder, process.env);
  for (const [name, value] of Object.entries(environment)) setenv(name, value, 1);
  const level = Number(environment.TF_CPP_MIN_LOG_LEVEL);
  for (const path of order) {
    // TensorFlow logs a greeting while it is being loaded, before its log level can be set.
    const open = () => dlopen(path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    if (!(level > 0 ? withoutStderr(libc, open) : open())) {
      throw new Error(`${path} could not be loaded: ${dlerror()}`);
    }
    if (path.endsWith(FRAMEWORK_LIBRARY)) setLogLevel(koffi.load(path), level);
  }
  if (!declared) koffi.struct('ScorebookOutput', { oper: 'void*', index: 'int' });
  declared = true;
  const api = bindApi(koffi.load(join(folder, CC_LIBRARY)));
  checkVersion(api.version());
  return api;
}
