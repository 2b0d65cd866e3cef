// JupyterLab shows the outputs of a notebook that it did not run itself without their mathematics and styles, unless
// the notebook is signed. The committed notebooks are signed here, so that they can be read before they are run.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root, venv, venvPython } from './places.mjs';
import { Problem } from './problem.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { cleanEnvironment } from './step.mjs';

const folder = path.join(venv, 'share', 'jupyter');
const stampFile = path.join(folder, 'scorebook-signed.json');

/** Where signatures are kept: in the environment, apart from the reader's own. The server needs the same flags. */
export const notary = [
  `--NotebookNotary.db_file=${path.join(folder, 'nbsignatures.db')}`,
  `--NotebookNotary.secret_file=${path.join(folder, 'notebook_secret')}`,
];

/** The notebooks as they were committed; without git (an unpacked archive) those that lie in notebooks/. */
function committedNotebooks() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const lines = ({ stdout }) => stdout.split('\n').filter(Boolean);
  const tracked = git('ls-files', '--', 'notebooks/*.ipynb');
  const changed = git('diff', '--name-only', 'HEAD', '--', 'notebooks');
  if (tracked.status === 0 && changed.status === 0)
    return lines(tracked).filter((file) => !lines(changed).includes(file));
  return readdirSync(path.join(root, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .map((name) => path.join('notebooks', name));
}

/** Signs the committed notebooks, unless these very ones are signed already. */
export function signNotebooks() {
  const files = committedNotebooks().map((file) => path.join(root, file));
  if (files.length === 0) return;
  const contents = hashOf(...files);
  if (readStamp(stampFile)?.contents === contents) return;
  const args = [path.join(venv, 'bin', 'jupyter-trust'), ...notary, ...files];
  const run = spawnSync(venvPython, args, { cwd: root, env: cleanEnvironment(), encoding: 'utf8' });
  if (run.status !== 0) throw new Problem(`the notebooks could not be signed: ${run.stderr.trim()}`);
  writeStamp(stampFile, { contents });
}
