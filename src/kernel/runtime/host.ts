import type { FromRuntime, MimeBundle } from '../channels.ts';
import type { Comm, CommHandler, CommOptions, Comms } from './comms.ts';
import { currentCell, takeSignal, throwIfInterrupted } from './context.ts';
import { format } from './format.ts';
import type { Input } from './input.ts';
import { plainBundle, shown } from './bundle.ts';
import { hostSymbol } from '../symbols.ts';

export interface DisplayOptions {
  /** A name for the output, by which it can be updated. */
  displayId?: string;
  /** Whether the output named `displayId` is replaced; otherwise there is a new one. */
  update?: boolean;
  /** By MIME type, such as `{ 'image/png': { width: 300 } }`. */
  metadata?: object;
}

/** What a library finds at `globalThis[Symbol.for('Jupyter.host')]` inside a notebook. */
export interface JupyterHost {
  /** Shows a bundle in the output of the cell whose code calls this. */
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Shows a value as if it were a cell's result. */
  show(value: unknown, options?: DisplayOptions): Promise<void>;
  /** Empties the output of the cell whose code calls this; with `wait`, when the next output comes. */
  clearOutput(wait?: boolean): void;
  /** Asks for a line of text. Rejects where nobody can type. */
  input(prompt?: string, options?: { password?: boolean }): Promise<string>;
  /** Opens a comm to the front end's `target`. */
  openComm(target: string, data?: unknown, options?: CommOptions): Comm;
  /** Calls `handler` for every comm that the front end opens to `target`. */
  onComm(target: string, handler: CommHandler): void;
  /**
   * Aborts when the cell whose code calls this is interrupted. Code of modules that takes it is trusted to end by itself: its
   * step and its `finally` blocks get the time they need. Other code of modules gets a second.
   */
  readonly signal: AbortSignal;
}

export function publishHost(send: (message: FromRuntime) => void, comms: Comms, input: Input): void {
  const host: JupyterHost = {
    display(bundle, { displayId, update = false, metadata } = {}) {
      throwIfInterrupted();
      if (displayId !== undefined && typeof displayId !== 'string')
        throw new TypeError(`displayId is a text, and ${typeof displayId} was given`);
      if (update && displayId === undefined)
        throw new TypeError('An update needs the displayId of the output in whose place it goes.');
      const id = currentCell().id;
      const { data, metadata: own } = shown(bundle);
      const said = metadata === undefined ? own : plainBundle(metadata as MimeBundle);
      send({ kind: 'display', id, data, metadata: said, displayId, update });
    },
    async show(value, options) {
      const found = await format(value);
      if (found) host.display(found.data, { metadata: found.metadata, ...options });
    },
    input: (prompt = '', { password = false } = {}) => input.ask(String(prompt), password === true),
    openComm: (target, data, options) => comms.open(target, data, options),
    onComm: (target, handler) => comms.on(target, handler),
    clearOutput(wait = false) {
      throwIfInterrupted();
      send({ kind: 'clear', id: currentCell().id, wait });
    },
    get signal() {
      return takeSignal();
    },
  };
  Object.defineProperty(globalThis, hostSymbol, { value: host, configurable: true });
}
