import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import threads, { type WorkerOptions } from 'node:worker_threads';

/** Workers of cells load TypeScript files as cells do. Not every Node hands them the loader of the thread that starts them. */
export function loadTypeScriptInWorkers(): void {
  const { Worker } = threads;
  const loader = ['--import', new URL('../modules/worker-loader.mjs', import.meta.url).href];
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const execArgv = [...(options.execArgv ?? process.execArgv), ...loader];
      super(file, isTypeScript(file, options) ? { ...options, execArgv } : options);
    }
  };
  Object.defineProperty(threads.Worker, 'name', { value: 'Worker' });
  syncBuiltinESMExports();
}

function isTypeScript(file: string | URL, { eval: isCode }: WorkerOptions): boolean {
  if (isCode) return false;
  const path = file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : String(file);
  return /\.[mc]?tsx?$/.test(path);
}
