import { randomUUID } from 'node:crypto';
import type { CommEvent, FromRuntime } from '../channels.ts';
import { plain } from './bundle.ts';
import { currentCell, inCell, throwIfInterrupted } from './context.ts';
import { setPlainImmediate } from './timers.ts';

export interface CommOptions {
  metadata?: object;
  buffers?: Uint8Array[];
}

/** What arrives on a comm. `data` is JSON; `buffers` are binary. */
export interface CommMessage {
  data: unknown;
  metadata: object;
  buffers: Uint8Array[];
}

/** A two-way channel between a cell and the notebook's front end. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  /** Throws once it is closed, and where JSON cannot hold the data. */
  send(data: unknown, options?: CommOptions): void;
  /** Does nothing once it is closed. */
  close(data?: unknown, options?: CommOptions): void;
  /** Called with each message of the other end. */
  onMessage?: (message: CommMessage) => void | Promise<void>;
  /** Called when the other end closes it. */
  onClose?: (message: CommMessage) => void | Promise<void>;
}

export type CommHandler = (comm: Comm, message: CommMessage) => void | Promise<void>;

/** The comms of this session. */
export class Comms {
  private readonly handlers = new Map<string, CommHandler>();
  private readonly comms = new Map<string, Comm>();
  private readonly send: (message: FromRuntime) => void;
  private readonly onError: (error: unknown) => void;

  constructor(send: (message: FromRuntime) => void, onError: (error: unknown) => void) {
    this.send = send;
    this.onError = onError;
  }

  /** Opens a comm to the front end's `target`. */
  open(target: string, data: unknown = {}, options?: CommOptions): Comm {
    const comm = this.make(randomUUID(), target);
    this.emit('open', comm, data, options);
    this.comms.set(comm.id, comm);
    return comm;
  }

  /** Calls `handler` for every comm that a front end opens to `target`. */
  on(target: string, handler: CommHandler): void {
    this.handlers.set(target, handler);
  }

  /** Runs the handler of a front end's message; `id` is what its outputs go under. */
  receive(id: number, message: CommEvent): void {
    const context = { id, controller: new AbortController() };
    // As for cells: code may be terminated safely only after an immediate.
    setPlainImmediate(() => {
      void inCell(context, async () => {
        await new Promise((resolve) => setPlainImmediate(resolve));
        try {
          await this.dispatch(message);
        } catch (error) {
          this.onError(error);
        }
        this.send({ kind: 'commDone', id });
      });
    });
  }

  private dispatch({ event, commId, target = '', data, metadata, buffers }: CommEvent): void | Promise<void> {
    const message: CommMessage = { data, metadata, buffers };
    if (event === 'open') {
      const handler = this.handlers.get(target);
      const comm = this.make(commId, target);
      this.comms.set(commId, comm);
      return handler ? handler(comm, message) : comm.close();
    }
    const comm = this.comms.get(commId);
    if (event === 'msg') return comm?.onMessage?.(message);
    this.comms.delete(commId);
    return comm?.onClose?.(message);
  }

  private make(id: string, target: string): Comm {
    const comm: Comm = {
      id,
      target,
      send: (data, options) => {
        if (this.comms.get(id) !== comm) throw new Error(`The comm to ${target} is closed.`);
        this.emit('msg', comm, data, options);
      },
      close: (data = {}, options) => {
        if (this.comms.get(id) !== comm) return;
        this.emit('close', comm, data, options);
        this.comms.delete(id);
      },
    };
    return comm;
  }

  private emit(
    event: CommEvent['event'],
    { id: commId, target }: Comm,
    data: unknown,
    { metadata = {}, buffers = [] }: CommOptions = {},
  ): void {
    throwIfInterrupted();
    this.send({
      kind: 'comm',
      id: currentCell().id,
      event,
      commId,
      target,
      data: plain(data, "a comm's data") ?? {},
      metadata: plain(metadata, "a comm's metadata") as object,
      buffers: buffers.map(bytesOf),
    });
  }
}

/** A copy of the bytes alone: what else lies in the same memory is not sent. */
function bytesOf(buffer: unknown): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer).slice();
  if (!ArrayBuffer.isView(buffer))
    throw new TypeError(`a comm's buffers are typed arrays or array buffers, and one is ${typeof buffer}`);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
}
