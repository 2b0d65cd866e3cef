import path from 'node:path';
import { setUpTests } from './extras.mjs';
import { installKernel } from './kernelspec.mjs';
import { writeLabSettings } from './labSettings.mjs';
import { withLock } from './lock.mjs';
import { ensurePackages } from './packages.mjs';
import { cache } from './places.mjs';
import { signNotebooks } from './trust.mjs';
import { ensureEnvironment } from './venv.mjs';

/**
 * Brings this checkout to where everything runs. Quiet, quick and offline when there is nothing to do.
 * @param {{ insist?: boolean, tests?: boolean }} [options] insist: try again what failed lately and is not necessary;
 *   tests: install what only the tests need as well
 * @returns {Promise<{ warnings: string[] }>} at most one warning: that TensorFlow, or its better build, could not be installed
 */
export function setUp({ insist, tests } = {}) {
  return withLock(path.join(cache, 'setup.lock'), async () => {
    await ensurePackages();
    const { warnings } = await ensureEnvironment({ insist });
    writeLabSettings();
    installKernel();
    signNotebooks();
    if (tests) await setUpTests();
    return { warnings };
  });
}
