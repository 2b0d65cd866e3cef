/** Kills at a file operation: the functions of node:fs/promises, counted, and what happens at the k-th. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const names = ['mkdir', 'open', 'rename', 'rm', 'readdir', 'readFile', 'writeFile', 'link', 'stat'] as const;
const originals = Object.fromEntries(names.map((name) => [name, fs[name]]));

type Operation = (...args: unknown[]) => Promise<unknown>;

export interface Faults {
  /** The operations so far, by name. */
  readonly log: readonly string[];
  undo(): void;
}

/**
 * Calls `die` before operation number `k` (from 1), or within it where it writes: half of what was to be written is then
 * there. Once `die` has been called nothing reaches the disk any more. Files are not flushed: a kill does not need it.
 */
export function killAt(k: number, die: () => void = () => undefined): Faults {
  const log: string[] = [];
  let dead = false;
  const alive = (name: string): void => {
    if (!dead && log.push(name) !== k) return;
    if (!dead) {
      dead = true;
      die();
    }
    throw new Error('killed');
  };
  for (const name of names) {
    const original = originals[name] as Operation;
    (fs as unknown as Record<string, Operation>)[name] = async (...args) => {
      alive(name);
      const result = await original(...args);
      if (name === 'open') {
        const handle = result as Record<string, Operation>;
        const write = handle.write.bind(handle);
        handle.write = async (part, from = 0, n = (part as Uint8Array).length) => {
          if (!dead && log.length + 1 === k) await write(part, from, (n as number) >> 1);
          alive('write');
          return write(part, from, n);
        };
        handle.sync = () => Promise.resolve(alive('sync'));
      }
      return result;
    };
  }
  syncBuiltinESMExports();
  return {
    log,
    undo() {
      Object.assign(fs, originals);
      syncBuiltinESMExports();
    },
  };
}
