import type {
  CompileResult,
  FromRuntime,
  Problem,
  RunFailure,
  Shown,
  RunOutcome,
  ToRuntime,
} from '../channels.ts';
import type { History } from './history.ts';
import type { LanguageClient } from './language-client.ts';
import { log } from './log.ts';
import { isRecord, textOf, type Message } from './message.ts';
import type { Outputs } from './outputs.ts';
import type { Sockets } from './sockets.ts';

type Outcome = RunOutcome | (RunFailure & { progress: 0 });

/** How long what was sent together with a failed cell may take to arrive, ms. */
const arriving = 10;

const stopsOnError = (request: Message): boolean => request.content.stop_on_error !== false;

/** Runs execute_requests one after the other: compile on the language thread, run on the main one, publish. */
export class Executor {
  /** Number of the last executed cell. */
  count = 0;
  /** The request that is being executed. */
  active: Message | undefined;
  private readonly queue: Message[] = [];
  private readonly finished = new Map<number, (outcome: RunOutcome) => void>();
  /** Number of the run that was started last: a cell's or a user expression's. */
  lastRun = 0;
  private interrupted = false;
  private stopCompiling: ((outcome: Outcome) => void) | undefined;
  private readonly sockets: Sockets;
  private readonly outputs: Outputs;
  private readonly history: History;
  private readonly language: LanguageClient;
  private readonly toRuntime: (message: ToRuntime) => void;
  /** Resolves when no interrupt is under way. */
  private readonly settled: () => Promise<void>;

  constructor(
    sockets: Sockets,
    outputs: Outputs,
    history: History,
    language: LanguageClient,
    toRuntime: (message: ToRuntime) => void,
    settled: () => Promise<void>,
  ) {
    this.sockets = sockets;
    this.outputs = outputs;
    this.history = history;
    this.language = language;
    this.toRuntime = toRuntime;
    this.settled = settled;
  }

  enqueue(request: Message): void {
    this.queue.push(request);
    if (!this.active) void this.drain();
  }

  handle(message: FromRuntime): void {
    if (message.kind !== 'done') return;
    this.finished.get(message.id)?.(message.outcome);
    this.finished.delete(message.id);
  }

  /** Ends a cell that is still being checked; one that runs is ended by the runtime. */
  interrupt(): void {
    this.interrupted = true;
    this.stopCompiling?.(interruption());
  }

  private async drain(): Promise<void> {
    for (let request = this.queue.shift(); request; request = this.queue.shift()) {
      this.active = request;
      this.interrupted = false;
      this.sockets.publish('status', { execution_state: 'busy' }, request.header);
      const ok = await this.execute(request).catch((error: unknown) =>
        this.fail(request, this.ownFailure(error)),
      );
      this.sockets.publish('status', { execution_state: 'idle' }, request.header);
      this.active = undefined;
      if (!ok && stopsOnError(request)) this.abortQueued();
    }
  }

  /** Tells the client of a cell that it failed. What comes after the reply was sent in knowledge of it, and runs. */
  private async fail(request: Message, { ename, evalue, traceback }: RunFailure): Promise<false> {
    const failed = { ename, evalue, traceback };
    this.outputs.publish(this.lastRun, 'error', failed);
    if (stopsOnError(request)) await new Promise((resolve) => setTimeout(resolve, arriving));
    this.sockets.reply('shell', request, { status: 'error', ...failed, execution_count: this.count });
    return false;
  }

  /** An error of the kernel's own: the client hears of it, and the next cell runs. */
  private ownFailure(error: unknown): RunFailure {
    log(`A cell could not be executed: ${error instanceof Error ? error.stack : String(error)}`);
    return failure('KernelError', String(error), []);
  }

  /** Answers everything that was queued behind a failed cell. */
  private abortQueued(): void {
    for (const request of this.queue.splice(0)) {
      this.sockets.publish('status', { execution_state: 'busy' }, request.header);
      // Without a number: a front end would write it beside the cell, as if that had run.
      this.sockets.reply('shell', request, { status: 'aborted' }, { status: 'aborted' });
      this.sockets.publish('status', { execution_state: 'idle' }, request.header);
    }
  }

