import type { FromRuntime } from '../channels.ts';
import { currentCell, throwIfInterrupted } from './context.ts';
import { withCellFrames } from './traceback.ts';

type Write = typeof process.stdout.write;

/** Sends what is written to process.stdout and process.stderr (console.* included) to the cell that writes it. */
export function captureStreams(send: (message: FromRuntime) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder();
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      throwIfInterrupted();
      const bytes = typeof chunk === 'string' ? encoded(chunk, encoding) : chunk;
      const text = typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true });
      if (text) send({ kind: 'stream', id: currentCell().id, name, text: withCellFrames(text) });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    process[name].write = write as Write;
  }
  // Else console.log() asks to be called back for each line, and a loop that prints holds all of that until it ends.
  Object.assign(console, { _ignoreErrors: false });
}

/** A text, or, where it stands for bytes, these: `write('616263', 'hex')`. */
function encoded(text: string, encoding: unknown): string | Uint8Array {
  if (typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)) return text;
  return Buffer.from(text, encoding as BufferEncoding);
}
