import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root, venv } from './places.mjs';
import { causeOf, Problem } from './problem.mjs';

/** Installs the TypeScript kernel into the environment. Done every time: Node or this folder may have moved. */
export function installKernel() {
  const script = path.join(root, 'src', 'kernel', 'install.mjs');
  const run = spawnSync(process.execPath, [script, '--prefix', venv], { cwd: root, encoding: 'utf8' });
  if (run.status === 0) return;
  const said = `${run.stderr}${run.stdout}`.trim();
  throw new Problem(`the kernel could not be installed into .venv: ${causeOf(said) ?? said}`);
}
