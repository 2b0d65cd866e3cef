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
      const isBytes =
        typeof chunk !== 'string' || (typeof encoding === 'string' && !/^utf-?8$/i.test(encoding));
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : chunk;
      const text = isBytes ? decoder.decode(bytes, { stream: true }) : chunk;
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
