import { constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { FromRuntime } from '../channels.ts';
import { log } from './log.ts';
import type { Header } from './message.ts';
import type { Sockets } from './sockets.ts';

/** A cell's outputs go to the request that started it, also when they come after its end. */
interface Origin {
  header: Partial<Header>;
  silent: boolean;
}

/** How long writes are gathered into one stream message, ms. */
const gatherFor = 15;
/** Characters that one stream message holds at most. */
const mostGathered = 2 ** 20;
/** Cells whose late outputs still find their origin. */
const remembered = 2000;

/** Publishes what cells write and show, in order. */
export class Outputs {
  private readonly sockets: Sockets;
  private readonly origins = new Map<number, Origin>();
  private pending: { id: number; name: string; texts: string[]; length: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(sockets: Sockets) {
    this.sockets = sockets;
  }

  /** Declares where the outputs of run `id` belong; ids of comm messages are negative. */
  open(id: number, header: Partial<Header>, silent: boolean): void {
    this.origins.set(id, { header, silent });
    this.origins.delete(id > 0 ? id - remembered : id + remembered);
  }

  handle(message: FromRuntime): void {
    if (message.kind === 'stream') this.write(message.id, message.name, message.text);
    else if (message.kind === 'clear') this.publish(message.id, 'clear_output', { wait: message.wait });
    else if (message.kind === 'pipe') this.forward(message);
    else if (message.kind === 'display') {
      const { id, data, metadata, displayId, update } = message;
      const transient = displayId === undefined ? {} : { display_id: displayId };
      this.publish(id, update ? 'update_display_data' : 'display_data', { data, metadata, transient });
    }
  }

  /** Streams what a child process writes while the main thread waits for that child. */
  private forward({ id, name, path, state }: Extract<FromRuntime, { kind: 'pipe' }>): void {
    const stage = (value: number): void => {
      Atomics.store(state, 0, value);
      Atomics.notify(state, 0);
    };
    // Neither opening nor reading blocks: a thread that waits for a child could not be ended.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    rmSync(dirname(path), { recursive: true }); // both ends are open
    const pipe = new Socket({ fd, readable: true, writable: false }).setEncoding('utf8');
    stage(1);
    pipe.on('data', (text) => this.write(id, name, String(text)));
    pipe.on('error', (error) => log(`The kernel could not read a child's output: ${error.message}`));
    pipe.on('close', () => stage(2));
  }

  write(id: number, name: 'stdout' | 'stderr', text: string): void {
    if (this.pending && (this.pending.id !== id || this.pending.name !== name)) this.flush();
    for (const piece of pieces(text)) {
      if (this.pending && this.pending.length + piece.length > mostGathered) this.flush();
      this.pending ??= { id, name, texts: [], length: 0 };
      this.pending.texts.push(piece);
      this.pending.length += piece.length;
    }
    if (this.pending) this.timer ??= setTimeout(() => this.flush(), gatherFor);
  }

  /** Sends text that is still being gathered; call it before anything that must come after. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const pending = this.pending;
    if (!pending) return;
    this.pending = undefined;
    this.publish(pending.id, 'stream', { name: pending.name, text: pending.texts.join('') });
  }

  publish(
    id: number,
    type: string,
    content: object,
    metadata: object = {},
    buffers: Uint8Array[] = [],
  ): void {
    this.flush();
    const origin = this.origins.get(id);
    if (origin?.silent && !type.startsWith('comm_')) return; // a comm is no output: both ends must know of it
    this.sockets.publish(type, content, origin?.header ?? {}, metadata, buffers);
  }
}

/** A text in parts of at most `mostGathered` characters, none of which ends inside a surrogate pair. */
function* pieces(text: string): Generator<string> {
  for (let from = 0, to; from < text.length; from = to) {
    to = Math.min(from + mostGathered, text.length);
    if (to < text.length && /[\uD800-\uDBFF]/.test(text[to - 1]!)) to--;
    yield text.slice(from, to);
  }
}
