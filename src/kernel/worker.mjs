// The first lines of each of the kernel's worker threads: TypeScript by require(), then the thread's own entry.
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/cjs/api';

register();
createRequire(import.meta.url)(workerData.entry);
