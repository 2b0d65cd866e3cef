// Installs the kernelspec without any dependency: node src/kernel/install.mjs (--prefix DIR | --user | --sys-prefix) [--uninstall]
import { cpSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What Jupyter starts it by. */
export const kernelName = 'typescript';
const here = fileURLToPath(new URL('.', import.meta.url));

function userDirectory() {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'jupyter');
}

/** The folder of the kernelspec under `prefix`, in the user's Jupyter folder, or in the active Python environment. */
export function kernelspecDirectory({ prefix, user, sysPrefix } = {}) {
  const chosen = [prefix !== undefined, user === true, sysPrefix === true].filter(Boolean).length;
  if (chosen !== 1) throw new Error('Give exactly one place for the kernelspec: prefix, user or sysPrefix.');
  if (user) return join(userDirectory(), 'kernels', kernelName);
  const root = prefix ?? process.env.VIRTUAL_ENV ?? process.env.CONDA_PREFIX;
  if (!root)
    throw new Error('No Python environment is active (VIRTUAL_ENV, CONDA_PREFIX): give a prefix instead.');
  return join(resolve(root), 'share', 'jupyter', 'kernels', kernelName);
}

/** Writes the kernelspec and returns its folder. The paths of this Node and this package are fixed now. */
export function installKernelspec(where) {
  const directory = kernelspecDirectory(where);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const spec = {
    argv: [process.execPath, '--no-warnings', join(here, 'main.mjs'), '{connection_file}'],
    display_name: 'TypeScript (Scorebook)',
    language: 'typescript',
    interrupt_mode: 'message',
    env: { MALLOC_ARENA_MAX: '2' }, // of four threads each would keep arenas of its own, 15 MiB in all
    metadata: { debugger: false },
  };
  writeFileSync(join(directory, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  cpSync(join(here, 'logo'), directory, { recursive: true });
  return directory;
}

/** Removes the kernelspec; returns whether there was one. */
export function uninstallKernelspec(where) {
  const directory = kernelspecDirectory(where);
  const found = existsSync(directory);
  rmSync(directory, { recursive: true, force: true });
  return found;
}

const usage = 'Usage: node install.mjs (--prefix DIR | --user | --sys-prefix) [--uninstall]';

function parse(args) {
  const where = {};
  let uninstall = false;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--prefix') {
      where.prefix = args[++i];
      if (!where.prefix) throw new Error(`--prefix needs a folder. ${usage}`);
    } else if (args[i] === '--user') where.user = true;
    else if (args[i] === '--sys-prefix') where.sysPrefix = true;
    else if (args[i] === '--uninstall') uninstall = true;
    else throw new Error(`Unknown option ${args[i]}. ${usage}`);
  }
  return { where, uninstall };
}

/** Whether Node was started with this file: other programs have this module, and names of their own there. */
function isProgram() {
  const [, program] = process.argv;
  return existsSync(program ?? '') && import.meta.url === pathToFileURL(realpathSync(program)).href;
}

if (isProgram()) {
  try {
    const { where, uninstall } = parse(process.argv.slice(2));
    if (uninstall)
      console.log(uninstallKernelspec(where) ? 'Kernelspec removed.' : 'There was no kernelspec.');
    else console.log(`Kernelspec installed in ${installKernelspec(where)}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
