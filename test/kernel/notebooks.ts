import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installKernelspec, kernelName } from '../../src/kernel/index.ts';
import { repository } from './client.ts';

export interface Cell {
  cell_type: 'code' | 'markdown';
  source: string;
  metadata?: object;
}

interface Output {
  output_type: string;
  text?: string | string[];
  data?: Record<string, string | string[]>;
  ename?: string;
}

/** As it is saved: text may be cut into lines. */
interface SavedCell {
  cell_type: string;
  source: string | string[];
  outputs?: Output[];
  metadata: { tags?: string[] };
}

export interface Notebook {
  cells: SavedCell[];
  metadata: { kernelspec: { language: string }; language_info?: Record<string, unknown> };
}

export const joined = (text: string | string[] = ''): string => (Array.isArray(text) ? text.join('') : text);

/** What a cell printed, and the text of what it gave. */
export const shownBy = (cell: SavedCell): string =>
  (cell.outputs ?? []).map(({ text, data }) => joined(text ?? data?.['text/plain'])).join('');

const venv = join(repository, '.venv');

/** A folder with a kernelspec in it, where Jupyter's tools run and find nothing of this user's own. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'scorebook-desk-'));
  /** Has what .venv has, and nbgrader and papermill; nbconvert's templates are data, and have to be named. */
  private readonly python = join(repository, '.cache/testing/bin/python');

  constructor() {
    if (!existsSync(this.python))
      throw new Error('nbgrader and papermill are not installed: run `node scripts/setup.mjs --tests`.');
    installKernelspec({ prefix: this.folder });
  }

  path = (name: string): string => join(this.folder, name);

  write(name: string, text: string): string {
    const file = this.path(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  notebook(name: string, cells: Cell[]): string {
    const kernelspec = { name: kernelName, language: 'typescript', display_name: 'TypeScript' };
    const whole = cells.map((cell, i) => ({
      ...{ id: `cell-${i}`, metadata: {} },
      ...(cell.cell_type === 'code' ? { execution_count: null, outputs: [] } : {}),
      ...cell,
    }));
    return this.write(
      name,
      JSON.stringify({ cells: whole, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
    );
  }

  read = (name: string): Notebook => JSON.parse(readFileSync(this.path(name), 'utf8')) as Notebook;

  /** Runs Python with these arguments; its output, and whether it ended well. */
  run(...args: string[]): { ok: boolean; output: string } {
    const at = (name: string): string => this.path(`jupyter/${name}`);
    const { status, stdout, stderr } = spawnSync(this.python, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${dirname(this.python)}:${process.env.PATH}`, // nbgrader calls alembic by its name
        ...{
          JUPYTER_PATH: [this.folder, venv].map((at) => join(at, 'share/jupyter')).join(':'),
          JUPYTER_NO_CONFIG: '1',
        },
        ...{ JUPYTER_CONFIG_DIR: at('config'), JUPYTER_DATA_DIR: at('data'), IPYTHONDIR: at('ipython') },
      },
    });
    return { ok: status === 0, output: `${stdout}${stderr}` };
  }

  clear = (): void => rmSync(this.folder, { recursive: true, force: true });
}
