import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Check } from './checks.ts';
import { pythonEnvironment, venv, venvPython } from './places.ts';

const question = `
import importlib.metadata as metadata, json, sys
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
names = ["jupyterlab", "nbclient"]
print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], **{name: version(name) for name in names}}))`;

type Answer = Record<'python' | 'jupyterlab' | 'nbclient', string | null>;

/** What the Python environment holds. Without one, notebooks cannot open. */
export function pythonChecks(): Check[] {
  const remedy = 'npm start';
  if (!existsSync(venvPython)) {
    return [{ name: 'Python', status: 'missing', found: `no environment in ${venv}`, remedy }];
  }
  const { status, stdout, stderr, error } = spawnSync(venvPython, ['-c', question], {
    encoding: 'utf8',
    timeout: 30_000,
    env: pythonEnvironment(),
  });
  if (error || status !== 0) {
    const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? `status ${status}`;
    const fix = `remove ${venv}, then npm start`;
    return [{ name: 'Python', status: 'missing', found: `${venvPython} does not run: ${why}`, remedy: fix }];
  }
  const found = JSON.parse(stdout) as Answer;
  const needed = (name: string, version: string | null): Check =>
    version === null
      ? { name, status: 'missing', found: 'not installed', remedy }
      : { name, status: 'ok', found: version };
  return [
    { name: 'Python', status: 'ok', found: `${found.python} (${venv})` },
    needed('JupyterLab', found.jupyterlab),
    needed('nbclient', found.nbclient),
  ];
}
