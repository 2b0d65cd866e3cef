import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installKernelspec, kernelspecDirectory, uninstallKernelspec } from '../../src/kernel/index.ts';

const script = fileURLToPath(new URL('../../src/kernel/install.mjs', import.meta.url));
let prefix: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'kernelspec-'));
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

test('the command line writes a kernelspec whose paths hold from anywhere', () => {
  const { status } = spawnSync(process.execPath, [script, '--prefix', prefix], { cwd: tmpdir() });
  expect(status).toBe(0);
  const file = join(prefix, 'share/jupyter/kernels/typescript/kernel.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const argv = spec.argv as string[];
  expect(spec).toMatchObject({
    display_name: 'TypeScript (Scorebook)',
    language: 'typescript',
    interrupt_mode: 'message',
  });
  expect(isAbsolute(argv[0]!)).toBe(true);
  const [entry] = argv.filter((part) => part.endsWith('main.mjs'));
  expect(isAbsolute(entry!) && existsSync(entry!)).toBe(true);
  expect(argv.at(-1)).toBe('{connection_file}');
});

test('the logo lies beside it, drawn in the sizes that Jupyter asks for', () => {
  const directory = installKernelspec({ prefix });
  for (const size of [32, 64]) {
    const png = readFileSync(join(directory, `logo-${size}x${size}.png`));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  }
  expect(readFileSync(join(directory, 'logo-svg.svg'), 'utf8')).toContain('<svg ');
});

test('what is installed is removed again', () => {
  const directory = installKernelspec({ prefix });
  expect(existsSync(directory)).toBe(true);
  expect(uninstallKernelspec({ prefix })).toBe(true);
  expect(existsSync(directory)).toBe(false);
  expect(uninstallKernelspec({ prefix })).toBe(false);
});

test('the place must be named, and once', () => {
  expect(() => kernelspecDirectory({})).toThrow('exactly one place');
  expect(() => kernelspecDirectory({ user: true, prefix })).toThrow('exactly one place');
  const { status, stderr } = spawnSync(process.execPath, [script, '--nonsense'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('Unknown option --nonsense');
});
