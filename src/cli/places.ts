import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** The Python environment that `npm start` makes. */
export const venv = join(root, '.venv');
export const venvPython = join(venv, 'bin', 'python');

/** Where commands write when they are not told otherwise; ignored by git. */
export const runs = join(root, 'runs');

/** @throws when `npm start` has not made the Python environment yet */
export function requirePython(): string {
  if (existsSync(venvPython)) return venvPython;
  throw new Error(`no Python environment in ${venv}: run \`npm start\` once to make it`);
}

/** Our Python must not see another program's modules. */
export function pythonEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const env = { ...process.env, JUPYTER_PREFER_ENV_PATH: '1', ...extra };
  for (const name of ['PYTHONPATH', 'PYTHONHOME']) delete (env as NodeJS.ProcessEnv)[name];
  return env;
}
