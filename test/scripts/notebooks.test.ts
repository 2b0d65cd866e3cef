import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'scorebook-notebooks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (words: string) => ({ output_type: 'stream', name: 'stdout', text: words });

const value = (words: string) => ({
  ...{ output_type: 'execute_result', execution_count: 2, metadata: {}, data: { 'text/plain': words } },
});

type Cell = { source: string; run?: number; outputs?: object[]; tags?: string[] };

function notebook(name: string, ...cells: Cell[]): string {
  const content = cells.map(({ source, run = null, outputs = [], tags = [] }, i) => ({
    ...{ cell_type: 'code', id: `cell${i}`, metadata: { tags } },
    ...{ source, execution_count: run, outputs },
  }));
  const kernelspec = { name: 'typescript', display_name: 'TypeScript', language: 'typescript' };
  const file = path.join(folder, `${name}.ipynb`);
  writeFileSync(
    file,
    JSON.stringify({ cells: content, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  return file;
}

async function execute(files: string[], ...options: string[]) {
  const report = path.join(folder, 'report.json');
  const args = [
    path.join(root, 'scripts/python/execute_notebooks.py'),
    '--report',
    report,
    '--copies',
    folder,
  ];
  const child = spawn(path.join(root, '.venv/bin/python'), [...args, ...options, ...files], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const counts = JSON.parse(readFileSync(report, 'utf8')) as { passed: number; failed: number };
  return { code, output, ...counts };
}

const error = { output_type: 'error', ename: 'RangeError', evalue: 'too far', traceback: [] };

describe('executing notebooks', () => {
  it(
    'runs every one, and names each cell that fails, is mistyped or takes too long',
    { timeout: 180_000 },
    async () => {
      const files = [
        notebook(
          'good',
          { source: 'const a: number = 6;', run: 1 },
          { source: 'await Promise.resolve(a * 7)', run: 2, outputs: [value('42')] },
        ),
        notebook(
          'throws',
          { source: 'const fine = 1;', run: 1 },
          { source: '// far\nthrow new RangeError("too far");', run: 2 },
        ),
        notebook('mistyped', { source: 'const n: number = "seven";', run: 1 }),
        notebook('slow', { source: 'await new Promise(() => {});', run: 1 }),
        notebook('last', { source: 'console.log(1 + 1)', run: 1, outputs: [text('2\n')] }),
        notebook('stale', { source: '// three\nconsole.log(3)', run: 1, outputs: [text('4\n')] }),
        notebook('sized', {
          source: 'console.log(process.env.SCOREBOOK_SIZE)',
          run: 1,
          outputs: [text('full\n')],
        }),
      ];
      const { code, output, passed, failed } = await execute(files, '--seconds-a-cell', '15');
      expect({ code, passed, failed }).toEqual({ code: 1, passed: 10, failed: 4 });
      expect(output).toMatch(/ok +good /);
      expect(output).toMatch(/ok +last /);
      expect(output).toMatch(/ok +sized /);
      expect(output).toMatch(/FAILED +stale .*\ncell 0 \(\/\/ three\) shows '3' and was committed with '4'/);
      expect(output).toMatch(/FAILED +throws .*\ncell 1 \(\/\/ far\) ended in RangeError: too far/);
      expect(output).toMatch(/FAILED +mistyped .*\ncell 0 \(const n: number = "seven";\) ended in/);
      expect(output).toContain('cell 0 (await new Promise(() => {});) was not done after 15 s');
    },
  );
});

describe('looking at committed notebooks', () => {
  it('fails what was not executed, or out of order, or ended in an error that was not meant', async () => {
    const files = [
      notebook('blank', { source: '1', run: 1 }, { source: '2' }),
      notebook('mixed', { source: '1', run: 2 }, { source: '2', run: 1 }),
      notebook('gap', { source: '1', run: 1 }, { source: '2', run: 3 }),
      notebook('again', { source: '1', run: 1 }, { source: '2', run: 1 }),
      notebook('small', { source: '5', run: 1, outputs: [text('loss 0.05 (reduced)\n')] }),
      notebook('error', { source: '3', run: 1, outputs: [error] }),
      notebook('meant', { source: '4', run: 1, outputs: [error], tags: ['raises-exception'] }),
    ];
    const { output, passed, failed } = await execute(files, '--no-execute');
    expect({ passed, failed }).toEqual({ passed: 1, failed: 6 });
    expect(output).toContain('cell 1 was not executed');
    expect(output).toContain('not executed once each from the first to the last: [1, 3]');
    expect(output).toContain('cell 0 (5) shows a reduced run');
    expect(output).toContain('cell 0 (3) ended in RangeError: too far');
  });

  it('fails a file that is no notebook', async () => {
    const file = path.join(folder, 'torn.ipynb');
    writeFileSync(file, '{"cells": [');
    expect(await execute([file], '--no-execute')).toMatchObject({ code: 1, passed: 0, failed: 1 });
  });
});
