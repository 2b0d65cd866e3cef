/** Starts libtensorflow as tfjs's backend `tensorflow`. */
import { tf } from '../tf.ts';
import { createBackend, type TensorFlowBackend } from './backend.ts';
import { Context } from './context.ts';
import { processorHasBfloat16 } from './elf.ts';
import { findLibrary, wheelOf } from './library.ts';
import { checkVersion, loadTensorFlow, type Koffi } from './load.ts';

export interface NativeInfo {
  version: string;
  folder: string;
  gpu?: string;
}

let backend: TensorFlowBackend | undefined;

/** As many as were measured. Every chain is traced, so that many of them would take long to begin. */
const MOST_CHAINS = 2;

/** Parts that a batch is split into, each on a thread of its own (`chains.ts`); 1 for more threads than that. */
const chainsFor = (threads: number): number => (threads <= MOST_CHAINS ? threads : 1);

function threadsFor(threads: number): { intraOpThreads: number; interOpThreads: number } {
  if (chainsFor(threads) === threads) return { intraOpThreads: 1, interOpThreads: threads };
  // More operations at a time than cores: one that waits for its shards does not hold a core.
  return { intraOpThreads: threads, interOpThreads: 2 * threads };
}

/**
 * Finds and loads libtensorflow and sets it as tfjs's backend.
 * @throws with the reason, when it is absent, broken or too old; the process stays usable.
 */
export async function startTensorFlow(options: { threads: number }): Promise<NativeInfo> {
  if (process.platform !== 'linux') {
    throw new Error(`libtensorflow through FFI is written for Linux, and this is ${process.platform}`);
  }
  const search = findLibrary();
  if (!search.folder) {
    const places = search.looked.map(({ source, folder }) => (folder ? `${source}: ${folder}` : source));
    throw new Error(`no libtensorflow_cc.so.2 was found (looked in ${places.join('; ')})`);
  }
  const wheel = wheelOf(search.folder);
  if (wheel) checkVersion(wheel.split(' ')[1]!); // before another version's code is in the process
  const koffi = ((await import('koffi')) as unknown as { default: Koffi }).default;
  const api = loadTensorFlow(koffi, search.folder);
  const context = new Context(koffi, api, {
    ...threadsFor(options.threads),
    softPlacement: true,
    gpuAllowGrowth: true,
  });
  const made = createBackend(context, {
    chains: context.hasGpu ? 1 : chainsFor(options.threads),
    // Without oneDNN's kernels a step takes fourteen times as long as in float32. Not measured on a GPU.
    hasBfloat16: context.hasGpu || processorHasBfloat16(),
  });
  backend = made;
  tf.registerBackend('tensorflow', () => made as unknown as tf.KernelBackend, 3);
  await tf.setBackend('tensorflow');
  const gpu = context.devices.find((device) => device.type === 'GPU')?.name;
  return { version: api.version(), folder: search.folder, ...(gpu ? { gpu } : {}) };
}

/** The native backend when it is the one in use, else undefined. */
export function nativeBackend(): TensorFlowBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? backend : undefined;
}
