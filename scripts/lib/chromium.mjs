import { spawnSync } from 'node:child_process';
import { step } from './step.mjs';

const runs = (program) => spawnSync(program, ['--version'], { timeout: 20_000 }).status === 0;
const present = () => ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(runs);

/**
 * Debian's Chromium, installed first when we may.
 * @returns {Promise<{ chromium?: string, reason?: string }>} the program, or why there is none
 */
export async function findChromium() {
  const found = present();
  if (found) return { chromium: found };
  const remedy = 'as root: apt-get install chromium';
  if (process.getuid?.() !== 0 || !runs('apt-get')) return { reason: `Chromium is not installed; ${remedy}` };
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  try {
    await step('looking up Chromium', 'apt-get', ['update', ...wait], { env });
    await step(
      'installing Chromium',
      'apt-get',
      ['install', '-y', '--no-install-recommends', ...wait, 'chromium'],
      {
        env,
      },
    );
  } catch (error) {
    if (!error.isProblem) throw error;
    return { reason: error.message };
  }
  const installed = present();
  return installed ? { chromium: installed } : { reason: 'Chromium was installed and does not run' };
}
