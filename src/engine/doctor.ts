/** What the engine finds on this machine, without starting a backend: what `scorebook doctor` says of it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { findAddon, type AddonSearch } from './addon/index.ts';
import { cudaLibraries, driverAdvice, type CudaSearch } from './native/cuda.ts';
import { findLibrary, wheelOf, type LibrarySearch } from './native/library.ts';

export interface EngineInfo {
  node: string;
  platform: string;
  cores: number;
  /** Versions of the npm packages that tensors come from. */
  packages: Record<string, string>;
  /** The libraries, where they were looked for, and the wheel they belong to ("tensorflow_cpu 2.21.0"). */
  tensorflow: LibrarySearch & { wheel?: string };
  /** The libraries of CUDA, where TensorFlow is built for it. */
  cuda?: CudaSearch;
  /** The official addon, where a user has built it. */
  addon: AddonSearch;
  /** The Vulkan loader, which WebGPU needs. */
  vulkan?: string;
  /** NVIDIA GPUs as their driver names them; empty when no driver answers. */
  gpus: { name: string; memory: string; driver: string }[];
  /** What is missing, and how to get it. */
  missing: { what: string; remedy: string }[];
}

const PACKAGES = [
  ...['@tensorflow/tfjs', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-backend-wasm'],
  ...['@tensorflow/tfjs-backend-webgpu', 'koffi'],
];
/** Left out by `npm ci --omit=optional`. */
const OPTIONAL = ['webgpu'];

const require = createRequire(import.meta.url);

function packageVersions(): Record<string, string> {
  return Object.fromEntries(
    [...PACKAGES, ...OPTIONAL].flatMap((name) => {
      const bases = require.resolve.paths(name) ?? [];
      const file = bases.map((base) => join(base, name, 'package.json')).find((path) => existsSync(path));
      if (!file) return [];
      return [[name, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version]];
    }),
  );
}

function nvidiaGpus(env: NodeJS.ProcessEnv): EngineInfo['gpus'] {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 20_000, env });
  if (status !== 0) return [];
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(', '))
    .map(([name = '', memory = '', driver = '']) => ({ name, memory, driver }));
}

/** Where Linux's loader looks beside what LD_LIBRARY_PATH names. */
const LIBRARY_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'];

function vulkanLoader(env: NodeJS.ProcessEnv): string | undefined {
  const named = (env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean);
  return [...named, ...LIBRARY_FOLDERS]
    .map((folder) => join(folder, 'libvulkan.so.1'))
    .find((path) => existsSync(path));
}

type Found = Omit<EngineInfo, 'missing'>;

/** What keeps a GPU that is there from training. */
function missingForGpu({ gpus, tensorflow, cuda, vulkan }: Found): EngineInfo['missing'] {
  if (gpus.length === 0 || !tensorflow.folder) return [];
  const missing: EngineInfo['missing'] = [];
  if (!cuda) {
    const other = vulkan ? ', or train on it by --backend webgpu' : '';
    const remedy = `\`npm start\` installs the CUDA build of TensorFlow where a GPU answers${other}`;
    missing.push({ what: 'a TensorFlow built for CUDA (the GPU is idle)', remedy });
  } else if (cuda.missing.length > 0) {
    const what = `${cuda.missing.join(', ')} in ${cuda.folder} (TensorFlow then sees no GPU)`;
    missing.push({ what, remedy: "pip install 'tensorflow[and-cuda]==2.21.0' into that environment" });
  }
  const [driver] = new Set(gpus.map((gpu) => gpu.driver));
  const remedy = cuda && driver ? driverAdvice(driver) : undefined;
  if (remedy) missing.push({ what: `a driver that can compile all of it (found ${driver})`, remedy });
  return missing;
}

function whatIsMissing(found: Found): EngineInfo['missing'] {
  const missing = PACKAGES.filter((name) => !found.packages[name]).map((name) => {
    return { what: `the npm package ${name}`, remedy: 'npm ci' };
  });
  if (!found.tensorflow.folder) {
    const remedy = '`npm start` installs it into .venv; or set SCOREBOOK_TF_LIB to a folder that holds it';
    missing.push({ what: 'libtensorflow (training falls back to wasm)', remedy });
  }
  return [...missing, ...missingForGpu(found)];
}

/** Versions, libraries found where, GPUs, and what is missing. Takes under a second; loads nothing. */
export function engineInfo(env: NodeJS.ProcessEnv = process.env): EngineInfo {
  const search = findLibrary(env);
  const wheel = search.folder ? wheelOf(search.folder) : undefined;
  const hasCuda = search.folder !== undefined && wheel?.startsWith('tensorflow ');
  const vulkan = vulkanLoader(env);
  const found: Found = {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    packages: packageVersions(),
    tensorflow: { ...search, ...(wheel ? { wheel } : {}) },
    ...(hasCuda ? { cuda: cudaLibraries(search.folder!) } : {}),
    addon: findAddon(env),
    ...(vulkan ? { vulkan } : {}),
    gpus: nvidiaGpus(env),
  };
  return { ...found, missing: whatIsMissing(found) };
}
