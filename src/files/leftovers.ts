import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from './processes.ts';

let count = 0;

/** The name of a file that is to become `name`, or to be removed: it says who is at it. */
export const temporaryName = (name: string): string => `.${name}.${count++}.${process.pid}.tmp`;

/**
 * Removes the temporary files of `names` in a folder whose processes run no longer: they were killed while writing.
 * @throws what `node:fs` throws
 */
export async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder)) {
    const name = names.find((each) => entry.startsWith(`.${each}.`));
    const pid = name && /^(?:\d+\.)?(\d+)\.tmp$/.exec(entry.slice(name.length + 2))?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(folder, entry), { force: true });
  }
}
