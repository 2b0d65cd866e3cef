import { type FromRuntime, noInput, type Signals, type ToRuntime } from '../channels.ts';
import { Comms, isCommMessage } from './comms.ts';
import { Executor } from './executor.ts';
import { History } from './history.ts';
import { Interrupter } from './interrupter.ts';
import { kernelInfo } from './kernel-info.ts';
import type { LanguageClient } from './language-client.ts';
import { log } from './log.ts';
import { MemoryGuard } from './memory.ts';
import { textOf, type Message } from './message.ts';
import { toCodePoints, toUtf16 } from './offsets.ts';
import { Outputs } from './outputs.ts';
import type { Channel, Sockets } from './sockets.ts';

type Answer = object | Promise<object>;
type Answers = (content: Record<string, unknown>, header: object) => Answer;

const offsetOf = (cursor: unknown): number => (typeof cursor === 'number' ? cursor : 0);

/** Answers requests. Everything but execution is answered at once, also while a cell runs. */
export class Server {
  private readonly sockets: Sockets;
  private readonly language: LanguageClient;
  private readonly toRuntime: (message: ToRuntime) => void;
  private readonly history = new History();
  private readonly outputs: Outputs;
  private readonly executor: Executor;
  private readonly interrupter: Interrupter;
  private readonly comms: Comms;
  private readonly memory: MemoryGuard;
  /** Numbers of the questions put to clients, by the id of their message. */
  private readonly asked = new Map<string, number>();

  constructor(
    sockets: Sockets,
    language: LanguageClient,
    signals: Signals,
    heapLimit: number,
    toRuntime: (message: ToRuntime) => void,
  ) {
    this.sockets = sockets;
    this.language = language;
    this.toRuntime = toRuntime;
    this.outputs = new Outputs(sockets);
    this.comms = new Comms(sockets, this.outputs, toRuntime);
    this.interrupter = new Interrupter(signals, toRuntime, (how) => this.explainStuck(how));
    this.memory = new MemoryGuard(
      heapLimit,
      () => this.executor.active !== undefined,
      () => this.endFull(heapLimit),
    );
    const settled = (): Promise<void> => this.interrupter.settled();
    this.executor = new Executor(sockets, this.outputs, this.history, language, toRuntime, settled);
  }

  fromRuntime(message: FromRuntime): void {
    try {
      this.outputs.handle(message);
      this.comms.handle(message);
    } catch (error) {
      log(`The kernel could not publish an output of a cell: ${String(error)}`);
    }
    this.executor.handle(message);
    this.interrupter.handle(message);
    if (message.kind === 'input') this.ask(message);
    if (message.kind === 'done') this.asked.clear(); // nobody waits for answers to a cell that has ended
  }

  /** Handles one request of a client. */
  request(message: Message, channel: Channel): void {
    const type = message.header.msg_type;
    if (channel === 'stdin') return this.takeInput(message);
    if (type === 'execute_request' && channel === 'shell') return this.executor.enqueue(message);
    if (isCommMessage(type)) return this.comms.request(message);
    const answer = Object.hasOwn(this.answers, type) ? this.answers[type] : undefined;
    if (!answer) throw new Error(`this kernel answers no ${type} there`);
    void this.answer(message, channel, answer);
  }

  private readonly answers: Record<string, Answers> = {
    kernel_info_request: () => kernelInfo(),
    history_request: (content) => ({ status: 'ok', history: this.history.answer(content) }),
    comm_info_request: (content) => this.comms.info(content),
    is_complete_request: (content) => this.language.call('isComplete', textOf(content.code)),
    complete_request: (content) => this.complete(textOf(content.code), offsetOf(content.cursor_pos)),
    inspect_request: (content) => this.inspect(textOf(content.code), offsetOf(content.cursor_pos)),
    interrupt_request: () => {
      this.executor.interrupt();
      this.asked.clear();
      this.interrupter.interrupt(this.executor.lastRun, this.executor.active === undefined);
      return { status: 'ok' };
    },
    shutdown_request: ({ restart }, header) => {
      const reply = { status: 'ok', restart: restart === true };
      // Other clients learn of it here.
      this.sockets.publish('shutdown_reply', reply, header);
      void this.shutdown();
      return reply;
    },
  };

