import path from 'node:path';
import { installKernel } from './kernelspec.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages } from './packages.mjs';
import { cache } from './places.mjs';
import { signNotebooks } from './trust.mjs';
import { ensureEnvironment, writeLabSettings } from './venv.mjs';

/**
 * Brings this checkout to where everything runs. Quiet, quick and offline when there is nothing to do.
 * @returns {Promise<{ warnings: string[] }>} at most one warning: that TensorFlow could not be installed
 */
export function setUp() {
  return withLock(path.join(cache, 'setup.lock'), async () => {
    await ensurePackages();
    const { warnings } = await ensureEnvironment();
    writeLabSettings();
    installKernel();
    signNotebooks();
    return { warnings };
  });
}
