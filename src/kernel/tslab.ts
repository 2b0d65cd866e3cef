/** What `import * as tslab from "tslab"` gives in a cell: tslab's display functions, on this kernel. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { notebookHost } from './symbols.ts';

interface Versions {
  tslab: string;
  typescript: string;
  node: string;
}

/** tslab's display: a method for each type of content; `raw` takes any. */
export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  raw(contentType: string, b: string | Uint8Array): void;
}

const versionOf = (name: string): string =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

/** The versions of tslab's interface, of TypeScript and of Node. */
export const versions: Versions = {
  tslab: versionOf('tslab'),
  typescript: versionOf('typescript'),
  node: process.version,
};

function makeDisplay(displayId?: string): Display {
  let shown = false;
  const raw = (type: string, content: string | Uint8Array): void => {
    const data = typeof content === 'string' ? content : Buffer.from(content).toString('base64');
    notebookHost().display({ [type]: data }, { displayId, update: shown });
    shown = displayId !== undefined;
  };
  return {
    javascript: (s) => raw('text/javascript', s),
    html: (s) => raw('text/html', s),
    markdown: (s) => raw('text/markdown', s),
    latex: (s) => raw('text/latex', s),
    svg: (s) => raw('image/svg+xml', s),
    png: (b) => raw('image/png', b),
    jpeg: (b) => raw('image/jpeg', b),
    gif: (b) => raw('image/gif', b),
    pdf: (b) => raw('application/pdf', b),
    text: (s) => raw('text/plain', s),
    raw,
  };
}

/** Shows each thing in a new output. */
export const display: Display = makeDisplay();

/** A display that writes over its one output. */
export function newDisplay(): Display {
  return makeDisplay(randomUUID());
}
