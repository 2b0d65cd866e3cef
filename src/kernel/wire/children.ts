import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Helpers of the kernel itself: tsx compiles modules with it. */
const own = new Set(['esbuild']);

/** Sends SIGINT to the processes that cells have started, as Ctrl-C in a terminal does. Linux only: it reads /proc. */
export function interruptChildren(): void {
  for (const id of descendants('self')) process.kill(Number(id), 'SIGINT');
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
