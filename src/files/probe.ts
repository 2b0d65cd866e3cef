import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inWords } from './failure.ts';
import { removeLeftovers, temporaryName } from './leftovers.ts';

/**
 * Makes sure, before any work, that files can be written into a folder: makes it where it is not there, writes a file and
 * removes it.
 * @throws Error naming the folder, the cause and the remedy
 */
export async function probeFolder(folder: string): Promise<void> {
  const probe = join(folder, temporaryName('probe'));
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, ['probe']);
    const handle = await open(probe, 'w');
    try {
      await handle.write(Buffer.from([0]));
    } finally {
      await handle.close();
      await rm(probe, { force: true });
    }
  } catch (cause) {
    throw new Error(`${folder}: nothing can be written here: ${inWords(cause)}`, { cause });
  }
}

/**
 * The same for a file to write: its folder is made, and what has its name already is a file.
 * @throws Error naming the file, the cause and the remedy
 */
export async function probeFile(file: string): Promise<void> {
  await probeFolder(dirname(file));
  const there = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${file}: cannot be written: ${inWords(error)}`, { cause: error });
  });
  if (there === undefined || there.isFile()) return;
  const what = there.isDirectory() ? 'a folder' : 'something that is no file';
  throw new Error(`${file}: cannot be written: ${what} has this name: choose another`);
}
