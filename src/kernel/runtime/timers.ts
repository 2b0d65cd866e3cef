import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { inCell, mustReturn, putOff, runningCell } from './context.ts';

type Callback = (...args: unknown[]) => void;
type Put = (callback: Callback, ...args: unknown[]) => void;
type Timers = { setTimeout: typeof setTimeout; setInterval: typeof setInterval };

const plain = { ...timers };
const plainPromises = { ...timersPromises };

/** Node's own, for the kernel itself: no interrupt of a cell reaches it. */
export const { setImmediate: setPlainImmediate } = plain;

const cleared = new WeakSet<object>();

/**
 * Terminating JavaScript inside a callback of Node's timers or immediates aborts the process. A promise's continuation
 * that runs after an immediate is safe: every such callback, and whatever awaits a timer, is run there.
 */
export function wrapTimers(): void {
  const sleep = async <T>(delay?: number, value?: T, options?: object): Promise<T> => {
    const result = await plainPromises.setTimeout(delay, value, options);
    await plainPromises.setImmediate();
    return result;
  };
  const wrapped = {
    setTimeout: repeatable('setTimeout'),
    setInterval: repeatable('setInterval'),
    setImmediate: immediate,
  };
  Object.defineProperty(wrapped.setTimeout, promisify.custom, { value: sleep });
  Object.defineProperty(wrapped.setImmediate, promisify.custom, { value: plainPromises.setImmediate });
  const all = { ...wrapped, clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, all, { queueMicrotask: followed(queueMicrotask as Put) });
  process.nextTick = followed(process.nextTick as Put);
  Object.assign(timers, all);
  timersPromises.setTimeout = sleep;
  syncBuiltinESMExports();
}

/** Whether `callback` does no more than settle a promise, as in `new Promise((resolve) => setTimeout(resolve, 5))`. */
const settles = (callback: Callback): boolean =>
  callback.name === '' && Function.prototype.toString.call(callback) === 'function () { [native code] }';

/** Calls back in the cell that sets the timer, where that is still wanted. Who awaits a timer decides by itself. */
function callBack(run: () => void, callback: Callback, isCleared: () => boolean): () => void {
  const { cell, isWanted } = putOff();
  const always = settles(callback);
  return () => {
    if (isCleared() || !(always || isWanted())) return;
    Promise.resolve()
      .then(() => {
        inCell(cell, run); // what it returns is not awaited
      })
      // What a timer throws is not a rejection.
      .catch((error: unknown) => inCell(cell, () => process.emit('uncaughtException', error as Error)));
  };
}

function repeatable(kind: keyof Timers) {
  return function (callback: Callback, delay?: number, ...args: unknown[]): NodeJS.Timeout {
    if (typeof callback !== 'function') return plain[kind](callback, delay, ...args); // Node's own error
    const cell = runningCell();
    const call = callBack(
      () => callback.apply(timer, args),
      callback,
      () => cleared.has(timer),
    );
    const timer: NodeJS.Timeout = plain[kind](() => {
      if (kind === 'setInterval' && cell?.controller.signal.aborted) plain.clearTimeout(timer);
      else plain.setImmediate(call);
    }, delay);
    return timer;
  };
}

/** What is put off to the next microtask or tick stays its cell's. A loop of these ends where nothing else is heard. */
function followed(put: Put): Put {
  return (callback, ...args) => {
    const cell = typeof callback === 'function' ? runningCell() : undefined;
    const run: Callback = (...given) => {
      if (!mustReturn()) inCell(cell, () => callback(...given));
    };
    put(cell ? run : callback, ...args);
  };
}

function immediate(callback: Callback, ...args: unknown[]): NodeJS.Immediate {
  if (typeof callback !== 'function') return plain.setImmediate(callback); // Node's own error
  return plain.setImmediate(
    callBack(
      () => callback(...args),
      callback,
      () => false,
    ),
  );
}

function clear(timer: NodeJS.Timeout | string | number | undefined): void {
  if (typeof timer === 'object' && timer !== null) cleared.add(timer);
  plain.clearTimeout(timer);
}
