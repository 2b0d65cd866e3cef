import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout, and what the scripts keep in it. All of it but the root is ignored by git. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const cache = path.join(root, '.cache');
export const venv = path.join(root, '.venv');
export const venvPython = path.join(venv, 'bin', 'python');
export const nodeModules = path.join(root, 'node_modules');
export const firstNotebook = 'notebooks/00-welcome.ipynb';
