import { Session } from 'node:inspector';
import { promiseHooks } from 'node:v8';

/** One execution of a cell, and whatever it started that goes on after its end. */
export interface CellContext {
  readonly id: number;
  readonly controller: AbortController;
  /** When it was interrupted, ms on the clock of performance.now(). */
  interruptedAt?: number;
}

/** Time an interrupted cell has for its `finally` blocks, ms; what still goes on then is terminated. */
const grace = 1000;

/** A cell was interrupted: thrown where its code would go on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the cell was interrupted');
  }
}

/** Hangs a context on a promise, where no program can see it and no table has to be kept. */
class Stamp extends (function (target: object) {
  return target;
} as unknown as new (target: object) => object) {
  #context: CellContext;

  constructor(target: object, context: CellContext) {
    super(target);
    this.#context = context;
  }

  static of(target: object): CellContext | undefined {
    return #context in target ? target.#context : undefined;
  }
}

let current: CellContext | undefined;
/** The highest number of a run that has ended, or was ordered to. */
let ended = 0;
let latest: CellContext = { id: 0, controller: new AbortController() };

/**
 * Follows the running cell through promises. AsyncLocalStorage does the same, but on Node 20 it keeps a stack of async
 * ids, and Node aborts when terminated code leaves that stack behind. Timers carry their cell by themselves (timers.ts).
 */
export function trackCells(order: Int32Array): void {
  const debuggerSession = new Session();
  debuggerSession.connect();
  promiseHooks.createHook({
    init(promise: object) {
      if (current) new Stamp(promise, current);
    },
    before(promise: object) {
      current = Stamp.of(promise);
      // Code of modules does not look whether it was interrupted, as that of cells does (transform.ts). Here no code of
      // Node is on the stack that would drop the termination.
      const overdue =
        current?.interruptedAt !== undefined && performance.now() - current.interruptedAt > grace;
      if (overdue || Atomics.load(order, 0) > ended) debuggerSession.post('Runtime.terminateExecution');
    },
    after() {
      current = undefined;
    },
  });
}

/** The cells whose code has thrown what nobody caught. */
const throwers = new WeakMap<object, CellContext>();

/** Runs `body` as part of a cell. */
export function inCell<T>(context: CellContext | undefined, body: () => T): T {
  const outer = current;
  current = context;
  try {
    return body();
  } catch (thrown) {
    if (context && typeof thrown === 'object' && thrown !== null && !throwers.has(thrown))
      throwers.set(thrown, context);
    throw thrown;
  } finally {
    current = outer;
  }
}

/** The cell that an error comes from which nobody caught, or whose rejected promise nobody has awaited. */
export function cellBehind(thrown: unknown, promise?: object): CellContext {
  const thrower = typeof thrown === 'object' && thrown !== null ? throwers.get(thrown) : undefined;
  return thrower ?? (promise && Stamp.of(promise)) ?? currentCell();
}

/** After code was terminated nothing has restored the context. */
export function forgetCurrent(): void {
  current = undefined;
}

/** From now on nothing that is ordered to stop run `id` stops anything. */
export function markEnded(id: number): void {
  ended = Math.max(ended, id);
}

export function setLatest(context: CellContext): void {
  latest = context;
}

/** The cell whose code runs now, if that is known. */
export function runningCell(): CellContext | undefined {
  return current;
}

/** The cell whose code runs now, or, where that is not known, the one started last. */
export function currentCell(): CellContext {
  return current ?? latest;
}

/** Throws in an interrupted cell: its loops end here. */
export function throwIfInterrupted(): void {
  if (current?.controller.signal.aborted) throw new Interrupted();
}
