// Which Python makes the environment.
import { spawnSync } from 'node:child_process';
import { cleanEnvironment } from './step.mjs';
import { Problem } from './problem.mjs';

/** JupyterLab 4.6 needs 3.10; TensorFlow 2.21 has Linux x86-64 wheels for 3.10 to 3.13. */
const oldest = [3, 10];
const newestForTensorFlow = [3, 13];
const oldestGlibc = [2, 27];

// From the version most likely to serve to the least. `python3` is tried first: it is what the machine's owner uses.
const names = ['python3', 'python3.12', 'python3.13', 'python3.11', 'python3.10', 'python', 'python3.14'];

const question = `
import json, platform, sys, sysconfig
def has(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False
print(json.dumps({
    "version": list(sys.version_info[:3]),
    "executable": sys.executable,
    "venv": sys.version_info[0] == 3 and has("venv") and has("ensurepip"),
    "implementation": platform.python_implementation(),
    "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "platform": sys.platform,
    "machine": platform.machine(),
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "glibc": platform.libc_ver()[1] if platform.libc_ver()[0] == "glibc" else "",
}))`;

const notBefore = (a, b) => a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]);
const dotted = (version) => version.join('.');

function ask(name) {
  const answer = spawnSync(name, ['-c', question], {
    encoding: 'utf8',
    env: cleanEnvironment(),
    timeout: 20_000,
  });
  // A name can exist and still not answer: a version manager's shim for a version that is not active.
  if (answer.error || answer.status !== 0) return undefined;
  return { name, ...JSON.parse(answer.stdout.trim().split('\n').pop()) };
}

/** Why TensorFlow's wheel cannot be installed with this Python, or an empty string when it can. */
export function tensorFlowObstacle({
  version,
  implementation,
  freeThreaded,
  platform,
  machine,
  bits,
  glibc,
}) {
  if (platform !== 'linux' || machine !== 'x86_64' || bits !== 64)
    return `TensorFlow 2.21 is used on 64-bit x86 Linux only, and this is ${platform} on ${machine}`;
  if (implementation !== 'CPython' || freeThreaded)
    return `TensorFlow 2.21 has no wheel for ${freeThreaded ? 'free-threaded Python' : implementation}`;
  if (!notBefore(newestForTensorFlow, version))
    return `TensorFlow 2.21 has no wheel for Python ${dotted(version)} (${dotted(oldest)} to ${dotted(newestForTensorFlow)} have one)`;
  if (!glibc || !notBefore(glibc.split('.').map(Number), oldestGlibc))
    return `TensorFlow 2.21 needs glibc ${dotted(oldestGlibc)}, and this system has ${glibc || 'none'}`;
  return '';
}

/**
 * The best Python among `pythons` (answers to `ask`): one for which TensorFlow has a wheel, else one that runs JupyterLab.
 * @throws {Problem} saying what to install when none will do
 */
export function choosePython(pythons) {
  const wanted = `Python ${dotted(oldest)} to ${dotted(newestForTensorFlow)}`;
  const advice = '(Debian, Ubuntu: apt-get install python3 python3-venv; or name one in SCOREBOOK_PYTHON)';
  if (pythons.length === 0)
    throw new Problem(
      `Scorebook needs ${wanted} and found no Python: install one, then run the command again ${advice}.`,
    );
  const recent = pythons.filter(({ version }) => notBefore(version, oldest));
  if (recent.length === 0)
    throw new Problem(
      `Scorebook needs ${wanted} and found only ${pythons.map(({ name, version }) => `${name} ${dotted(version)}`).join(', ')}: install a newer one, then run the command again ${advice}.`,
    );
  const complete = recent.filter(({ venv }) => venv);
  if (complete.length === 0) {
    const { name, version } = recent[0];
    throw new Problem(
      `${name} ${dotted(version)} cannot make environments, its venv module is missing: install it (Debian, Ubuntu: apt-get install python${version[0]}.${version[1]}-venv), then run the command again.`,
    );
  }
  return complete.find((python) => !tensorFlowObstacle(python)) ?? complete[0];
}

/** Asks the Pythons on this machine, or only the one named in SCOREBOOK_PYTHON. */
export function findPython() {
  const named = process.env.SCOREBOOK_PYTHON;
  const pythons = (named ? [named] : names).map(ask).filter(Boolean);
  if (named && pythons.length === 0)
    throw new Problem(
      `SCOREBOOK_PYTHON names ${named}, which does not run: name a Python, or leave it unset.`,
    );
  return choosePython(pythons);
}
