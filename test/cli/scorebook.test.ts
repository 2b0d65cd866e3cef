import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { entry, scorebook, start } from './spawn.ts';

const timeout = 60_000;
const commands = ['doctor', 'check', 'run', 'train', 'sample', 'kernel'];

test('--help lists the commands, and without a command so does an error status', { timeout }, async () => {
  const asked = await scorebook('--help');
  expect(asked.status).toBe(0);
  for (const name of commands) expect(asked.stdout).toContain(`\n  ${name}`);
  expect((await scorebook()).status).toBe(2);
});

test.each(commands)('%s --help explains itself', { timeout }, async (name) => {
  const { status, stdout, stderr } = await scorebook(name, '--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Usage: scorebook ${name}`);
});

test.each([
  [['trian'], 'scorebook: unknown command trian (did you mean train?)'],
  [['--frob'], 'scorebook: unknown option --frob'],
  [['train', '--lerning-rate', '1'], 'unknown option --lerning-rate (did you mean --learning-rate?)'],
  [['train', '--out', 'x', '--steps', 'many'], '--steps: expected a whole number, 1 or more, given "many"'],
  [['sample', '--out', 'x'], '--checkpoint FILE is required'],
  [['run'], 'run needs an argument: scorebook run NOTEBOOK…'],
  [['run', 'a.ipynb', '--inplace', '--out', 'x'], '--inplace and --out exclude each other'],
  [['kernel', 'install', '--user', '--sys-prefix'], '--prefix, --user and --sys-prefix exclude each other'],
  [['kernel', 'remove'], 'kernel remove: expected install or uninstall'],
])('%j is a mistake that is explained', { timeout }, async (args, message) => {
  const { status, stdout, stderr } = await scorebook(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at '); // no stack
});

test.each([
  [['run', 'absent.ipynb'], 'absent.ipynb: no such notebook'],
  [['sample', '--checkpoint', 'absent', '--out', 'x.png'], 'absent: no such file or folder'],
])('%j fails with a sentence', { timeout }, async (args, message) => {
  const { status, stderr } = await scorebook(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test('on a clone where nothing is installed it says what to run', { timeout }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'scorebook-'));
  const copy = join(root, 'src', 'cli', 'scorebook.mjs');
  try {
    await mkdir(dirname(copy), { recursive: true });
    await cp(entry, copy);
    const project = join(dirname(entry), '..', '..');
    await cp(join(project, 'scripts'), join(root, 'scripts'), { recursive: true });
    await cp(join(project, 'package.json'), join(root, 'package.json'));
    const { status, stderr } = await start(process.execPath, [copy, 'doctor']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/npm packages are not installed.*npm start.*npm ci/);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('doctor --json tells versions, backend and what is missing with its remedy', { timeout }, async () => {
  const { status, stdout } = await scorebook('doctor', '--json');
  const report = JSON.parse(stdout) as {
    ok: boolean;
    checks: { name: string; status: string; remedy?: string }[];
  };
  expect(status).toBe(report.ok ? 0 : 1);
  const names = report.checks.map(({ name }) => name);
  for (const name of ['Node', 'scorebook', 'Python', 'kernel', 'GPU', 'backend', 'MNIST']) {
    expect(names).toContain(name);
  }
  for (const check of report.checks) if (check.status === 'missing') expect(check).toHaveProperty('remedy');
});

test('doctor says of the engine what the engine says of itself, remedies included', { timeout }, async () => {
  const env = { ...process.env, SCOREBOOK_TF_LIB: tmpdir(), SCOREBOOK_BACKEND: 'wasm' };
  const { stdout } = spawnSync(process.execPath, [entry, 'doctor', '--json'], { encoding: 'utf8', env });
  const report = JSON.parse(stdout) as { checks: { name: string; status: string; remedy?: string }[] };
  const check = report.checks.find(({ name }) => name === 'TensorFlow');
  expect(check).toMatchObject({ status: 'warning', found: 'no libtensorflow' });
  expect(check!.remedy).toMatch(/libtensorflow \(training falls back to wasm\): `npm start` installs it/);
});

test.each([
  ['--prefix', (folder: string) => ({ options: ['--prefix', folder], env: {} })],
  [
    '--user',
    (folder: string) => ({ options: ['--user'], env: { JUPYTER_DATA_DIR: `${folder}/share/jupyter` } }),
  ],
  ['--sys-prefix', (folder: string) => ({ options: ['--sys-prefix'], env: { VIRTUAL_ENV: folder } })],
])('the kernelspec is installed and removed with %s', { timeout }, async (_, place) => {
  const prefix = await mkdtemp(join(tmpdir(), 'scorebook-'));
  const { options, env } = place(prefix);
  const kernel = (action: string) =>
    spawnSync(process.execPath, [entry, 'kernel', action, ...options], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    }).stdout;
  const folder = join(prefix, 'share/jupyter/kernels/typescript');
  try {
    expect(kernel('install')).toBe(`kernelspec installed in ${folder}\n`);
    expect(existsSync(join(folder, 'kernel.json'))).toBe(true);
    expect(kernel('uninstall')).toBe('kernelspec removed\n');
    expect(existsSync(folder)).toBe(false);
    expect(kernel('uninstall')).toBe('there was no kernelspec\n');
  } finally {
    await rm(prefix, { recursive: true });
  }
});
