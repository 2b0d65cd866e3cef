/** tfjs's WebAssembly backend. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { outOfMemory } from '../memory.ts';
import { tf } from '../tf.ts';

const CRASH_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Emscripten's start-up code listens for uncaught errors and rethrows them, which would end a notebook's kernel on a
 * forgotten `await`. Runs `start` and takes off the listeners it added.
 */
async function withoutCrashListeners<R>(start: () => Promise<R>): Promise<R> {
  const before = new Map(
    CRASH_EVENTS.map((event) => [event, process.listeners(event as 'uncaughtException')]),
  );
  try {
    return await start();
  } finally {
    for (const [event, kept] of before) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!kept.includes(listener)) process.removeListener(event, listener);
      }
    }
  }
}

interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Its addresses have 32 bits, so that a larger size would be taken for what is left of it. */
const ADDRESSABLE = 2 ** 32;

/** tfjs does not look whether it got memory, and would write at address 0, over what is there. */
function refuseMissingMemory(module: Allocator): void {
  module._free(module._malloc(1)); // Emscripten sets the function when it is first called
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = bytes < ADDRESSABLE ? allocate(bytes) : 0;
    if (address === 0 && bytes > 0) throw outOfMemory('wasm', `${bytes} bytes; it has 4 GiB at most`);
    return address;
  };
}

/** Passes a warning on, unless it says that XNNPACK failed: its kernels then leave the result as the memory was. */
function warnUnlessFailed(warn: typeof console.warn, text: unknown[]): void {
  if (/XNN status/.test(String(text[0]))) throw new Error(`wasm: a kernel failed: ${String(text[0])}`);
  warn(...text);
}

/** What the module prints as errors goes to the console's `warn` that it finds when it starts. */
async function withFailuresThrown<R>(start: () => Promise<R>): Promise<R> {
  const { warn } = console;
  console.warn = (...text: unknown[]) => warnUnlessFailed(warn.bind(console), text);
  try {
    return await start();
  } finally {
    console.warn = warn;
  }
}

/** Sets wasm as tfjs's backend. One thread: tfjs's threaded build needs a browser's workers. */
export async function startWasm(): Promise<{ version: string; libraries: Record<string, string> }> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  const folder = join(dirname(entry), '..', 'wasm-out');
  wasm.setWasmPaths(`${folder}/`);
  if (!(await withoutCrashListeners(() => withFailuresThrown(() => tf.setBackend('wasm'))))) {
    throw new Error(`the module in ${folder} did not start`);
  }
  refuseMissingMemory((tf.backend() as unknown as { wasm: Allocator }).wasm);
  return { version: wasm.version_wasm, libraries: { 'tfjs-backend-wasm': folder } };
}
