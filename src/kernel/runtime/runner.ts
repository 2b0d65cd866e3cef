import vm from 'node:vm';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { CompiledCell, FromRuntime, RunOutcome } from '../channels.ts';
import {
  type CellContext,
  forgetCurrent,
  inCell,
  Interrupted,
  setLatest,
  throwIfInterrupted,
} from './context.ts';
import { format } from './format.ts';
import { describeFailure, rememberScript } from './traceback.ts';

type Settlement = { value: unknown } | { thrown: unknown };
/** What compiled cells find under their parameter names; emit.ts writes the code that uses them. */
type CellFunction = (scope: object, kernel: object, meta: object) => Promise<unknown>;

interface Running {
  context: CellContext;
  settle: (settlement: Settlement) => void;
}

/** The names cells have declared. A class instance, since V8 keeps null-prototype literals as slow dictionaries. */
const Scope = function () {} as unknown as new () => Record<string, unknown>;
Scope.prototype = Object.create(null);

/** Runs cells, one at a time. */
export class Runner {
  private readonly scope = new Scope();
  private readonly send: (message: FromRuntime) => void;
  private running: Running | undefined;

  constructor(send: (message: FromRuntime) => void) {
    this.send = send;
  }

  async run(id: number, cell: CompiledCell): Promise<void> {
    const context: CellContext = { id, controller: new AbortController() };
    setLatest(context);
    rememberScript(cell);
    const progress = { done: 0 };
    // The continuation of this await is on another stack than the cell's: it runs also when that is terminated.
    const settlement = await new Promise<Settlement>((settle) => {
      this.running = { context, settle };
      setImmediate(() => void inCell(context, () => this.start(cell, progress, settle)));
    });
    const outcome = await this.outcome(settlement, context);
    this.running = undefined;
    this.send({ kind: 'done', id, outcome: { ...outcome, progress: progress.done } as RunOutcome });
  }

  /** Ends the running cell, with its timers, its output and its next `await`. */
  interrupt(): void {
    forgetCurrent();
    if (!this.running) return;
    const { context, settle } = this.running;
    context.interruptedAt = performance.now();
    context.controller.abort(new Interrupted());
    settle({ thrown: new Interrupted() });
  }

  private async start(
    cell: CompiledCell,
    progress: { done: number },
    settle: Running['settle'],
  ): Promise<void> {
    // Node survives termination in a promise's continuation after setImmediate, not in every other callback.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      const script = new vm.Script(cell.js, {
        filename: cell.fileName,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      const run = script.runInThisContext() as CellFunction;
      settle({ value: await run.call(undefined, this.scope, this.kernel(progress), meta(cell.fileName)) });
    } catch (thrown) {
      settle({ thrown });
    }
  }

  /** Helpers of compiled code. */
  private kernel(progress: { done: number }): object {
    const scope = this.scope;
    return {
      progress,
      resume<T>(value: T): T {
        throwIfInterrupted();
        return value;
      },
      /** A live view of a module's export, or of the module; a later cell may declare the name anew. */
      bind(name: string, module: Record<string, unknown>, key: string | null): void {
        const set = (value: unknown): void => {
          Object.defineProperty(scope, name, { value, writable: true, configurable: true, enumerable: true });
        };
        const get = key === null ? () => module : () => module[key];
        Object.defineProperty(scope, name, { get, set, configurable: true, enumerable: true });
      },
    };
  }

  private async outcome(settlement: Settlement, context: CellContext): Promise<object> {
    if ('thrown' in settlement) return describeFailure(settlement.thrown);
    try {
      return { status: 'ok', data: await inCell(context, () => format(settlement.value)) };
    } catch (thrown) {
      return describeFailure(thrown);
    }
  }
}

function meta(fileName: string): object {
  const url = pathToFileURL(fileName).href;
  const resolve = (specifier: string): string =>
    pathToFileURL(createRequire(fileName).resolve(specifier)).href;
  return { url, filename: fileName, dirname: dirname(fileName), resolve };
}
