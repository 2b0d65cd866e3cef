// What only tests and benchmarks need, kept in .cache/ and apart from what a reader runs: nbgrader and papermill would
// add their menus to the workbook's JupyterLab.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npmCi } from './npm.mjs';
import { lockOf, pipInstall } from './pip.mjs';
import { cache, root, venvPython } from './places.mjs';
import { Problem } from './problem.mjs';
import { requireRoom } from './room.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';
import { environmentStamp } from './venv.mjs';

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Makes a folder of .cache/ by `fill`, unless it was completed from these very facts. */
async function ensure(name, facts, gigabytes, fill) {
  const folder = path.join(cache, name);
  const stampFile = path.join(folder, 'scorebook.json');
  if (same(readStamp(stampFile), facts)) return folder;
  requireRoom(gigabytes);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await fill(folder);
  writeStamp(stampFile, facts);
  return folder;
}

/**
 * The npm packages of scripts/npm/<set>, in a folder of their own.
 * @returns {Promise<string>} their node_modules
 */
export async function ensureNpmSet(set, title) {
  const source = path.join(root, 'scripts', 'npm', set);
  const facts = { lock: hashOf(path.join(source, 'package-lock.json')) };
  const folder = await ensure(set, facts, 1, (folder) => {
    cpSync(source, folder, { recursive: true });
    return npmCi(title, ['--ignore-scripts', '--no-bin-links', '--prefix', folder]);
  });
  return path.join(folder, 'node_modules');
}

const sitePackages = 'import sysconfig; print(sysconfig.get_path("purelib"))';

/** What a Python answers to one line. */
function ask(python, code) {
  const { status, stdout, stderr } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`${python} does not run: ${stderr}`);
  return stdout.trim();
}

/** Python with nbgrader and papermill: an environment over .venv, which it sees and does not change. */
async function ensureTestPython() {
  const { python, jupyter } = environmentStamp();
  await ensure('testing', { root, python, jupyter, lock: hashOf(lockOf('testing')) }, 1, async (folder) => {
    await step('making .cache/testing', venvPython, ['-m', 'venv', '--without-pip', folder]);
    const own = path.join(folder, 'bin', 'python');
    writeFileSync(path.join(ask(own, sitePackages), 'venv.pth'), `${ask(venvPython, sitePackages)}\n`);
    await pipInstall(own, 'testing', 'installing nbgrader and papermill');
  });
}

/** The versions of Node, besides the one that runs, that the tests run on. */
export const otherNodes = ['22', '24'];

/** The program of one of them, once `setUpTests` has put it there. */
export const nodeProgram = (major) =>
  path.join(cache, 'nodes', 'node_modules', `node-${major}`, 'bin', 'node');

/** Installs what the tests need beyond what the workbook needs. Quiet, quick and offline when it is there. */
export async function setUpTests() {
  await ensureTestPython();
  if (process.platform === 'linux' && process.arch === 'x64')
    await ensureNpmSet('nodes', 'installing other versions of Node');
}
