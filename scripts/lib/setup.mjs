import path from 'node:path';
import { installKernel } from './kernelspec.mjs';
import { writeLabSettings } from './labSettings.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages } from './packages.mjs';
import { cache } from './places.mjs';
import { signNotebooks } from './trust.mjs';
import { ensureEnvironment } from './venv.mjs';

/**
 * Brings this checkout to where everything runs. Quiet, quick and offline when there is nothing to do.
 * @param {{ insist?: boolean }} [options] insist: try again what failed lately and is not necessary
 * @returns {Promise<{ warnings: string[] }>} at most one warning: that TensorFlow, or its better build, could not be installed
 */
export function setUp(options) {
  return withLock(path.join(cache, 'setup.lock'), async () => {
    await ensurePackages();
    const { warnings } = await ensureEnvironment(options);
    writeLabSettings();
    installKernel();
    signNotebooks();
    return { warnings };
  });
}
