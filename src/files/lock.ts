import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { inWords } from './failure.ts';
import { removeLeftovers, temporaryName } from './leftovers.ts';
import { birthOf, isRunning } from './processes.ts';

/** Who holds a folder, as its lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly birth?: string;
  readonly since: string;
  /** Tells locks of one process apart. */
  readonly token: string;
}

export interface FolderLock {
  /** Gives the folder free; the second time does nothing. */
  release(): Promise<void>;
}

/** Another run has the folder. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
}

let count = 0;

/**
 * Takes a folder for this run alone, until `release` or the end of the process. A lock that a process of this machine left
 * when it was killed is taken over. The folder is made where it is not there.
 *
 * @param name of the lock file in the folder
 * @throws FolderInUse naming who holds it; Error naming folder, cause and remedy when nothing can be written into it
 */
export async function lockFolder(folder: string, name: string): Promise<FolderLock> {
  const file = join(folder, name);
  const token = `${process.pid}.${count++}.${Date.now()}`;
  const holder: Holder = {
    ...{ pid: process.pid, host: hostname(), birth: birthOf(process.pid) },
    ...{ since: new Date().toISOString(), token },
  };
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, [name]);
    for (let tries = 0; !(await create(file, holder)); tries++) {
      const found = await read(file);
      if (found !== undefined && (tries > 9 || isAlive(found))) throw inUse(folder, file, found);
      await removeStale(file, found);
    }
  } catch (cause) {
    if (cause instanceof FolderInUse) throw cause;
    throw new Error(`${folder}: nothing can be written here: ${inWords(cause)}`, { cause });
  }
  return {
    async release() {
      if ((await read(file))?.token === token) await rm(file, { force: true });
    },
  };
}

const temporaryBeside = (file: string): string => join(dirname(file), temporaryName(basename(file)));

/** Whether the lock file was made, with its content at once; false where there is one. */
async function create(file: string, holder: Holder): Promise<boolean> {
  const whole = temporaryBeside(file);
  const content = JSON.stringify(holder) + '\n';
  try {
    await writeFile(whole, content);
    await link(whole, file);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    return await createWithoutLinks(file, content);
  } finally {
    await rm(whole, { force: true });
  }
}

/** For file systems that have no links: the content follows a moment after the name. */
async function createWithoutLinks(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(content).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where there is none any more, or where what is there names nobody: its writer was killed. */
async function read(file: string): Promise<Holder | undefined> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const found = JSON.parse(content) as Holder | null;
    return typeof found?.pid === 'number' && typeof found.host === 'string' ? found : undefined;
  } catch {
    return undefined; // not JSON: cut short
  }
}

/** Of another machine nothing is known, so its processes count as running. */
function isAlive({ pid, host, birth }: Holder): boolean {
  if (host !== hostname()) return true;
  return isRunning(pid) && (birth === undefined || birth === birthOf(pid));
}

/** Takes the lock of `found` away, and puts back one that somebody made meanwhile. */
async function removeStale(file: string, found: Holder | undefined): Promise<void> {
  const aside = temporaryBeside(file);
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = await read(aside);
  if (taken !== undefined && taken.token !== found?.token)
    await link(aside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await rm(aside, { force: true });
}

function inUse(folder: string, file: string, { pid, host, since }: Holder): FolderInUse {
  const here = host === hostname();
  const who = here && pid === process.pid ? 'this process' : `process ${pid}${here ? '' : ` on ${host}`}`;
  const remedy = here
    ? pid === process.pid
      ? 'leave the loop of that run first'
      : 'wait for it or end it'
    : `wait for it; if it has ended, remove ${file}`;
  return new FolderInUse(
    `${folder}: in use: ${who} has it since ${since}. Choose another folder, or ${remedy}`,
  );
}
