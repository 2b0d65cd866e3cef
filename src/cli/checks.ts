import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mnist } from '../datasets/index.ts';
import { engineInfo, useBackend } from '../engine/index.ts';
import type { BackendReport, EngineInfo } from '../engine/index.ts';
import { kernelspecDirectory } from '../kernel/index.ts';
import { otherLibraries } from './libraryChecks.ts';
import { root, venv } from './places.ts';
import { pythonChecks } from './pythonChecks.ts';

/** One line of `scorebook doctor`. */
export interface Check {
  readonly name: string;
  /** `missing` keeps something from working; a `warning` makes it slower or smaller. */
  readonly status: 'ok' | 'warning' | 'missing';
  readonly found: string;
  readonly remedy?: string;
  /** For programs that read `--json`. */
  readonly details?: object;
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const readJson = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

function nodeCheck(): Check {
  return { name: 'Node', status: 'ok', found: process.versions.node };
}

function packageCheck(): Check {
  const { version, dependencies } = readJson(join(root, 'package.json')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  const wrong = Object.entries(dependencies).filter(([name, wanted]) => {
    const file = join(root, 'node_modules', name, 'package.json');
    return !existsSync(file) || readJson(file).version !== wanted;
  });
  if (wrong.length === 0)
    return { name: 'scorebook', status: 'ok', found: `${version}, npm packages as pinned` };
  const names = wrong.map(([name, wanted]) => `${name} ${wanted}`).join(', ');
  return { name: 'scorebook', status: 'missing', found: `${version}, without ${names}`, remedy: 'npm ci' };
}

function kernelCheck(): Check {
  const name = 'kernel';
  const remedy = 'npx scorebook kernel install';
  const file = join(kernelspecDirectory({ prefix: venv }), 'kernel.json');
  if (!existsSync(file)) return { name, status: 'missing', found: `no kernelspec at ${file}`, remedy };
  const spec = readJson(file) as { argv?: string[]; display_name?: string };
  const gone = (spec.argv ?? []).find((part) => part.startsWith('/') && !existsSync(part));
  if (gone !== undefined)
    return { name, status: 'missing', found: `the kernelspec names ${gone}, which is gone`, remedy };
  return { name, status: 'ok', found: `${spec.display_name} (${file})`, details: spec };
}

function gpuCheck({ gpus }: EngineInfo): Check {
  const names = gpus.map(({ name, memory, driver }) => `${name}, ${memory}, driver ${driver}`);
  return { name: 'GPU', status: 'ok', found: names.join('; ') || 'no NVIDIA GPU answers; the CPU is used' };
}

/** What the engine lacks makes training slower, and nothing impossible: wasm serves. */
function tensorFlowCheck({ tensorflow: { folder, source, wheel }, missing }: EngineInfo): Check {
  const found =
    folder === undefined ? 'no libtensorflow' : `${wheel ?? 'libtensorflow'} (${source}: ${folder})`;
  if (missing.length === 0) return { name: 'TensorFlow', status: 'ok', found };
  const remedy = missing.map(({ what, remedy }) => `${what}: ${remedy}`).join('; ');
  return { name: 'TensorFlow', status: 'warning', found, remedy };
}

const unseenGpu =
  'The driver names a GPU, but this TensorFlow does not see it: check the driver by nvidia-smi.';

const describe = ({ backend, version, device, gpu, threads }: BackendReport): string =>
  `${backend} ${version} on ${gpu ?? device}, ${threads} thread${threads === 1 ? '' : 's'}`;

/** The backend that a notebook would get, and whether the others run. */
async function backendCheck({ gpus, missing }: EngineInfo): Promise<Check[]> {
  try {
    const report = await useBackend();
    const isIdle = gpus.length > 0 && report.gpu === undefined && missing.length === 0;
    const warnings = [...report.warnings, ...(isIdle ? [unseenGpu] : [])];
    const slow = warnings.length > 0;
    const remedy = slow ? { remedy: warnings.join(' ') } : {};
    const checks: Check[] = [
      {
        name: 'backend',
        status: slow ? 'warning' : 'ok',
        found: describe(report),
        ...remedy,
        details: report,
      },
    ];
    if (report.backend !== 'wasm') checks.push(await fallbackCheck());
    return checks;
  } catch (error) {
    return [{ name: 'backend', status: 'missing', found: message(error) }];
  }
}

async function fallbackCheck(): Promise<Check> {
  try {
    return { name: 'fallback', status: 'ok', found: describe(await useBackend({ backend: 'wasm' })) };
  } catch (error) {
    return { name: 'fallback', status: 'warning', found: message(error) };
  }
}

function dataCheck(): Check {
  try {
    const { train, validation, test } = mnist();
    const counts = [train, validation, test].map(({ count }) => count.toLocaleString('en')).join(' + ');
    return { name: 'MNIST', status: 'ok', found: `${counts} images, checksums right` };
  } catch (error) {
    return { name: 'MNIST', status: 'missing', found: message(error) };
  }
}

/** Everything that `scorebook doctor` looks at, in the order it is shown. */
export async function allChecks(): Promise<Check[]> {
  const engine = engineInfo();
  return [
    nodeCheck(),
    packageCheck(),
    ...pythonChecks(),
    kernelCheck(),
    gpuCheck(engine),
    tensorFlowCheck(engine),
    ...otherLibraries(engine),
    ...(await backendCheck(engine)),
    dataCheck(),
  ];
}
