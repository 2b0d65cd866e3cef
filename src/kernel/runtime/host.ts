import type { FromRuntime, MimeBundle } from '../channels.ts';
import { currentCell, throwIfInterrupted } from './context.ts';

export interface DisplayOptions {
  displayId?: string;
  update?: boolean;
  metadata?: object;
}

/** What a library finds at `globalThis[Symbol.for('Jupyter.host')]` inside a notebook. */
export interface JupyterHost {
  /** Shows a bundle in the output of the cell whose code calls this. */
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  clearOutput(wait?: boolean): void;
  /** Aborts when the cell whose code calls this is interrupted. */
  readonly signal: AbortSignal;
}

export const hostSymbol = Symbol.for('Jupyter.host');
export const displaySymbol = Symbol.for('Jupyter.display');

/** A copy that can be posted to another thread and written as JSON. */
export function plainBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, content]) => {
      if (content instanceof Uint8Array) return [mime, Buffer.from(content).toString('base64')];
      return [
        mime,
        typeof content === 'object' && content !== null ? JSON.parse(JSON.stringify(content)) : content,
      ];
    }),
  );
}

export function publishHost(send: (message: FromRuntime) => void): void {
  const host: JupyterHost = {
    display(bundle, { displayId, update = false, metadata = {} } = {}) {
      throwIfInterrupted();
      const id = currentCell().id;
      send({
        kind: 'display',
        id,
        data: plainBundle(bundle),
        metadata: plainBundle(metadata as MimeBundle),
        displayId,
        update,
      });
    },
    clearOutput(wait = false) {
      throwIfInterrupted();
      send({ kind: 'clear', id: currentCell().id, wait });
    },
    get signal() {
      return currentCell().controller.signal;
    },
  };
  Object.defineProperty(globalThis, hostSymbol, { value: host, configurable: true });
}
