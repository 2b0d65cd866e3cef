import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inWords } from './failure.ts';
import { removeLeftovers, temporaryName } from './leftovers.ts';

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
  const temporary = join(folder, temporaryName(basename(file)));
  let begun = false;
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, [basename(file)]);
    begun = true;
    await writeFlushed(temporary, parts);
    await rename(temporary, file);
    await flushFolder(folder);
  } catch (cause) {
    const rest = begun ? await cleanUp(temporary) : '';
    throw new Error(`${file}: not saved: ${inWords(cause)}. What was saved before is untouched${rest}`, {
      cause,
    });
  }
}

/** Removes the temporary file; where that fails too, says so behind what failed first. */
async function cleanUp(temporary: string): Promise<string> {
  try {
    await rm(temporary, { force: true });
    return '';
  } catch (error) {
    return `; ${temporary} could not be removed: ${inWords(error)}`;
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

/** The new name is durable only when its folder is flushed too. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
