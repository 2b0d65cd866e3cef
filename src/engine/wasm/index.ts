/** tfjs's WebAssembly backend. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

/** Sets wasm as tfjs's backend. One thread: tfjs's threaded build needs a browser's workers. */
export async function startWasm(): Promise<{ version: string; libraries: Record<string, string> }> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  const folder = join(dirname(entry), '..', 'wasm-out');
  wasm.setWasmPaths(`${folder}/`);
  if (!(await withoutCrashListeners(() => tf.setBackend('wasm')))) {
    throw new Error(`the module in ${folder} did not start`);
  }
  return { version: wasm.version_wasm, libraries: { 'tfjs-backend-wasm': folder } };
}
