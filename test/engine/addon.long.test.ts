/** The official addon, built from the sources of its package against the libraries of the Python wheel. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { engineInfo, type BackendReport } from '../../src/engine/index.ts';
import { CC_LIBRARY, FRAMEWORK_LIBRARY } from '../../src/engine/native/library.ts';

const home = dirname(dirname(realpathSync(process.execPath)));
const headers = existsSync(join(home, 'include', 'node', 'node_api.h'));
const npm = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const gyp = join(npm, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
const compiler =
  spawnSync('g++', ['--version']).status === 0 && spawnSync('make', ['--version']).status === 0;
const tensorflow = engineInfo().tensorflow.folder;

const folder = mkdtempSync(join(tmpdir(), 'scorebook-addon-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(): void {
  const packaged = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  for (const part of ['binding', 'binding.gyp', 'package.json'])
    cpSync(join(packaged, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'deps', 'lib'), { recursive: true });
  symlinkSync(join(tensorflow!, 'include'), join(folder, 'deps', 'include'));
  const link = (name: string, as: string) =>
    symlinkSync(join(tensorflow!, name), join(folder, 'deps', 'lib', as));
  for (const name of [CC_LIBRARY, FRAMEWORK_LIBRARY]) link(name, name);
  link(CC_LIBRARY, 'libtensorflow.so');
  link(FRAMEWORK_LIBRARY, 'libtensorflow_framework.so');
  const target = join(folder, 'lib', 'napi-v8');
  const variables = ['--napi_build_version=8', '--module_name=tfjs_binding', `--module_path=${target}`];
  execFileSync(process.execPath, [gyp, 'rebuild', `--nodedir=${home}`, ...variables], {
    cwd: folder,
    stdio: 'pipe',
  });
}

const run = async (script: string, args: string[], env: NodeJS.ProcessEnv) => {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const options = { env: { ...process.env, SCOREBOOK_BACKEND: '', ...env }, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file, ...args], options);
  return JSON.parse(stdout) as {
    report: BackendReport;
    warnings: number;
    sum: number;
    losses: number[];
    gradient: number[];
  };
};

test.runIf(headers && existsSync(gyp) && compiler && tensorflow !== undefined)(
  'a built addon runs when forced, stands in for a TensorFlow that is absent, and trains with the same numbers',
  { timeout: 300_000 },
  async () => {
    build();
    const env = { SCOREBOOK_TFJS_NODE: folder };
    const forced = await run('report.ts', ['tfjs-node'], env);
    expect(forced).toMatchObject({ warnings: 0, sum: 6 });
    expect(forced.report).toMatchObject({ backend: 'tfjs-node', version: '2.21.0', compiles: false });

    const fallback = await run('report.ts', [], { ...env, SCOREBOOK_TF_LIB: folder });
    expect(fallback).toMatchObject({ warnings: 1, sum: 6, report: { backend: 'tfjs-node' } });
    expect(fallback.report.warnings[0]).toMatch(/no libtensorflow_cc.*; using tfjs-node, .*step by step/);

    const addon = await run('../training/curve.ts', ['tfjs-node', '50'], env);
    const native = await run('../training/curve.ts', ['tensorflow', '50'], {});
    const furthest = Math.max(...addon.losses.map((loss, i) => Math.abs(loss / native.losses[i]! - 1)));
    expect(addon.losses.length).toBe(50);
    expect(furthest).toBeLessThan(1e-5);
  },
);
