import { readdirSync, readFileSync } from 'node:fs';
import { log } from './log.ts';

/** Helpers of the kernel itself: tsx compiles modules with it. */
const own = new Set(['esbuild']);
/** How long a process gets to stop, ms. */
const patience = 20;

/**
 * Sends SIGINT to the processes that cells have started, as Ctrl-C in a terminal does, and adds them to `signalled`,
 * whose members get none. Linux only: it reads /proc.
 */
export function interruptChildren(signalled: Set<string>): void {
  for (const id of childrenOf('self')) interruptTree(id, signalled);
}

/**
 * A process and what it has started. It is held still meanwhile: a shell that is interrupted while it starts a program
 * would leave it behind, out of reach, with the output that the cell waits for.
 */
function interruptTree(id: string, signalled: Set<string>): void {
  const fresh = !signalled.has(id);
  if (fresh) {
    signalled.add(id);
    if (!signal(id, 'SIGSTOP')) return;
    for (const end = performance.now() + patience; isRunning(id) && performance.now() < end;);
  }
  for (const child of childrenOf(id)) interruptTree(child, signalled);
  if (fresh && signal(id, 'SIGINT')) signal(id, 'SIGCONT');
}

/** Whether the process was there to be signalled: it may end at any moment. */
function signal(id: string, name: NodeJS.Signals): boolean {
  try {
    return process.kill(Number(id), name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      log(`The kernel could not interrupt child process ${id}: ${String(error)}`);
    return false;
  }
}

function childrenOf(id: string): string[] {
  const tasks = `/proc/${id}/task`;
  return there(() => readdirSync(tasks), [])
    .flatMap((task) => read(`${tasks}/${task}/children`).split(' ').filter(Boolean))
    .filter((child) => !own.has(read(`/proc/${child}/comm`).trim()));
}

/** Neither stopped nor ended: the letter after the name, which may hold brackets itself. */
const isRunning = (id: string): boolean => /^[^TtZX]/.test(read(`/proc/${id}/stat`).replace(/^.*\) /s, ''));

/** What a file of /proc says. */
const read = (file: string): string => there(() => readFileSync(file, 'utf8'), '');

/** What `look` finds in /proc; `otherwise` where the process has ended, as it may at any moment. */
function there<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? ''))
      log(`The kernel could not look for child processes: ${String(error)}`);
    return otherwise;
  }
}
