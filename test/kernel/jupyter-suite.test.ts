import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { installKernelspec } from '../../src/kernel/index.ts';
import { repository } from './client.ts';

const python = join(repository, '.venv/bin/python');
const suite = fileURLToPath(new URL('./jupyter_suite.py', import.meta.url));

test("Jupyter's own kernel tests pass; the pager alone is skipped", { timeout: 180_000 }, () => {
  if (!existsSync(python))
    throw new Error('There is no .venv with jupyter-kernel-test: run `npm start` once, which makes it.');
  const prefix = mkdtempSync(join(tmpdir(), 'kernelspec-'));
  try {
    installKernelspec({ prefix });
    const env = {
      ...process.env,
      JUPYTER_PATH: join(prefix, 'share/jupyter'),
      JUPYTER_DATA_DIR: join(prefix, 'none'),
    };
    const { stderr, status } = spawnSync(python, [suite], { env, encoding: 'utf8' });
    const lines = stderr.split('\n').filter((line) => / \.\.\. /.test(line));
    expect(status, stderr).toBe(0);
    expect(lines.length).toBeGreaterThanOrEqual(13);
    expect(lines.filter((line) => line.includes('skipped')).map((line) => line.split(' ')[0])).toEqual([
      'test_pager',
    ]);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
});
