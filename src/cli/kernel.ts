import { resolve } from 'node:path';
import { installKernelspec, kernelName, uninstallKernelspec } from '../kernel/index.ts';
import { command } from './command.ts';
import { flag, text, UsageError } from './options.ts';
import { requirePython, venv } from './places.ts';

const options = {
  prefix: text('the Python environment of the kernelspec (default .venv of this checkout)', 'DIR'),
  user: flag("the user's own Jupyter folder instead"),
  'sys-prefix': flag('the active Python environment instead (VIRTUAL_ENV or CONDA_PREFIX)'),
};

const notes = `Jupyter then finds the kernel by its name, ${kernelName}.

Example: scorebook kernel install --prefix ~/my-jupyter-environment`;

export default command({
  name: 'kernel',
  summary: 'Install or remove the TypeScript kernel for Jupyter.',
  options,
  positionals: { usage: 'install|uninstall', min: 1, max: 1 },
  notes,
  async run({ prefix, user, 'sys-prefix': sysPrefix }, [action]) {
    if ([prefix !== undefined, user, sysPrefix].filter(Boolean).length > 1)
      throw new UsageError('--prefix, --user and --sys-prefix exclude each other');
    const own = prefix === undefined && !user && !sysPrefix;
    if (own) requirePython(); // never make half an environment
    const place = user ? { user } : sysPrefix ? { sysPrefix } : { prefix: resolve(prefix ?? venv) };
    switch (action) {
      case 'install':
        process.stdout.write(`kernelspec installed in ${installKernelspec(place)}\n`);
        return 0;
      case 'uninstall':
        process.stdout.write(
          uninstallKernelspec(place) ? 'kernelspec removed\n' : 'there was no kernelspec\n',
        );
        return 0;
      default:
        throw new UsageError(`kernel ${action}: expected install or uninstall`);
    }
  },
});
