// The Python environment: JupyterLab, and TensorFlow's libraries where there is a wheel for them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, venv, venvPython } from './places.mjs';
import { findPython, tensorFlowObstacle } from './python.mjs';
import { requireRoom } from './room.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';

const stampFile = path.join(venv, 'scorebook.json');
const lockOf = (set) => path.join(root, 'scripts', 'python', `${set}.txt`);

/** Disk needed in GB, downloads included. */
const room = { jupyter: 1, 'tensorflow-cpu': 3, 'tensorflow-gpu': 9 };

/** Does an NVIDIA driver answer? */
const gpuAnswers = () => spawnSync('nvidia-smi', ['-L'], { timeout: 20_000 }).status === 0;

/** Is the environment whole, made here, of the present locks, with a Python that still runs? */
function isWhole(stamp) {
  if (!stamp || stamp.root !== root) return false; // scripts in an environment hold its absolute path
  if (stamp.jupyter !== hashOf(lockOf('jupyter'))) return false;
  if (stamp.tensorflow && stamp.tensorflow.lock !== hashOf(lockOf(stamp.tensorflow.set))) return false;
  const answer = spawnSync(venvPython, ['-c', 'import sys; print(sys.version.split()[0])'], {
    encoding: 'utf8',
  });
  return answer.status === 0 && answer.stdout.trim() === stamp.python;
}

/** Something better has turned up since: a GPU, or a Python that has a TensorFlow wheel. */
function canDoBetter(stamp) {
  if (stamp.tensorflow?.set === 'tensorflow-gpu') return false;
  if (stamp.tensorflow) return gpuAnswers();
  return !tensorFlowObstacle(findPython());
}

/**
 * Makes `.venv` unless it is whole already. An environment without its stamp was cut short: it is made anew.
 * @returns {Promise<{ warnings: string[] }>}
 * @throws {Problem} one sentence, when no Python will do or an installation fails
 */
export async function ensureEnvironment() {
  const stamp = readStamp(stampFile);
  if (!isWhole(stamp) || canDoBetter(stamp)) return make();
  return { warnings: stamp.warning ? [stamp.warning] : [] };
}

async function make() {
  const python = findPython();
  const obstacle = tensorFlowObstacle(python);
  const set = obstacle ? undefined : gpuAnswers() ? 'tensorflow-gpu' : 'tensorflow-cpu';
  requireRoom(room[set ?? 'jupyter']);
  if (existsSync(venv)) rmSync(venv, { recursive: true });
  await step(`making .venv with Python ${python.version.join('.')}`, python.executable, ['-m', 'venv', venv]);
  await install('jupyter', 'installing JupyterLab');
  if (set) await install(set, `installing TensorFlow (${set})`, ['--no-compile']); // Python never imports it
  const warning = obstacle && `${obstacle}: going on without it, on the slower wasm backend`;
  writeStamp(stampFile, {
    root,
    python: python.version.join('.'),
    jupyter: hashOf(lockOf('jupyter')),
    tensorflow: set ? { set, lock: hashOf(lockOf(set)) } : null,
    warning: warning || null,
  });
  return { warnings: warning ? [warning] : [] };
}

function install(set, title, options = []) {
  const total = readFileSync(lockOf(set), 'utf8').match(/^[^\s#].*==/gm).length;
  let done = 0;
  const short = (line) => {
    if (/^Collecting /.test(line)) return `${++done} of ${total} packages`;
    return /^Installing collected/.test(line) ? 'unpacking' : '';
  };
  const pip = ['-m', 'pip', 'install', '--require-hashes', '--only-binary', ':all:', '--progress-bar', 'off'];
  return step(title, venvPython, [...pip, ...options, '-r', lockOf(set)], { short });
}

/** JupyterLab's defaults for this workbook: no questions about news, no look-ups on the network. */
export function writeLabSettings() {
  const folder = path.join(venv, 'share', 'jupyter', 'lab', 'settings');
  const settings = {
    '@jupyterlab/apputils-extension:notification': {
      fetchNews: 'false',
      checkForUpdates: false,
      doNotDisturbMode: true,
    },
  };
  const file = path.join(folder, 'overrides.json');
  const text = JSON.stringify(settings, null, 2) + '\n';
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
}
