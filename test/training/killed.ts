/** Saves step 2 of a run into a folder, and is killed at a file operation. Arguments: the folder, the operation's number. */
import { run, unetOf } from './folderRun.ts';
import { killAt } from './faults.ts';

const [folder, k] = process.argv.slice(2);
const faults = killAt(Number(k), () => {
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives a moment later: nothing must be done until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
await run(folder, unetOf([2]), 2, { resume: true });
console.log(JSON.stringify(faults.log));
