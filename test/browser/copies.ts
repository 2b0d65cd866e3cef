import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Cell {
  cell_type: string;
  outputs?: unknown[];
  execution_count?: number | null;
}

/**
 * A copy of a committed notebook for a browser to open: JupyterLab saves what it runs, and the committed file must
 * stay as it is. It lies one folder below the root, so that relative imports hold.
 * @returns its path relative to the root
 */
export function copyOf(root: string, notebook: string, { outputs }: { outputs: boolean }): string {
  const copy = path.join('runs', `browser-${path.basename(notebook)}`);
  const content = JSON.parse(readFileSync(path.join(root, notebook), 'utf8')) as { cells: Cell[] };
  for (const cell of outputs ? [] : content.cells)
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
  mkdirSync(path.join(root, 'runs'), { recursive: true });
  writeFileSync(path.join(root, copy), JSON.stringify(content));
  return copy;
}

/** A notebook of one cell, beside the copies. */
export function scratchNotebook(root: string, name: string, source: string): string {
  const file = path.join('runs', `browser-${name}.ipynb`);
  const kernelspec = { name: 'typescript', language: 'typescript', display_name: 'TypeScript (Scorebook)' };
  const cell = { cell_type: 'code', id: 'only', metadata: {}, execution_count: null, outputs: [], source };
  mkdirSync(path.join(root, 'runs'), { recursive: true });
  const content = { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(path.join(root, file), JSON.stringify(content));
  return file;
}
