/** Which backend runs: chosen once, reported, never silently a slow one. */
import { availableParallelism } from 'node:os';
import { checkOptions, oneOf, whole, type Kinds } from '../options/index.ts';
import { NoAddon, startAddon } from './addon/index.ts';
import { tf } from './tf.ts';
import { registerEngineKernels } from './kernels.ts';
import './tape.ts';
import { startTensorFlow } from './native/index.ts';
import { startWasm } from './wasm/index.ts';
import { NoGpu, startWebGpu } from './webgpu/index.ts';

/** In the order in which they are tried. */
export const BACKENDS = ['tensorflow', 'tfjs-node', 'webgpu', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface BackendOptions {
  /** Forces one; default: SCOREBOOK_BACKEND, else the first that runs. */
  backend?: BackendName;
  /**
   * Cores to use, libtensorflow only. Default: SCOREBOOK_THREADS, else all there are. Two are for operations side by side,
   * which is faster for networks (`inChains`) and slower for a single large operation; more are for threads within each.
   */
  threads?: number;
}

const kinds: Kinds<BackendOptions> = { backend: oneOf(...BACKENDS), threads: whole({ min: 1 }) };

export interface BackendReport {
  backend: BackendName;
  /** Of libtensorflow, or of tfjs's package for the backend. */
  version: string;
  /** 'CPU' or 'GPU'. */
  device: 'CPU' | 'GPU';
  threads: number;
  /** True where compile() makes one native function of a traced one; elsewhere it runs eagerly. */
  compiles: boolean;
  /** Name of the GPU's device, if one is used. */
  gpu?: string;
  /** What was loaded, from where. */
  libraries: Record<string, string>;
  warnings: string[];
}

type Started = Omit<BackendReport, 'warnings'>;

let chosen: BackendReport | undefined;
let starting: Promise<BackendReport> | undefined;
const started = new Map<BackendName, Started>();

/** How to get a backend that does not run. */
const REMEDY: Record<BackendName, string> = {
  tensorflow:
    'run `npm start` once to install it into .venv, or `pip install tensorflow-cpu==2.21.0` and set SCOREBOOK_TF_LIB ' +
    "to that environment's site-packages/tensorflow folder",
  'tfjs-node':
    'build the addon of @tensorflow/tfjs-node-gpu (`npm run build-addon-from-source` in its folder, with a C++ compiler ' +
    'and libtensorflow in its deps/), or set SCOREBOOK_TFJS_NODE to the folder of a package that has it built',
  webgpu:
    'install the Vulkan driver of the GPU and its loader (Debian: libvulkan1), and `npm ci` without --omit=optional for ' +
    'the package webgpu',
  wasm: 'run `npm ci` again: it comes with the package @tensorflow/tfjs-backend-wasm',
};

/** The tfjs backend that each is; the addon and libtensorflow share one, and its kernels. */
const tfjsName = (name: BackendName): string => (name === 'tfjs-node' ? 'tensorflow' : name);

function requested(options: BackendOptions): BackendName | undefined {
  const name = options.backend ?? (process.env.SCOREBOOK_BACKEND || undefined);
  if (name === undefined || (BACKENDS as readonly string[]).includes(name)) return name as BackendName;
  throw new Error(`SCOREBOOK_BACKEND is ${JSON.stringify(name)}; expected one of ${BACKENDS.join(', ')}`);
}

function threadCount(options: BackendOptions): number {
  const threads = options.threads ?? Number(process.env.SCOREBOOK_THREADS || availableParallelism());
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new Error(
    `SCOREBOOK_THREADS: threads must be a positive integer, got ${process.env.SCOREBOOK_THREADS}`,
  );
}

/** What each backend says of itself when it has started. */
const starters: Record<BackendName, (options: { threads: number; forced: boolean }) => Promise<Started>> = {
  async tensorflow({ threads }) {
    const { folder, ...native } = await startTensorFlow({ threads });
    const device = native.gpu ? 'GPU' : 'CPU';
    return {
      backend: 'tensorflow',
      device,
      threads,
      compiles: true,
      ...native,
      libraries: { libtensorflow: folder },
    };
  },
  async 'tfjs-node'() {
    const addon = await startAddon();
    const device = addon.gpu ? 'GPU' : 'CPU';
    return { backend: 'tfjs-node', device, threads: availableParallelism(), compiles: false, ...addon };
  },
  async webgpu({ forced }) {
    const { software, ...webgpu } = await startWebGpu({ software: forced });
    return { backend: 'webgpu', device: software ? 'CPU' : 'GPU', threads: 1, compiles: false, ...webgpu };
  },
  async wasm() {
    return { backend: 'wasm', device: 'CPU', threads: 1, compiles: false, ...(await startWasm()) };
  },
};

async function start(name: BackendName, threads: number, forced: boolean): Promise<Started> {
  refuseSecondTensorFlow(name);
  const before = started.get(name);
  if (before) {
    await tf.setBackend(tfjsName(name));
    return before;
  }
  const report = await starters[name]({ threads, forced });
  registerEngineKernels(name);
  started.set(name, report);
  return report;
}

/** Two libtensorflows in one process would take each other's symbols. */
function refuseSecondTensorFlow(name: BackendName): void {
  const twins = ['tensorflow', 'tfjs-node'] as const;
  const other = twins.find((twin) => twin !== name && started.has(twin));
  if (!other || !(twins as readonly string[]).includes(name)) return;
  throw new Error(`${other} has been started, and a process can hold one TensorFlow: use ${name} in another`);
}

/** Why a backend that was not asked for did not start; nothing where it is simply not there. */
const worthSaying = (error: unknown): boolean => !(error instanceof NoAddon || error instanceof NoGpu);

async function choose(options: BackendOptions): Promise<BackendReport> {
  const forced = requested(options);
  const threads = threadCount(options);
  if (forced) {
    try {
      return { ...(await start(forced, threads, true)), warnings: [] };
    } catch (error) {
      const why = (error as Error).message;
      throw new Error(`The ${forced} backend cannot run: ${why}. To get it: ${REMEDY[forced]}.`, {
        cause: error,
      });
    }
  }
  return firstThatRuns(threads);
}

async function firstThatRuns(threads: number): Promise<BackendReport> {
  const reasons: string[] = [];
  for (const name of BACKENDS) {
    try {
      const report = await start(name, threads, false);
      return { ...report, warnings: reasons.length > 0 ? [warn(name, reasons)] : [] };
    } catch (error) {
      const { message } = error as Error;
      if (worthSaying(error)) reasons.push(name === 'tensorflow' ? message : `${name}: ${message}`);
    }
  }
  throw new Error(`no backend runs: ${reasons.join('; ')}`);
}

/** One warning for all that stood in the way of something better. */
function warn(name: BackendName, reasons: readonly string[]): string {
  const but = name === 'wasm' ? 'which trains slowly' : 'which runs compiled functions step by step';
  const warning = `TensorFlow cannot run here (${reasons.join('; ')}); using ${name}, ${but}. To get it: ${REMEDY.tensorflow}.`;
  process.emitWarning(warning, { type: 'ScorebookWarning' });
  return warning;
}

/** TensorFlow takes its number of threads once, when it starts. */
function refuseOtherThreads({ threads }: BackendOptions): void {
  const tensorflow = started.get('tensorflow');
  if (threads === undefined || tensorflow === undefined || tensorflow.threads === threads) return;
  throw new Error(
    `threads: ${threads}, but TensorFlow has started with ${tensorflow.threads}: choose them in the first call, or by SCOREBOOK_THREADS`,
  );
}

/**
 * Chooses the backend and sets it for tfjs. Without options a second call returns what was chosen first; with a
 * `backend` option it switches.
 * @throws OptionError for an option that is unknown or not of its kind; Error when a forced backend cannot run (the message
 *   says why and how to get it), and for another number of threads than the one TensorFlow runs with
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendReport> {
  checkOptions('useBackend', options, kinds);
  if (starting) await starting.catch(() => undefined);
  refuseOtherThreads(options);
  if (chosen && (options.backend === undefined || options.backend === chosen.backend)) return chosen;
  starting = choose(options);
  try {
    chosen = await starting;
    return chosen;
  } finally {
    starting = undefined;
  }
}

/** What `useBackend` chose. @throws before it was called. */
export function backendReport(): BackendReport {
  if (!chosen) throw new Error('No backend was chosen: `await useBackend()` first.');
  return chosen;
}
