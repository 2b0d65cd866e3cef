import vm from 'node:vm';
import { pathToFileURL } from 'node:url';
import { createRequire, isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import type { CompiledCell, FromRuntime, RunFailure, RunSuccess } from '../channels.ts';
import {
  beginLoad,
  type CellContext,
  inCell,
  Interrupted,
  losePatience,
  markEnded,
  setLatest,
  takeTerminated,
  throwIfInterrupted,
} from './context.ts';
import { format, ownDisplay } from './format.ts';
import { setPlainImmediate } from './timers.ts';
import { describeFailure, rememberScript } from './traceback.ts';

/** What compiled cells find under their parameter names; emit.ts writes the code that uses them. */
type CellFunction = (scope: object, kernel: object, meta: object) => Promise<Last | undefined>;

/** The value of a cell's last expression. Itself it could be a thing that throws when a promise asks whether it is one, too. */
interface Last {
  value: unknown;
}

interface Running {
  context: CellContext;
  progress: { done: number };
}

/** The names cells have declared. A class instance, since V8 keeps null-prototype literals as slow dictionaries. */
const Scope = function () {} as unknown as new () => Record<string, unknown>;
Scope.prototype = Object.create(null);

/** Runs cells, one at a time. */
export class Runner {
  private readonly scope = new Scope();
  private readonly send: (message: FromRuntime) => void;
  private readonly onLateError: (error: unknown) => void;
  private running: Running | undefined;

  /** `onLateError` is told what an interrupted cell throws on its way out. */
  constructor(send: (message: FromRuntime) => void, onLateError: (error: unknown) => void) {
    this.send = send;
    this.onLateError = onLateError;
  }

  run(id: number, cell: CompiledCell, takesInput: boolean): void {
    const context = { id, controller: new AbortController(), takesInput, loads: new Set<number>() };
    const running: Running = { context, progress: { done: 0 } };
    setLatest(running.context);
    rememberScript(cell);
    this.running = running;
    setPlainImmediate(() => void inCell(running.context, () => this.start(cell, running)));
  }

  /**
   * Ends the run that is going on, up to number `id`, with its timers, its output and its next `await`; so too the cell
   * whose late code was terminated. It is answered here: when code is terminated, V8 drops every continuation that waits,
   * the kernel's own too. `idle`: what interrupted cells have left running ends as well.
   */
  interrupt(id?: number, idle = false): void {
    const late = takeTerminated();
    if (late) interruptCell(late);
    if (idle) losePatience();
    const { running } = this;
    if (running && (id === undefined || running.context.id <= id)) {
      interruptCell(running.context);
      this.finish(running, describeFailure(new Interrupted()));
    }
    if (id !== undefined) markEnded(id); // it may never have come here
  }

  private async start(cell: CompiledCell, running: Running): Promise<void> {
    // Node survives termination in a promise's continuation after setImmediate, not in every other callback.
    await new Promise((resolve) => setPlainImmediate(resolve));
    try {
      const script = new vm.Script(cell.js, {
        filename: cell.fileName,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
      const run = script.runInThisContext() as CellFunction;
      const last = await run.call(undefined, this.scope, this.kernel(running.progress), meta(cell.fileName));
      this.finish(running, { status: 'ok', shown: await inCell(running.context, () => format(last?.value)) });
    } catch (thrown) {
      if (this.running !== running) return inCell(running.context, () => this.onLateError(thrown));
      await inCell(running.context, () => this.showThrown(thrown, running));
      this.finish(running, describeFailure(thrown));
    }
  }

  /** An error may show itself, as a proof that fails does; its message comes after. One that cannot is told all the same. */
  private async showThrown(thrown: unknown, running: Running): Promise<void> {
    const shown = await ownDisplay(thrown).catch(() => null);
    if (shown === null || this.running !== running) return;
    this.send({ kind: 'display', id: running.context.id, ...shown, update: false });
  }

  /** Sends the outcome of a run that has not ended yet. */
  private finish(running: Running, outcome: RunFailure | RunSuccess): void {
    if (this.running !== running) return;
    const { id } = running.context;
    this.send({ kind: 'done', id, outcome: { ...outcome, progress: running.progress.done } });
    this.running = undefined;
    markEnded(id);
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
      beginLoad,
      /** The module of an import that the cell has begun. */
      async load(end: () => void, module: Promise<object>): Promise<object> {
        try {
          return await module;
        } finally {
          end();
          throwIfInterrupted();
        }
      },
      last(value: unknown): Last | Promise<Last> {
        return isThenable(value) ? Promise.resolve(value).then((value) => ({ value })) : { value };
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
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false; // whatever it is, it cannot be awaited
  }
}

function interruptCell(context: CellContext): void {
  context.interruptedAt ??= performance.now();
  context.controller.abort(new Interrupted());
}

function meta(fileName: string): object {
  const url = pathToFileURL(fileName).href;
  const resolve = (specifier: string): string => {
    if (/^(\.{0,2}\/|file:|data:|https?:)/.test(specifier)) return new URL(specifier, url).href;
    if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
    return pathToFileURL(createRequire(fileName).resolve(specifier)).href;
  };
  return { url, filename: fileName, dirname: dirname(fileName), resolve };
}
