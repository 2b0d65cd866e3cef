import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const remedies: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: free some space',
  EFBIG: 'the file would pass the size limit of this process (ulimit -f)',
  EACCES: 'this folder is not writable: choose another',
  EROFS: 'this file system is read-only: choose another folder',
};

/**
 * Writes a file whole or not at all.
 *
 * The parts go to a temporary file beside `file`, which is flushed to disk and only then takes its name; a full disk
 * or a kill at any moment leaves what was there before.
 *
 * @throws Error naming `file`, the cause and the remedy; the file that was there before is untouched
 */
export async function writeAtomically(file: string, parts: Iterable<Uint8Array>): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.${process.pid}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(file);
    await writeFlushed(temporary, parts);
    await rename(temporary, file);
    await flushFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true });
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = Object.hasOwn(remedies, code) ? `${remedies[code]} (${code})` : message;
    throw new Error(`${file}: not saved: ${reason}. What was saved before is untouched`, { cause });
  }
}

async function writeFlushed(file: string, parts: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length;)
        done += (await handle.write(part, done, part.length - done)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what processes that were killed while writing this file have left. */
async function removeLeftovers(file: string): Promise<void> {
  const start = `.${basename(file)}.`;
  for (const name of await readdir(dirname(file))) {
    const pid =
      name.startsWith(start) && /^\d+\.tmp$/.test(name.slice(start.length))
        ? parseInt(name.slice(start.length))
        : 0;
    if (pid > 0 && !isRunning(pid)) await rm(join(dirname(file), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The new name is durable only when its folder is flushed too. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
