import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { promiseHooks } from 'node:v8';
import type { Signals } from '../channels.ts';

/** One execution of a cell, and whatever it started that goes on after its end. */
export interface CellContext {
  readonly id: number;
  readonly controller: AbortController;
  /** Whether the client that runs it takes questions; absent where it is not known. */
  readonly takesInput?: boolean;
  /** When it was interrupted, ms on the clock of performance.now(). */
  interruptedAt?: number;
  /** Its code holds the signal that tells it of an interrupt, and ends by itself. */
  holdsSignal?: boolean;
  /** Numbers of the imports of its code that go on. */
  readonly loads?: Set<number>;
  /** How often its code was told of the interrupt by a thrown `Interrupted`. */
  told?: number;
}

/** Time until an interrupted cell must have heard of it, ms. What then still goes on, and was never told, is terminated. */
const grace = 1000;
/** Code that was told this often catches what tells it, and goes on. */
const mostTold = 100;

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

/** What was required, by file name. */
const { cache } = createRequire(import.meta.url);

/** Cells for which modules are being loaded. */
const loaders = new Set<CellContext>();

let current: CellContext | undefined;
/** The cell whose continuation was terminated here, until the interrupt is heard. */
let terminated: CellContext | undefined;
/** The highest number of a run that has ended, or was ordered to. */
let ended = 0;
/** Cells interrupted before this moment have no more time. */
let outOfPatience = -Infinity;
let signals: Signals;
let latest: CellContext = { id: 0, controller: new AbortController() };

/**
 * Follows the running cell through promises. AsyncLocalStorage does the same, but on Node 20 it keeps a stack of async
 * ids, and Node aborts when terminated code leaves that stack behind. Timers carry their cell by themselves (timers.ts).
 */
export function trackCells(shared: Signals): void {
  signals = shared;
  const debuggerSession = new Session();
  debuggerSession.connect();
  const terminate = (cell: CellContext | undefined): void => {
    terminated = cell;
    if (cell) cutLoads(cell);
    current = undefined; // nothing that runs after this belongs to the cell
    debuggerSession.post('Runtime.terminateExecution');
    // V8 obeys at the next turn of a loop. Without one here, code that has nothing to do with this would be what it ends.
    for (const end = performance.now() + 50; performance.now() < end;);
  };
  promiseHooks.createHook({
    init(promise: object) {
      if (current) new Stamp(promise, current);
    },
    before(promise: object) {
      const cell = Stamp.of(promise);
      // Code of modules does not look whether it was interrupted, as that of cells does (transform.ts).
      if (mustReturn() || (cell && isOverdue(cell) && nothingBelow())) terminate(cell);
      current = cell;
    },
    after() {
      current = undefined;
    },
  });
}

/** Whether nobody can expect that an interrupted cell ends by itself. */
function isOverdue(cell: CellContext): boolean {
  const { interruptedAt, holdsSignal, told = 0 } = cell;
  if (interruptedAt === undefined) return false;
  if (interruptedAt < outOfPatience) return true;
  const endsByItself = holdsSignal || isLoading(cell) || (told > 0 && told < mostTold);
  return !endsByItself && performance.now() - interruptedAt > grace;
}

/** Whether a module is being loaded for it. Whoever imports a module whose load was ended in the middle waits for ever. */
function isLoading({ loads }: CellContext): boolean {
  return loads !== undefined && loads.size > 0;
}

/** To be called where the running code imports a module. Returns what is to be called when that has ended. */
export function beginLoad(): () => void {
  const number = Atomics.add(signals.loads, 0, 1) + 1;
  const cell = current;
  if (!cell?.loads) return () => {};
  const { loads } = cell;
  loads.add(number);
  loaders.add(cell);
  return () => {
    loads.delete(number);
    if (loads.size === 0) loaders.delete(cell);
  };
}

/** What a terminated cell was loading is loaded anew by the next import (hooks.mjs). */
function cutLoads(cell: CellContext): void {
  const { loads } = cell;
  // What is not loaded now never will be: its code is gone from the stack.
  for (const [name, module] of Object.entries(cache))
    if (module?.loaded === false) Reflect.deleteProperty(cache, name);
  if (!loads?.size) return;
  Atomics.store(signals.loads, 1, Math.min(...loads));
  Atomics.add(signals.loads, 2, 1);
  loads.clear();
  loaders.delete(cell);
}

/**
 * Whether V8 has called the continuation, with no JavaScript of Node below it. A termination takes the whole stack with it, and
 * Node's queues of timers, immediates and ticks do not come through that unharmed.
 */
function nothingBelow(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 20;
    Error.prepareStackTrace = (_, sites) => sites.filter((site) => !site.isAsync()).length;
    return Number(new Error().stack) <= 2; // this function, and the hook
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

/** Code that a cell puts off. */
export interface PutOff {
  /** Whose code it is, if that is known. */
  readonly cell: CellContext | undefined;
  /**
   * Whether it is to run when its time has come. What was put off before an interrupt is dropped: nobody would stop what it
   * begins. What is put off afterwards belongs to `finally` blocks.
   */
  isWanted(): boolean;
}

/** To be called where the code that runs puts something off. */
export function putOff(): PutOff {
  const cell = current;
  const isEnding = cell?.interruptedAt !== undefined;
  const isWanted = (): boolean =>
    cell?.interruptedAt === undefined ||
    (!isOverdue(cell) && (isEnding || cell.holdsSignal === true || isLoading(cell)));
  return { cell, isWanted };
}

/** Whether the main thread must return to its event loop, where it hears what it was ordered to. */
export function mustReturn(): boolean {
  return Atomics.load(signals.order, 0) > ended;
}

/** What interrupted cells have left running ends at its next continuation. */
export function losePatience(): void {
  outOfPatience = performance.now();
  for (const cell of loaders) if (isOverdue(cell)) cutLoads(cell);
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

/** To be called where no cell's code is on the stack: terminated code could not leave its cell by itself. */
export function leaveCells(): void {
  if (current) cutLoads(current);
  terminated ??= current;
  current = undefined;
}

/** The cell whose code was terminated since this was called last. */
export function takeTerminated(): CellContext | undefined {
  leaveCells();
  const cell = terminated;
  terminated = undefined;
  return cell;
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

/** The signal of the cell whose code runs now: whoever takes it ends by itself, and is given the time that it needs. */
export function takeSignal(): AbortSignal {
  const cell = currentCell();
  cell.holdsSignal = true;
  Atomics.store(signals.holding, 0, cell.id);
  return cell.controller.signal;
}

/** Throws in an interrupted cell: its loops end here. */
export function throwIfInterrupted(): void {
  if (!current?.controller.signal.aborted) return;
  current.told = (current.told ?? 0) + 1;
  throw new Interrupted();
}
