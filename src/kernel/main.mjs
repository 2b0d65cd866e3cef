// Starts the kernel: node main.mjs CONNECTION_FILE
//
// Three threads. This one runs nothing but the cells. `wire` holds every socket, so that a busy cell never delays an
// answer; `language` holds the TypeScript service, so that completion works while a cell runs.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';

const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write(
    'Usage: node main.mjs CONNECTION_FILE (Jupyter writes that file and starts the kernel)\n',
  );
  process.exit(2);
}
delete process.env.MALLOC_ARENA_MAX; // the kernelspec means it for this process, not for the children of cells
const connection = JSON.parse(readFileSync(connectionFile, 'utf8'));
const { port1, port2 } = new MessageChannel();
const boot = new URL('./worker.mjs', import.meta.url);

const words = (count) => new Int32Array(new SharedArrayBuffer(4 * count));
const signals = { order: words(1), taken: words(1), holding: words(1), loads: words(3) };

const start = (entry, port, more, resourceLimits = {}) => {
  const worker = new Worker(boot, {
    workerData: { entry, port, ...more },
    transferList: [port],
    execArgv: [],
    trackUnmanagedFds: false, // sockets close the descriptors that they are given
    resourceLimits,
  });
  worker.on('error', (error) => {
    writeSync(2, `The kernel's ${entry} thread failed: ${error.stack}\n`);
    process.kill(process.pid, 'SIGKILL'); // an exit waits for the debugger that interrupts cells, and zeromq aborts
  });
  return worker;
};
const wire = start(
  './wire/entry.ts',
  port1,
  { connection, signals, heapLimit: getHeapStatistics().heap_size_limit },
  { maxYoungGenerationSizeMb: 3 },
);
// A small cell's program fits into this nursery and is gone with it; half of it costs 2 ms a cell, twice of it 15 MiB.
const language = { directory: process.cwd(), before: ['typescript'] };
start('./language/entry.ts', port2, language, { maxYoungGenerationSizeMb: 20 });

await import('tsx');
register('./modules/hooks.mjs', import.meta.url, { data: signals.loads });
const require = createRequire(import.meta.url);
const { startRuntime } = require('./runtime/entry.ts');
startRuntime(wire, signals);
