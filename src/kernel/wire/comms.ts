import type { CommEvent, FromRuntime, ToRuntime } from '../channels.ts';
import type { Message } from './message.ts';
import type { Outputs } from './outputs.ts';
import type { Sockets } from './sockets.ts';

type Event = CommEvent['event'];

/** Passes comm messages between clients and the main thread, and knows which comms are open. */
export class Comms {
  private readonly targets = new Map<string, string>();
  private readonly waiting = new Map<number, Message>();
  private last = 0;
  private readonly sockets: Sockets;
  private readonly outputs: Outputs;
  private readonly toRuntime: (message: ToRuntime) => void;

  constructor(sockets: Sockets, outputs: Outputs, toRuntime: (message: ToRuntime) => void) {
    this.sockets = sockets;
    this.outputs = outputs;
    this.toRuntime = toRuntime;
  }

  /** Hands a client's comm_open, comm_msg or comm_close to the main thread. */
  request(message: Message): void {
    const { comm_id, target_name, data } = message.content;
    if (typeof comm_id !== 'string') throw new Error('a comm message lacks its comm_id');
    const event = message.header.msg_type.replace('comm_', '') as Event;
    const target = event === 'open' ? String(target_name) : undefined;
    this.note(event, comm_id, target);
    const id = --this.last;
    this.outputs.open(id, message.header, false);
    this.waiting.set(id, message);
    this.sockets.publish('status', { execution_state: 'busy' }, message.header);
    this.toRuntime({
      kind: 'comm',
      id,
      event,
      commId: comm_id,
      target,
      data,
      metadata: message.metadata,
      buffers: message.buffers,
    });
  }

  handle(message: FromRuntime): void {
    if (message.kind === 'commDone') this.finish(message.id);
    // Terminated handlers do not say that they have ended.
    if (message.kind === 'acknowledged') [...this.waiting.keys()].forEach((id) => this.finish(id));
    if (message.kind !== 'comm') return;
    const { id, event, commId, target, data, metadata, buffers } = message;
    this.note(event, commId, target);
    const content = { comm_id: commId, data, ...(event === 'open' ? { target_name: target } : {}) };
    this.outputs.publish(id, `comm_${event}`, content, metadata, buffers);
  }

  /** The content of comm_info_reply. */
  info({ target_name }: Record<string, unknown>): object {
    const found = [...this.targets].filter(([, target]) => !target_name || target === target_name);
    return {
      status: 'ok',
      comms: Object.fromEntries(found.map(([id, target]) => [id, { target_name: target }])),
    };
  }

  private note(event: Event, id: string, target: string | undefined): void {
    if (event === 'open') this.targets.set(id, target ?? '');
    if (event === 'close') this.targets.delete(id);
  }

  private finish(id: number): void {
    const message = this.waiting.get(id);
    if (!message) return;
    this.waiting.delete(id);
    this.outputs.flush();
    this.sockets.publish('status', { execution_state: 'idle' }, message.header);
  }
}

/** Whether `type` is one that Comms takes. */
export function isCommMessage(type: string): boolean {
  return type === 'comm_open' || type === 'comm_msg' || type === 'comm_close';
}
