import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Without a call for so long, a thread gives memory back, ms. V8 itself does that only when it needs the space. */
const idleAfter = 2000;
let timer: NodeJS.Timeout | undefined;

/** Collects this thread's garbage, about 0.1 s, once nothing has been asked for a while. */
export function collectWhenIdle(): void {
  clearTimeout(timer);
  timer = setTimeout(collect, idleAfter).unref();
}
