import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zmq from 'zeromq';

/** What Jupyter starts, by the kernelspec. */
export const main = fileURLToPath(new URL('../../src/kernel/main.mjs', import.meta.url));
export const repository = fileURLToPath(new URL('../..', import.meta.url));

type Json = Record<string, unknown>;

export interface Reply {
  type: string;
  content: Json;
  parent: string;
  header: Json;
  buffers: Buffer[];
}

/** Outputs of one execution and its reply. */
export interface Execution {
  reply: Json;
  outputs: Reply[];
  /** Everything written to stdout. */
  stdout: string;
  stderr: string;
  /** text/plain of the result. */
  result: string | undefined;
}

/** Ports that are free and differ: all are held until all are found. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A client of the kernel that speaks the protocol by itself: it shares no code with the kernel. */
export class KernelClient {
  readonly child: ChildProcess;
  /** What the kernel's process itself wrote. */
  log = '';
  readonly published: Reply[] = [];
  private readonly key: string;
  private readonly shell: zmq.Dealer;
  private readonly control = new zmq.Dealer({ linger: 0 });
  private readonly stdin: zmq.Dealer;
  /** Questions of cells, in order. */
  readonly questions: Reply[] = [];
  private readonly iopub = new zmq.Subscriber({ linger: 0 });
  private readonly heartbeat = new zmq.Request({ linger: 0 });
  private readonly replies = new Map<string, Reply>();
  private readonly watchers = new Set<() => void>();
  private readonly folder: string;

  private constructor(child: ChildProcess, connection: Record<string, string | number>, folder: string) {
    this.child = child;
    this.folder = folder;
    this.key = String(connection.key);
    const at = (name: string): string => `tcp://127.0.0.1:${connection[`${name}_port`]}`;
    // The kernel knows a client by one identity on both sockets.
    const routingId = randomUUID();
    this.shell = new zmq.Dealer({ linger: 0, routingId });
    this.stdin = new zmq.Dealer({ linger: 0, routingId });
    this.stdin.connect(at('stdin'));
    this.shell.connect(at('shell'));
    this.control.connect(at('control'));
    this.heartbeat.connect(at('hb'));
    this.iopub.connect(at('iopub'));
    this.iopub.subscribe();
    const keep = (reply: Reply): void => {
      this.replies.set(reply.parent, reply);
      this.watchers.forEach((watch) => watch());
    };
    void this.listen(this.shell, keep);
    void this.listen(this.control, keep);
    void this.listen(this.stdin, (question) => {
      this.questions.push(question);
      this.watchers.forEach((watch) => watch());
    });
    void this.listen(this.iopub, (reply) => {
      this.published.push(reply);
      this.watchers.forEach((watch) => watch());
    });
  }

