import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Without a call for so long, this thread gives memory back, ms. V8 itself does that only when it needs the space. */
const idleAfter = 2000;
/** Garbage that is collected without waiting for that, bytes: every program leaves some, and V8 lets it grow fivefold. */
const allowance = 48 * 2 ** 20;

let timer: NodeJS.Timeout | undefined;
/** What was left after the last collection; a first one comes with the first pause. */
let live = 120 * 2 ** 20;

const used = (): number => getHeapStatistics().used_heap_size;

/** Collects this thread's garbage, about 0.1 s, once nothing is asked for a while or there is much of it. */
export function collectWhenDue(): void {
  clearTimeout(timer);
  if (used() - live > allowance) setImmediate(collect);
  else timer = setTimeout(collect, idleAfter).unref();
}

function collect(): void {
  gc();
  live = used();
}
