/** What the engine finds on this machine, without starting a backend: what `scorebook doctor` says of it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { availableParallelism } from 'node:os';
import { findLibrary, type LibrarySearch } from './native/library.ts';

export interface EngineInfo {
  node: string;
  platform: string;
  cores: number;
  /** Versions of the npm packages that tensors come from. */
  packages: Record<string, string>;
  /** The libraries, where they were looked for, and the wheel they belong to ("tensorflow_cpu 2.21.0"). */
  tensorflow: LibrarySearch & { wheel?: string };
  /** NVIDIA GPUs as their driver names them; empty when no driver answers. */
  gpus: { name: string; memory: string; driver: string }[];
  /** What is missing, and how to get it. */
  missing: { what: string; remedy: string }[];
}

const PACKAGES = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-backend-wasm',
  'koffi',
] as const;

const require = createRequire(import.meta.url);

function packageVersions(): Record<string, string> {
  return Object.fromEntries(
    PACKAGES.flatMap((name) => {
      const folder = require.resolve
        .paths(name)
        ?.find((base) => readdirIfThere(`${base}/${name}`).length > 0);
      if (!folder) return [];
      const { version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as {
        version: string;
      };
      return [[name, version]];
    }),
  );
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // an absent folder has nothing in it
  }
}

/** "tensorflow_cpu 2.21.0", from the wheel's own record beside it. */
function wheelOf(folder: string): string | undefined {
  const records = readdirIfThere(dirname(folder)).filter((name) => /^tensorflow.*\.dist-info$/.test(name));
  const match = records
    .map((name) => /^(tensorflow(?:_cpu|_intel)?)-([\d.]+\w*)\.dist-info$/.exec(name))
    .find(Boolean);
  return match ? `${match[1]} ${match[2]}` : undefined;
}

function nvidiaGpus(): EngineInfo['gpus'] {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) return [];
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(', '))
    .map(([name = '', memory = '', driver = '']) => ({ name, memory, driver }));
}

/** Versions, libraries found where, GPUs, and what is missing. Takes under a second; loads nothing. */
export function engineInfo(): EngineInfo {
  const search = findLibrary();
  const wheel = search.folder ? wheelOf(search.folder) : undefined;
  const packages = packageVersions();
  const gpus = nvidiaGpus();
  const missing: EngineInfo['missing'] = PACKAGES.filter((name) => !packages[name]).map((name) => {
    return { what: `the npm package ${name}`, remedy: 'npm ci' };
  });
  if (!search.folder) {
    const remedy = '`npm start` installs it into .venv; or set SCOREBOOK_TF_LIB to a folder that holds it';
    missing.push({ what: 'libtensorflow (training falls back to wasm)', remedy });
  } else if (gpus.length > 0 && wheel?.startsWith('tensorflow_cpu')) {
    const remedy = '`npm start` installs the CUDA build of TensorFlow where a GPU answers';
    missing.push({ what: 'a TensorFlow built for CUDA (the GPU is idle)', remedy });
  }
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    packages,
    tensorflow: { ...search, ...(wheel ? { wheel } : {}) },
    gpus,
    missing,
  };
}
