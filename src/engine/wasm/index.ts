/** tfjs's WebAssembly backend, with the kernels that training needs and it lacks. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tf } from '../tf.ts';
import { registerWasmKernels } from './kernels.ts';

/** Sets wasm as tfjs's backend. One thread: tfjs's threaded build needs a browser's workers. */
export async function startWasm(): Promise<{ version: string; libraries: Record<string, string> }> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  const folder = join(dirname(entry), '..', 'wasm-out');
  wasm.setWasmPaths(`${folder}/`);
  registerWasmKernels();
  if (!(await tf.setBackend('wasm'))) throw new Error(`the module in ${folder} did not start`);
  return { version: wasm.version_wasm, libraries: { 'tfjs-backend-wasm': folder } };
}
