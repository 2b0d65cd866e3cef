import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelName } from '../../src/kernel/index.ts';
import { scorebook } from './spawn.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scorebook-'));
  await scorebook('kernel', 'install');
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

async function notebook(name: string, ...sources: string[]): Promise<string> {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { name: kernelName, language: 'typescript', display_name: 'TypeScript' };
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

test(
  'run executes a copy, at the size asked for, and leaves the source alone',
  { timeout: 120_000 },
  async () => {
    const good = await notebook(
      'good.ipynb',
      'const a: number = 20;',
      'console.log(process.env.SCOREBOOK_SIZE); a + 1',
    );
    const before = await readFile(good, 'utf8');
    const out = join(folder, 'out');
    const { status, stdout } = await scorebook('run', good, '--size', 'full', '--out', out);
    expect(stdout).toMatch(/^passed .*good\.ipynb/m);
    expect(status).toBe(0);
    expect(await readFile(good, 'utf8')).toBe(before);
    const executed = await readFile(join(out, 'good.ipynb'), 'utf8');
    expect(executed).toContain('full\\n');
    expect(executed).toContain('"21"');
  },
);

test(
  'run --inplace tells which notebook failed and where, and overwrites only those that pass',
  { timeout: 120_000 },
  async () => {
    const good = await notebook('inplace.ipynb', '6 * 7');
    const bad = await notebook('bad.ipynb', '1 + 1', "throw new Error('a sum that is wrong')", '3');
    const before = await readFile(bad, 'utf8');
    const { status, stdout } = await scorebook('run', '--inplace', good, bad);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^passed .*inplace\.ipynb/m);
    expect(stdout).toMatch(/^failed .*bad\.ipynb.* in cell 2: Error: a sum that is wrong/m);
    expect(stdout).toMatch(/1 passed, 1 failed\n$/);
    expect(await readFile(good, 'utf8')).toContain('"42"');
    expect(await readFile(bad, 'utf8')).toBe(before);
  },
);

test(
  'a file that is no notebook, and a kernel that is not installed, are told',
  { timeout: 60_000 },
  async () => {
    const broken = join(folder, 'broken.ipynb');
    await writeFile(broken, '{');
    const foreign = await notebook('foreign.ipynb', '1');
    await writeFile(
      foreign,
      (await readFile(foreign, 'utf8')).replace(`"${kernelName}"`, '"no-such-kernel"'),
    );
    const { status, stdout } = await scorebook('run', broken, foreign, '--out', join(folder, 'out'));
    expect(status).toBe(1);
    expect(stdout).toMatch(/broken\.ipynb.*not a notebook/);
    expect(stdout).toMatch(/foreign\.ipynb.*kernel no-such-kernel is not installed/);
  },
);
