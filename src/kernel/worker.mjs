// The first lines of each of the kernel's worker threads: TypeScript by require(), then the thread's own entry.
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/cjs/api';

const require = createRequire(import.meta.url);
// What is large and plain JavaScript goes past tsx, which would read it twice and keep a copy.
for (const name of workerData.before ?? []) require(name);
register();
require(workerData.entry);
