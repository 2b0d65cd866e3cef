/** What cells, and modules that run in notebooks, import from 'scorebook/kernel'. */
import type { MimeBundle } from './channels.ts';
import type { DisplayOptions, JupyterHost } from './runtime/host.ts';
import { displaySymbol, notebookHost } from './symbols.ts';

export type { Comm, CommHandler, CommMessage, CommOptions } from './runtime/comms.ts';
export type { DisplayOptions, MimeBundle };

/** A value that says itself how a notebook shows it. */
export interface Displayable {
  [displaySymbol](): MimeBundle;
}

/** A value in several formats, by MIME type; bytes become base64. */
export function bundle(formats: MimeBundle): Displayable {
  return { [displaySymbol]: () => formats };
}

type Text = (text: string | TemplateStringsArray, ...values: unknown[]) => Displayable;

/** A function of a text, which is a tag for templates too: html`<b>${x}</b>`. Values are put in as they are. */
const text =
  (type: string, around = ''): Text =>
  (parts, ...values) => {
    const plain = typeof parts === 'string' ? parts : String.raw(parts, ...values);
    return bundle({ [type]: `${around}${plain}${around}`, 'text/plain': plain });
  };

/** HTML, also as a tag: html`<b>${x}</b>`. */
export const html: Text = text('text/html');
/** Markdown, with mathematics between dollars. */
export const markdown: Text = text('text/markdown');
/** The text of an SVG file. */
export const svg: Text = text('image/svg+xml');
/** Displayed mathematics; the dollars are put around it. */
export const latex: Text = text('text/latex', '$$');

/** The bytes of a PNG file. */
export const png = (bytes: Uint8Array): Displayable => bundle({ 'image/png': bytes });
/** The bytes of a JPEG file. */
export const jpeg = (bytes: Uint8Array): Displayable => bundle({ 'image/jpeg': bytes });
/** A tree to unfold. */
export const json = (value: unknown): Displayable => bundle({ 'application/json': value });
/** A vega-lite figure. JupyterLab renders version 5, and simple specifications of version 6. */
export const vegaLite = (spec: object): Displayable => bundle({ 'application/vnd.vegalite.v5+json': spec });
/** A plotly figure; JupyterLab shows it with the extension of the `plotly` wheel. */
export const plotly = (figure: { data: object[]; layout?: object }): Displayable =>
  bundle({ 'application/vnd.plotly.v1+json': { layout: {}, ...figure } });

/** Shows a value as if it were the cell's result. With `displayId` and `update`, in the place of an earlier one. */
export const show = (value: unknown, options?: DisplayOptions): Promise<void> =>
  notebookHost().show(value, options);

/** Empties the cell's output; with `wait`, when the next output comes. */
export const clearOutput = (wait = false): void => notebookHost().clearOutput(wait);

/** Asks the reader for a line of text. Rejects where nobody can type, as in a notebook executed headless. */
export const input = (prompt = ''): Promise<string> => notebookHost().input(prompt);

/** As `input`, but what is typed is not shown. */
export const password = (prompt = ''): Promise<string> => notebookHost().input(prompt, { password: true });

/** Opens a comm to the front end's `target`. */
export const openComm: JupyterHost['openComm'] = (...args) => notebookHost().openComm(...args);

/** Calls a handler for every comm that the front end opens to a target. */
export const onComm: JupyterHost['onComm'] = (...args) => notebookHost().onComm(...args);