  private async answer(message: Message, channel: Channel, answer: Answers) {
    this.sockets.publish('status', { execution_state: 'busy' }, message.header);
    try {
      this.sockets.reply(channel, message, await answer(message.content, message.header));
    } catch (error) {
      const evalue = error instanceof Error ? error.message : String(error);
      this.sockets.reply(channel, message, { status: 'error', ename: 'KernelError', evalue, traceback: [] });
    }
    this.sockets.publish('status', { execution_state: 'idle' }, message.header);
    // Clients take the last status for the kernel's: a cell may still be running.
    const active = this.executor.active;
    if (active) this.sockets.publish('status', { execution_state: 'busy' }, active.header);
  }

  private async complete(code: string, cursor: number): Promise<object> {
    const { start, end, items } = await this.language.call('complete', code, toUtf16(code, cursor));
    const [cursor_start, cursor_end] = [toCodePoints(code, start), toCodePoints(code, end)];
    const types = items.map((item) => ({ ...item, start: cursor_start, end: cursor_end }));
    return {
      status: 'ok',
      matches: items.map(({ text }) => text),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: types },
    };
  }

  private async inspect(code: string, cursor: number): Promise<object> {
    const data = await this.language.call('inspect', code, toUtf16(code, cursor));
    return { status: 'ok', found: data !== null, data: data ?? {}, metadata: {} };
  }

  /** Puts a cell's question to the client that runs it. */
  private ask({ id, serial, prompt, password }: Extract<FromRuntime, { kind: 'input' }>): void {
    const { active, lastRun } = this.executor;
    const reason =
      !active || id !== lastRun
        ? 'input is taken only while the cell that asks is running'
        : active.content.allow_stdin !== true
          ? noInput
          : undefined;
    if (reason !== undefined) return this.toRuntime({ kind: 'noInput', serial, reason });
    this.outputs.flush();
    this.asked.set(this.sockets.ask(active!, { prompt, password }), serial);
  }

  /** Some clients do not say which question they answer: the oldest that is open. */
  private takeInput({ header, parent, content }: Message): void {
    if (header.msg_type !== 'input_reply') throw new Error(`unexpected ${header.msg_type}`);
    const [oldest] = this.asked.keys();
    const id = (parent.msg_type === 'input_request' ? parent.msg_id : oldest) ?? '';
    const serial = this.asked.get(id);
    if (serial === undefined) throw new Error('it answers no question that is open');
    this.asked.delete(id);
    this.toRuntime({ kind: 'input', serial, value: textOf(content.value) });
  }

  private explainStuck(how: 'native' | 'holding'): void {
    const text = {
      native: 'The cell is inside a native call that cannot be stopped; it ends when that call returns.',
      holding: 'The cell ends after the step that it is in. Interrupt it again to end it at once.',
    }[how];
    this.outputs.write(this.executor.lastRun, 'stderr', `${text}\n`);
  }

  private endFull(limit: number): void {
    const text = `The cell has filled the ${Math.round(limit / 2 ** 20)} MiB that JavaScript may use here, and was ended. For more, start Jupyter with NODE_OPTIONS=--max-old-space-size=8192 (MiB).`;
    this.outputs.write(this.executor.lastRun, 'stderr', `${text}\n`);
    this.executor.interrupt();
    this.interrupter.interrupt(this.executor.lastRun, false);
    this.interrupter.insistNow();
  }

  private async shutdown(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await this.sockets.close();
    this.interrupter.close();
    this.memory.close();
    this.toRuntime({ kind: 'shutdown' });
    // A busy main thread does not hear that.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 700);
  }
}
