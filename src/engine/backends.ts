/** Which backend runs: chosen once, reported, never silently a slow one. */
import { availableParallelism } from 'node:os';
import { tf } from './tf.ts';
import { registerEngineKernels } from './kernels.ts';
import { startTensorFlow, type NativeInfo } from './native/index.ts';
import { startWasm } from './wasm/index.ts';

export const BACKENDS = ['tensorflow', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface BackendOptions {
  /** Forces one; default: SCOREBOOK_BACKEND, else the first that runs. */
  backend?: BackendName;
  /** Threads of one operation, libtensorflow only. Default: SCOREBOOK_THREADS, else the cores there are. */
  threads?: number;
}

export interface BackendReport {
  backend: BackendName;
  /** Of libtensorflow, or of tfjs's wasm package. */
  version: string;
  /** 'CPU' or 'GPU'. */
  device: 'CPU' | 'GPU';
  threads: number;
  /** True where compile() makes one native function of a traced one; elsewhere it runs eagerly. */
  compiles: boolean;
  /** Name of the GPU's device in TensorFlow, if one is used. */
  gpu?: string;
  /** What was loaded, from where. */
  libraries: Record<string, string>;
  warnings: string[];
}

let chosen: BackendReport | undefined;
let starting: Promise<BackendReport> | undefined;
const started = new Map<BackendName, Omit<BackendReport, 'warnings'>>();

/** How to get a backend that does not run. */
const REMEDY: Record<BackendName, string> = {
  tensorflow:
    'run `npm start` once to install it into .venv, or `pip install tensorflow-cpu==2.21.0` and set SCOREBOOK_TF_LIB ' +
    "to that environment's site-packages/tensorflow folder",
  wasm: 'run `npm ci` again: it comes with the package @tensorflow/tfjs-backend-wasm',
};

function requested(options: BackendOptions): BackendName | undefined {
  const name = options.backend ?? (process.env.SCOREBOOK_BACKEND || undefined);
  if (name === undefined || (BACKENDS as readonly string[]).includes(name)) return name as BackendName;
  const origin = options.backend ? 'backend' : 'SCOREBOOK_BACKEND';
  throw new Error(`${origin} is ${JSON.stringify(name)}; expected one of ${BACKENDS.join(', ')}`);
}

function threadCount(options: BackendOptions): number {
  const threads = options.threads ?? Number(process.env.SCOREBOOK_THREADS || availableParallelism());
  if (Number.isInteger(threads) && threads > 0) return threads;
  throw new Error(
    `threads must be a positive integer, got ${options.threads ?? process.env.SCOREBOOK_THREADS}`,
  );
}

const describe = (native: NativeInfo, threads: number): Omit<BackendReport, 'warnings'> => ({
  backend: 'tensorflow',
  version: native.version,
  device: native.gpu ? 'GPU' : 'CPU',
  threads,
  compiles: true,
  ...(native.gpu ? { gpu: native.gpu } : {}),
  libraries: { libtensorflow: native.folder },
});

async function start(name: BackendName, threads: number): Promise<Omit<BackendReport, 'warnings'>> {
  const before = started.get(name);
  if (before) {
    await tf.setBackend(name);
    return before;
  }
  let report: Omit<BackendReport, 'warnings'>;
  if (name === 'tensorflow') report = describe(await startTensorFlow({ threads }), threads);
  else {
    const wasm = await startWasm();
    report = { backend: 'wasm', device: 'CPU', threads: 1, compiles: false, ...wasm };
  }
  registerEngineKernels(name);
  started.set(name, report);
  return report;
}

async function choose(options: BackendOptions): Promise<BackendReport> {
  const forced = requested(options);
  const threads = threadCount(options);
  if (forced) {
    try {
      return { ...(await start(forced, threads)), warnings: [] };
    } catch (error) {
      const why = (error as Error).message;
      throw new Error(`The ${forced} backend cannot run: ${why}. To get it: ${REMEDY[forced]}.`, {
        cause: error,
      });
    }
  }
  try {
    return { ...(await start('tensorflow', threads)), warnings: [] };
  } catch (error) {
    const why = (error as Error).message;
    const warning = `TensorFlow cannot run here (${why}); using wasm, which trains slowly. To get it: ${REMEDY.tensorflow}.`;
    const report = { ...(await start('wasm', threads)), warnings: [warning] };
    process.emitWarning(warning, { type: 'ScorebookWarning' });
    return report;
  }
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
 * @throws when a forced backend cannot run; the message says why and how to get it. Also for a number of threads that is
 *   none, or another than the one TensorFlow runs with.
 */
export async function useBackend(options: BackendOptions = {}): Promise<BackendReport> {
  if (options.threads !== undefined) threadCount(options);
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
