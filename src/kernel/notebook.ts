/** What `import { … } from 'scorebook/kernel'` gives in a cell, or in a module that runs in a notebook. */
import type { MimeBundle } from './channels.ts';
import type { DisplayOptions, JupyterHost } from './runtime/host.ts';

export type { Comm, CommHandler, CommMessage, CommOptions } from './runtime/comms.ts';
export type { DisplayOptions, MimeBundle };

const displaySymbol: unique symbol = Symbol.for('Jupyter.display');

/** A value that says itself how a notebook shows it. */
export interface Displayable {
  [displaySymbol](): MimeBundle;
}

/** The notebook's own functions. Throws outside of one. */
function host(): JupyterHost {
  const found = Reflect.get(globalThis, Symbol.for('Jupyter.host')) as JupyterHost | undefined;
  if (!found) throw new Error('This works inside a notebook only: no Jupyter host was found.');
  return found;
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

export const html: Text = text('text/html');
export const markdown: Text = text('text/markdown');
export const svg: Text = text('image/svg+xml');
/** Displayed mathematics; the dollars are put around it. */
export const latex: Text = text('text/latex', '$$');

/** The bytes of a PNG file. */
export const png = (bytes: Uint8Array): Displayable => bundle({ 'image/png': bytes });
/** The bytes of a JPEG file. */
export const jpeg = (bytes: Uint8Array): Displayable => bundle({ 'image/jpeg': bytes });
/** A tree to unfold. */
export const json = (value: unknown): Displayable => bundle({ 'application/json': value });
export const vegaLite = (spec: object): Displayable => bundle({ 'application/vnd.vegalite.v5+json': spec });
/** A plotly figure; JupyterLab shows it with the extension of the `plotly` wheel. */
export const plotly = (figure: { data: object[]; layout?: object }): Displayable =>
  bundle({ 'application/vnd.plotly.v1+json': { layout: {}, ...figure } });

/** Shows a value as if it were the cell's result. With `displayId` and `update`, in the place of an earlier one. */
export const show = (value: unknown, options?: DisplayOptions): Promise<void> => host().show(value, options);

/** Empties the cell's output; with `wait`, when the next output comes. */
export const clearOutput = (wait = false): void => host().clearOutput(wait);

/** Asks the reader for a line of text. Rejects where nobody can type, as in a notebook executed headless. */
export const input = (prompt = ''): Promise<string> => host().input(prompt);

/** As `input`, but what is typed is not shown. */
export const password = (prompt = ''): Promise<string> => host().input(prompt, { password: true });

/** Opens a comm to the front end's `target`. */
export const openComm: JupyterHost['openComm'] = (...args) => host().openComm(...args);

/** Calls a handler for every comm that the front end opens to a target. */
export const onComm: JupyterHost['onComm'] = (...args) => host().onComm(...args);
