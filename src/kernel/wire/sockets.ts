import { randomUUID } from 'node:crypto';
import * as zmq from 'zeromq';
import { log } from './log.ts';
import { Codec, type Header, type Message } from './message.ts';

export interface Connection {
  ip: string;
  transport: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
}

export type Channel = 'shell' | 'control' | 'stdin';
type Handler = (message: Message, channel: Channel) => void;
type Frames = (Buffer | string)[];

/** Sends one message after the other: a zeromq socket takes only one send at a time. */
class Outbox {
  private tail: Promise<void> = Promise.resolve();
  private readonly socket: zmq.Router | zmq.XPublisher;

  constructor(socket: zmq.Router | zmq.XPublisher) {
    this.socket = socket;
  }

  send(frames: Frames): void {
    this.tail = this.tail
      .then(() => this.socket.send(frames))
      // A peer that has gone away is no reason to stop serving the others.
      .catch((error: unknown) => {
        log(`The kernel could not send a message: ${String(error)}`);
      });
  }

  /** Resolves when everything given to `send` so far has been handed to zeromq. */
  flushed(): Promise<void> {
    return this.tail;
  }
}

/** The five sockets of a kernel. */
export class Sockets {
  readonly codec: Codec;
  private readonly shell = new zmq.Router({ linger: 500 });
  private readonly control = new zmq.Router({ linger: 500 });
  private readonly stdin = new zmq.Router({ linger: 0 });
  private readonly iopub = new zmq.XPublisher({ linger: 500, sendHighWaterMark: 0 });
  private readonly heartbeat = new zmq.Reply({ linger: 0 });
  private readonly out: Record<Channel | 'iopub', Outbox> = {
    shell: new Outbox(this.shell),
    control: new Outbox(this.control),
    stdin: new Outbox(this.stdin),
    iopub: new Outbox(this.iopub),
  };

  constructor(codec: Codec) {
    this.codec = codec;
  }

  /** Binds every socket, then hands each valid message to `handle`. Resolves when bound. */
  async open(connection: Connection, handle: Handler): Promise<void> {
    const address = (port: number): string =>
      connection.transport === 'ipc'
        ? `ipc://${connection.ip}-${port}`
        : `${connection.transport}://${connection.ip}:${port}`;
    await Promise.all([
      this.shell.bind(address(connection.shell_port)),
      this.control.bind(address(connection.control_port)),
      this.stdin.bind(address(connection.stdin_port)),
      this.heartbeat.bind(address(connection.hb_port)),
    ]);
    // Last: whoever subscribed before the others were bound would hear of the kernel's start before it is welcomed.
    await this.iopub.bind(address(connection.iopub_port));
    void this.echo();
    void this.welcome();
    void this.listen('control', this.control, handle);
    void this.listen('shell', this.shell, handle);
    void this.listen('stdin', this.stdin, handle);
  }

  publish(
    type: string,
    content: object,
    parent: Partial<Header>,
    metadata: object = {},
    buffers: Uint8Array[] = [],
  ): void {
    this.out.iopub.send(this.codec.encode(type, content, parent, [`kernel.${type}`], metadata, buffers));
  }

  /** Asks the client that sent `request` for a line of text. Its answer arrives on the stdin channel, for the id returned. */
  ask(request: Message, content: { prompt: string; password: boolean }): string {
    const id = randomUUID();
    const { header, identities } = request;
    this.out.stdin.send(this.codec.encode('input_request', content, header, identities, {}, [], id));
    return id;
  }

  reply(channel: Channel, request: Message, content: object, metadata: object = {}): void {
    const type = request.header.msg_type.replace(/_request$/, '_reply');
    this.out[channel].send(this.codec.encode(type, content, request.header, request.identities, metadata));
  }

  /** Sends what is left and closes everything. */
  async close(): Promise<void> {
    await Promise.all([this.out.shell.flushed(), this.out.control.flushed(), this.out.iopub.flushed()]);
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heartbeat]) socket.close();
  }

  private async echo(): Promise<void> {
    for await (const frames of this.heartbeat) await this.heartbeat.send(frames);
  }

  /** Tells each new subscriber that it is subscribed (JEP 65), so that no client has to guess when outputs arrive. */
  private async welcome(): Promise<void> {
    for await (const [frame] of this.iopub) {
      if (frame?.[0] !== 1) continue;
      const subscription = frame.subarray(1).toString();
      this.out.iopub.send(this.codec.encode('iopub_welcome', { subscription }, {}, [subscription]));
    }
  }

  private async listen(channel: Channel, socket: zmq.Router, handle: Handler): Promise<void> {
    for await (const frames of socket) {
      try {
        handle(this.codec.decode(frames), channel);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log(`The kernel ignored a message on its ${channel} socket: ${reason}`);
      }
    }
  }
}
