import type { JupyterHost } from './runtime/host.ts';

/** A method by this name gives the MIME bundle that shows its object. */
export const displaySymbol: unique symbol = Symbol.for('Jupyter.display');

/** Under this a MIME bundle may say more of its formats, by MIME type: `{ 'image/png': { width: 300, alt: 'a cat' } }`. */
export const metadataSymbol: unique symbol = Symbol.for('Jupyter.metadata');

/** `globalThis` has the notebook's own functions under this. */
export const hostSymbol: unique symbol = Symbol.for('Jupyter.host');

/** The notebook's own functions. Throws outside of one. */
export function notebookHost(): JupyterHost {
  const found = Reflect.get(globalThis, hostSymbol) as JupyterHost | undefined;
  if (!found) throw new Error('This works inside a notebook only: no Jupyter host was found.');
  return found;
}
