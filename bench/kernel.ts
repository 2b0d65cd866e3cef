/**
 * Measures this kernel beside tslab and Deno in one run: `npm run bench:kernel [-- cells]`, 50 cells by default. Ready is
 * launch to the reply to kernel_info, first is launch to the first cell's result: medians of five launches. MiB is the
 * resident set of the kernel's processes three seconds after the first cell. Then medians of trivial cells, ms from request to
 * idle: plain, after mathjs was imported, after tfjs was, and, with both, the three after 500 cells. The last row is what is
 * asked of ours. Deno checks no types, which is most of what the others do.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNpmSet } from '../scripts/lib/extras.mjs';
import { installKernelspec, kernelName } from '../src/kernel/index.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const python = join(repository, '.venv/bin/python');
const driver = fileURLToPath(new URL('kernel_driver.py', import.meta.url));
const cells = process.argv[2] ?? '50';
const path = `${join(repository, '.venv/bin')}:${process.env.PATH ?? ''}`;

function installTslab(prefix: string): void {
  const tslab = join(repository, 'node_modules/tslab/bin/tslab');
  execFileSync(process.execPath, [tslab, 'install', `--prefix=${prefix}`, `--binary=${tslab}`], {
    env: { ...process.env, PATH: path },
    stdio: 'ignore',
  });
}

async function installDeno(prefix: string): Promise<void> {
  const deno = join(await ensureNpmSet('deno', 'installing Deno'), 'deno', 'deno');
  const folder = join(prefix, 'share/jupyter/kernels/deno');
  const argv = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
  const env = { DENO_DIR: join(prefix, 'deno'), DENO_NO_UPDATE_CHECK: '1' };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'kernel.json'),
    JSON.stringify({ argv, env, display_name: 'Deno', language: 'typescript' }),
  );
}

/** Starts a kernel, measures it and ends it. */
function measure(name: string, prefix: string): Figures {
  const env = { ...process.env, PATH: path, JUPYTER_PATH: join(prefix, 'share/jupyter') };
  const { stdout, stderr, status } = spawnSync(python, [driver, name, cells], {
    env,
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures;
}

const launched = ['ready', 'first', 'MiB'] as const;
const cellsOf = ['plain', 'mathjs', 'tfjs', 'tfjs, 500', 'mathjs, 500', 'plain, 500'] as const;
const columns = [...launched, ...cellsOf];
const ASKED: Figures = { ready: 800, first: 1800, MiB: 250, plain: 10, mathjs: 12, tfjs: 35 };
type Figures = Partial<Record<(typeof columns)[number], number>> & { ended?: string };

const shown = (n: number | undefined): string => n?.toFixed(n < 100 ? 1 : 0) ?? '–';
const row = (texts: string[]): string => texts.map((text) => text.padStart(13)).join('');

if (!existsSync(python)) throw new Error('There is no .venv: run `npm start` once, which makes it.');
const prefix = mkdtempSync(join(tmpdir(), 'kernel-bench-'));
try {
  installKernelspec({ prefix });
  installTslab(prefix);
  await installDeno(prefix);
  console.log(row(['kernel', ...columns]));
  for (const name of [kernelName, 'tslab', 'deno']) {
    const figures = measure(name, prefix);
    const note = figures.ended ? `  ${figures.ended}` : '';
    console.log(row([name, ...columns.map((column) => shown(figures[column]))]) + note);
  }
  console.log(row(['asked', ...columns.map((column) => shown(ASKED[column]))]));
} finally {
  rmSync(prefix, { recursive: true, force: true });
}
