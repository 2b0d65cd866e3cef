import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { log } from './log.ts';

/** Helpers of the kernel itself: tsx compiles modules with it. */
const own = new Set(['esbuild']);

/**
 * Sends SIGINT to the processes that cells have started, as Ctrl-C in a terminal does, and adds them to `signalled`,
 * whose members get none. Linux only: it reads /proc.
 */
export function interruptChildren(signalled: Set<string>): void {
  try {
    for (const id of descendants('self')) {
      if (signalled.has(id)) continue;
      signalled.add(id);
      process.kill(Number(id), 'SIGINT');
    }
  } catch (error) {
    // A child may end between being listed and being signalled.
    log(`The kernel could not interrupt a child process: ${String(error)}`);
  }
}

function descendants(id: string): string[] {
  const tasks = `/proc/${id}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((task) => {
    const list = `${tasks}/${task}/children`;
    if (!existsSync(list)) return [];
    const children = readFileSync(list, 'utf8').split(' ').filter(Boolean);
    return children
      .filter((child) => !own.has(nameOf(child)))
      .flatMap((child) => [...descendants(child), child]);
  });
}

function nameOf(id: string): string {
  const file = `/proc/${id}/comm`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
