import type { Host, MimeBundle } from '../../src/display/index.ts';

const hostSymbol = Symbol.for('Jupyter.host');

/** One output of a notebook, with every state it was drawn in. */
export interface Drawn {
  displayId?: string;
  states: MimeBundle[];
}

/** Runs `work` as in a notebook, on a host that records what is displayed as JupyterLab would keep it. */
export async function inNotebook<T>(
  work: () => T | Promise<T>,
  signal?: AbortSignal,
): Promise<{ value: T; outputs: Drawn[] }> {
  const outputs: Drawn[] = [];
  const host: Host = {
    display(bundle, { displayId, update } = {}) {
      const earlier = outputs.find((output) => displayId !== undefined && output.displayId === displayId);
      if (update && !earlier) throw new Error(`an update of ${displayId}, which was never displayed`);
      if (update && earlier) earlier.states.push(bundle);
      else outputs.push({ displayId, states: [bundle] });
    },
    clearOutput: () => outputs.splice(0),
    signal,
  };
  const holder = globalThis as { [hostSymbol]?: Host };
  holder[hostSymbol] = host;
  try {
    return { value: await work(), outputs };
  } finally {
    delete holder[hostSymbol];
  }
}
