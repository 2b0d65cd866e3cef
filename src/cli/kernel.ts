import { resolve } from 'node:path';
import { installKernelspec, uninstallKernelspec } from '../kernel/index.ts';
import { command } from './command.ts';
import { flag, text, UsageError } from './options.ts';
import { requirePython, venv } from './places.ts';

const options = {
  prefix: text('Python environment to install into (default .venv of this checkout)', 'DIR'),
  user: flag("install into the user's own Jupyter folder"),
};

const notes = 'Example: scorebook kernel install --prefix ~/my-jupyter-environment';

export default command({
  name: 'kernel',
  summary: 'Install or remove the TypeScript kernel for Jupyter.',
  options,
  positionals: { usage: 'install|uninstall', min: 1, max: 1 },
  notes,
  async run({ prefix, user }, [action]) {
    if (user && prefix !== undefined) throw new UsageError('--user and --prefix exclude each other');
    if (!user && prefix === undefined) requirePython(); // never make half an environment
    const place = user ? { user } : { prefix: resolve(prefix ?? venv) };
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
