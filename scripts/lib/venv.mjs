// The Python environment: JupyterLab, and TensorFlow's libraries where there is a wheel for them.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { dropAside, recover, setAside } from './aside.mjs';
import { lockOf, pipInstall } from './pip.mjs';
import { root, venv, venvPython } from './places.mjs';
import { findPython, tensorFlowObstacle } from './python.mjs';
import { requireRoom } from './room.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';

const stampFile = path.join(venv, 'scorebook.json');

/** What the environment was made of. */
export const environmentStamp = () => readStamp(stampFile);

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

/** What this machine can have: the Python to use, and TensorFlow's wheel for it, or what stands in its way. */
function bestHere() {
  const python = findPython();
  const obstacle = tensorFlowObstacle(python);
  return { python, obstacle, set: obstacle ? undefined : gpuAnswers() ? 'tensorflow-gpu' : 'tensorflow-cpu' };
}

const better = [undefined, 'tensorflow-cpu', 'tensorflow-gpu'];
const dayMs = 24 * 3600 * 1000;

/**
 * Makes `.venv` unless it is whole already. An environment without its stamp was cut short: it is made anew. One that
 * works is improved where something better has turned up (a GPU, a Python that has a wheel), and kept where that fails;
 * after a failure the next try waits for a day, so that a start without a network stays quick and quiet.
 * @param {{ insist?: boolean }} [options] insist: try to improve it now, whatever failed before
 * @returns {Promise<{ warnings: string[] }>}
 * @throws {Problem} one sentence, when no Python will do or an installation fails
 */
export async function ensureEnvironment({ insist = false } = {}) {
  recover(() => isWhole(readStamp(stampFile)));
  const stamp = readStamp(stampFile);
  if (!isWhole(stamp)) return make(bestHere());
  const isDue = insist || !stamp.refused || Math.abs(Date.now() - stamp.refused) > dayMs;
  const warnings = stamp.warning ? [stamp.warning] : [];
  return isDue && stamp.tensorflow?.set !== 'tensorflow-gpu' ? improve(stamp, warnings) : { warnings };
}

async function improve(stamp, warnings) {
  const have = stamp.tensorflow?.set;
  if (have && !gpuAnswers()) return { warnings }; // quicker than asking every Python
  try {
    const best = bestHere();
    if (better.indexOf(best.set) <= better.indexOf(have)) return { warnings };
    return await make(best);
  } catch (error) {
    if (!error.isProblem) throw error;
    writeStamp(stampFile, { ...stamp, refused: Date.now() });
    const goal = have ? 'a GPU answers' : 'there is now a Python that TensorFlow has a wheel for';
    return {
      warnings: [
        `${goal}, but .venv could not be made anew for it and stays as it was (next try: tomorrow, or node scripts/setup.mjs): ${error.message}`,
      ],
    };
  }
}

async function make({ python, obstacle, set }) {
  requireRoom(room[set ?? 'jupyter']);
  // A finished environment is worth keeping until there is a better one; a torn one is worth nothing.
  if (readStamp(stampFile)) setAside();
  else rmSync(venv, { recursive: true, force: true });
  try {
    return await build({ python, obstacle, set });
  } catch (error) {
    recover(() => false);
    throw error;
  }
}

async function build({ python, obstacle, set }) {
  await step(`making .venv with Python ${python.version.join('.')}`, python.executable, ['-m', 'venv', venv]);
  await pipInstall(venvPython, 'jupyter', 'installing JupyterLab');
  // Python never imports TensorFlow.
  if (set) await pipInstall(venvPython, set, `installing TensorFlow (${set})`, ['--no-compile']);
  const warning = obstacle && `${obstacle}: going on without it, on the slower wasm backend`;
  writeStamp(stampFile, {
    root,
    python: python.version.join('.'),
    jupyter: hashOf(lockOf('jupyter')),
    tensorflow: set ? { set, lock: hashOf(lockOf(set)) } : null,
    warning: warning || null,
  });
  dropAside();
  return { warnings: warning ? [warning] : [] };
}