  /**
   * Starts a kernel whose notebook lies in `cwd`, and waits until it answers and its outputs arrive. What its process
   * writes is read, or left in the pipe.
   */
  static async start(
    cwd: string = repository,
    program: string = main,
    log: 'read' | 'ignored' = 'read',
    env: NodeJS.ProcessEnv = {},
    node = process.execPath,
  ): Promise<KernelClient> {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-test-'));
    const found = await freePorts(5);
    const names = ['shell', 'control', 'iopub', 'stdin', 'hb'];
    const ports = Object.fromEntries(names.map((name, i) => [`${name}_port`, found[i]!]));
    const connection = {
      ...ports,
      ip: '127.0.0.1',
      transport: 'tcp',
      key: randomUUID(),
      signature_scheme: 'hmac-sha256',
    };
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify(connection));
    const child = spawn(node, ['--no-warnings', program, file], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...env },
    });
    const client = new KernelClient(child, connection, folder);
    if (log === 'read') client.readLog();
    await client.until(
      () => client.published.some(({ type }) => type === 'iopub_welcome'),
      'the kernel to welcome its subscriber',
    );
    await client.request('kernel_info_request', {});
    return client;
  }

  private readLog(): void {
    for (const stream of [this.child.stderr, this.child.stdout])
      stream?.on('data', (text) => (this.log += String(text)));
  }

  private async listen(socket: zmq.Dealer | zmq.Subscriber, handle: (reply: Reply) => void): Promise<void> {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>');
      const [signature, ...parts] = frames.slice(at + 1, at + 6).map(String);
      if (signature !== this.sign(parts)) throw new Error('the kernel sent a message with a bad signature');
      const [header, parent, , content] = parts.map((part) => JSON.parse(part) as Json);
      handle({
        type: String(header!.msg_type),
        content: content!,
        parent: String(parent!.msg_id ?? ''),
        header: header!,
        buffers: frames.slice(at + 6),
      });
    }
  }

  private sign(parts: string[]): string {
    const mac = createHmac('sha256', this.key);
    parts.forEach((part) => mac.update(part));
    return mac.digest('hex');
  }

  /** Sends a request and returns its id; `signature` replaces the right one, `parent` names what is answered. */
  async send(
    type: string,
    content: Json,
    channel: 'shell' | 'control' | 'stdin' = 'shell',
    { signature, buffers = [], parent = {} }: { signature?: string; buffers?: Buffer[]; parent?: Json } = {},
  ): Promise<string> {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: 'test',
      username: 'test',
      date: new Date().toISOString(),
      version: '5.4',
    };
    const parts = [header, parent, {}, content].map((part) => JSON.stringify(part));
    await this[channel].send(['<IDS|MSG>', signature ?? this.sign(parts), ...parts, ...buffers]);
    return id;
  }

  /** Sends raw frames to the shell socket. */
  async sendFrames(frames: (string | Buffer)[]): Promise<void> {
    await this.shell.send(frames);
  }

  async replyTo(id: string, limit?: number): Promise<Reply> {
    await this.until(() => this.replies.has(id), 'a reply', limit);
    return this.replies.get(id)!;
  }

  async request(type: string, content: Json, channel: 'shell' | 'control' = 'shell'): Promise<Json> {
    return (await this.replyTo(await this.send(type, content, channel))).content;
  }

  async until(condition: () => boolean, what: string, limit = 20_000): Promise<void> {
    const end = Date.now() + limit;
    while (!condition()) {
      if (this.child.exitCode !== null)
        throw new Error(`the kernel ended while waiting for ${what}:\n${this.log}`);
      if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}; kernel log:\n${this.log}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 100);
        const { watchers } = this;
        function done(): void {
          clearTimeout(timer);
          watchers.delete(done);
          resolve();
        }
        watchers.add(done);
      });
    }
  }

  /** Drops what has been received: a client of ten thousand cells would look through all of it each time. */
  forget(): void {
    this.published.length = 0;
    this.replies.clear();
  }

  /** Messages published for a request, status messages included. */
  publishedFor(id: string): Reply[] {
    return this.published.filter(({ parent }) => parent === id);
  }

  /** Waits for the reply to an execution that has been sent and for everything it published. */
  async finish(id: string, limit = 25_000): Promise<Execution> {
    const idle = (): boolean =>
      this.publishedFor(id).some(
        ({ type, content }) => type === 'status' && content.execution_state === 'idle',
      );
    await this.until(() => this.replies.has(id) && idle(), 'the end of a cell', limit);
    const reply = this.replies.get(id)!.content;
    const outputs = this.publishedFor(id).filter(({ type }) => type !== 'status' && type !== 'execute_input');
    const text = (name: string): string =>
      outputs
        .filter(({ type, content }) => type === 'stream' && content.name === name)
        .map(({ content }) => String(content.text))
        .join('');
    const result = outputs.find(({ type }) => type === 'execute_result')?.content.data as Json | undefined;
    return {
      reply,
      outputs,
      stdout: text('stdout'),
      stderr: text('stderr'),
      result: result?.['text/plain'] as string,
    };
  }

  startCell(code: string, more: Json = {}): Promise<string> {
    return this.send('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
      ...more,
    });
  }

  async execute(code: string, more: Json = {}): Promise<Execution> {
    return this.finish(await this.startCell(code, more));
  }

  /** Sends a heartbeat and returns what comes back. */
  async beat(text: string): Promise<string> {
    await this.heartbeat.send(text);
    return String((await this.heartbeat.receive())[0]);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      await this.send('shutdown_request', { restart: false }, 'control');
      await ended;
    }
    for (const socket of [this.shell, this.control, this.stdin, this.iopub, this.heartbeat]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
