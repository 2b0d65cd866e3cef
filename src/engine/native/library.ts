/** Where TensorFlow's shared libraries lie on this machine. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CC_LIBRARY = 'libtensorflow_cc.so.2';
export const FRAMEWORK_LIBRARY = 'libtensorflow_framework.so.2';

export interface LibrarySearch {
  /** Folder that holds both libraries, when one was found. */
  folder?: string;
  /** What named it: `SCOREBOOK_TF_LIB`, `.venv` or the python on PATH. */
  source?: string;
  /** Every place that was looked at and what was there, in order. */
  looked: { source: string; folder: string; found: boolean }[];
}

/** "tensorflow_cpu 2.21.0", from the record that its wheel has left beside `folder`. */
export function wheelOf(folder: string): string | undefined {
  const beside = dirname(folder);
  const names = existsSync(beside) ? readdirSync(beside) : [];
  const match = names
    .map((name) => /^(tensorflow(?:_cpu|_intel)?)-(\d[\w.]*)\.dist-info$/.exec(name))
    .find(Boolean);
  return match ? `${match[1]} ${match[2]}` : undefined;
}

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Folders `lib/python3.x/site-packages/tensorflow` of a virtual environment, newest Python first. */
function tensorflowOfVenv(venv: string): string[] {
  const lib = join(venv, 'lib');
  if (!existsSync(lib)) return [join(lib, 'python3.*', 'site-packages', 'tensorflow')];
  const minor = (name: string) => Number(name.slice('python3.'.length));
  const pythons = readdirSync(lib).filter((name) => /^python3\.\d+$/.test(name));
  pythons.sort((a, b) => minor(b) - minor(a));
  return pythons.map((name) => join(lib, name, 'site-packages', 'tensorflow'));
}

/** The tensorflow folder of `python3` on PATH, found without importing it (an import takes seconds). */
function tensorflowOfPython(): string | undefined {
  const program =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s else '')";
  const run = spawnSync('python3', ['-c', program], { encoding: 'utf8', timeout: 10_000 });
  return run.status === 0 ? run.stdout.trim() || undefined : undefined;
}

const holdsLibraries = (folder: string) =>
  existsSync(join(folder, CC_LIBRARY)) && existsSync(join(folder, FRAMEWORK_LIBRARY));

/**
 * Looks for libtensorflow: `SCOREBOOK_TF_LIB` (a folder, and then only there), the repository's `.venv`, then the
 * tensorflow package of `python3` on PATH.
 */
export function findLibrary(env: NodeJS.ProcessEnv = process.env, root: string = repository): LibrarySearch {
  const looked: LibrarySearch['looked'] = [];
  const accept = (source: string, folder: string): LibrarySearch | undefined => {
    const found = holdsLibraries(folder);
    looked.push({ source, folder, found });
    return found ? { folder, source, looked } : undefined;
  };
  const named = env.SCOREBOOK_TF_LIB;
  if (named) {
    const isFile = existsSync(named) && statSync(named).isFile();
    return accept('SCOREBOOK_TF_LIB', isFile ? dirname(named) : named) ?? { looked };
  }
  for (const folder of tensorflowOfVenv(join(root, '.venv'))) {
    const hit = accept('.venv', folder);
    if (hit) return hit;
  }
  const ofPython = tensorflowOfPython();
  if (ofPython === undefined) looked.push({ source: 'python3 on PATH', folder: '', found: false });
  return (ofPython && accept('python3 on PATH', ofPython)) || { looked };
}