  private async execute(request: Message): Promise<boolean> {
    const { content } = request;
    const code = textOf(content.code);
    const silent = content.silent === true;
    const recorded = !silent && content.store_history !== false;
    if (recorded) this.history.add(++this.count, code);
    const id = ++this.lastRun;
    this.outputs.open(id, request.header, silent);
    this.outputs.publish(id, 'execute_input', { code, execution_count: this.count });

    const outcome = await this.compileAndRun(id, code);
    if (outcome.status === 'error') return this.fail(request, outcome);
    if (outcome.shown) {
      this.outputs.publish(id, 'execute_result', { execution_count: this.count, ...outcome.shown });
      if (recorded) this.history.setOutput(this.count, String(outcome.shown.data['text/plain'] ?? ''));
    }
    this.outputs.flush();
    const user_expressions = await this.evaluate(content.user_expressions, request);
    this.sockets.reply('shell', request, {
      status: 'ok',
      execution_count: this.count,
      user_expressions,
      payload: [],
    });
    return true;
  }

  private async compileAndRun(id: number, code: string): Promise<Outcome> {
    if (code.trim() === '') return { status: 'ok', shown: null, progress: 0 };
    const stopped = new Promise<Outcome>((resolve) => (this.stopCompiling = resolve));
    const compiled = await Promise.race([this.compile(code), stopped]);
    this.stopCompiling = undefined;
    if ('status' in compiled) return compiled;
    if (!compiled.ok) return compileFailure(compiled.problems);
    await this.settled();
    if (this.interrupted) return interruption();
    const outcome = await new Promise<RunOutcome>((resolve) => {
      this.finished.set(id, resolve);
      const takesInput = this.active?.content.allow_stdin === true;
      this.toRuntime({ kind: 'run', id, cell: compiled.cell, takesInput });
    });
    // Not waited for: the language thread takes its calls in order, the next cell's after this one.
    this.language.call('commit', outcome.progress).catch((error: unknown) => log(String(error)));
    return outcome;
  }

  private async compile(code: string): Promise<CompileResult | Outcome> {
    try {
      return await this.language.call('compile', code, this.count);
    } catch (error) {
      log(String(error));
      const [first] = String(error).split('\n');
      return failure('KernelError', `The TypeScript service failed on this cell: ${first}`, []);
    }
  }

  private async evaluate(expressions: unknown, request: Message): Promise<Record<string, object>> {
    const results: Record<string, object> = {};
    if (!isRecord(expressions)) return results;
    for (const [name, code] of Object.entries(expressions)) {
      const id = ++this.lastRun;
      this.outputs.open(id, request.header, true);
      const outcome = await this.compileAndRun(id, textOf(code));
      const nothing: Shown = { data: { 'text/plain': 'undefined' }, metadata: {} };
      results[name] =
        outcome.status === 'ok' ? { status: 'ok', ...(outcome.shown ?? nothing) } : withoutProgress(outcome);
    }
    return results;
  }
}

function withoutProgress({ status, ename, evalue, traceback }: RunFailure): RunFailure {
  return { status, ename, evalue, traceback };
}

function failure(ename: string, evalue: string, lines: string[]): RunFailure & { progress: 0 } {
  return { status: 'error', ename, evalue, traceback: [`${ename}: ${evalue}`, ...lines], progress: 0 };
}

function interruption(): RunFailure & { progress: 0 } {
  return failure('Interrupted', 'the cell was interrupted', []);
}

function compileFailure(problems: Problem[]): RunFailure & { progress: 0 } {
  const first = problems[0];
  const traceback = problems.flatMap(({ code, message, excerpt }) => [
    `\u001b[31mTS${code}\u001b[0m: ${message}`,
    ...(excerpt ? [excerpt] : []),
  ]);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const evalue = first ? `TS${first.code}: ${first.message}${more}` : 'the cell does not compile';
  return { status: 'error', ename: 'TypeScriptError', evalue, traceback, progress: 0 };
}
