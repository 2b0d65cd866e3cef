import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { cells } from './context.ts';

type Callback = (...args: unknown[]) => void;

/**
 * Terminating JavaScript inside Node's timer phase aborts the process, so callbacks of timers (and whatever awaits
 * them) run in the check phase right after it. Timers of an interrupted cell are dropped.
 */
export function wrapTimers(): void {
  const { setTimeout: plainTimeout, setInterval: plainInterval, setImmediate: plainImmediate } = timers;
  const { clearTimeout: plainClear } = timers;

  const deferred = (callback: Callback, timer: () => NodeJS.Timeout, cleared: WeakSet<object>): Callback =>
    function (this: unknown, ...args) {
      plainImmediate(() => {
        if (cells.getStore()?.controller.signal.aborted) plainClear(timer());
        else if (!cleared.has(timer())) callback.apply(this, args);
      });
    };
  const cleared = new WeakSet<object>();
  const wrap = (plain: typeof plainTimeout | typeof plainInterval) =>
    function (callback: Callback, delay?: number, ...args: unknown[]): NodeJS.Timeout {
      if (typeof callback !== 'function') return plain(callback, delay, ...args); // Node's own error
      const timer: NodeJS.Timeout = plain(
        deferred(callback, () => timer, cleared),
        delay,
        ...args,
      );
      return timer;
    };
  const clear = (timer: NodeJS.Timeout | string | number | undefined): void => {
    if (typeof timer === 'object') cleared.add(timer);
    plainClear(timer);
  };
  const immediate = (callback: Callback, ...args: unknown[]): NodeJS.Immediate =>
    plainImmediate(
      (...given: unknown[]) => {
        if (!cells.getStore()?.controller.signal.aborted) callback(...given);
      },
      ...args,
    );

  const later =
    <T>(plain: (delay?: number, value?: T, options?: object) => Promise<T>) =>
    async (delay?: number, value?: T, options?: object): Promise<T> => {
      const result = await plain(delay, value, options);
      await timersPromises.setImmediate();
      return result;
    };
  const promised = later(timersPromises.setTimeout as never);
  const wrapped = {
    setTimeout: wrap(plainTimeout),
    setInterval: wrap(plainInterval),
    setImmediate: immediate,
  };
  Object.defineProperty(wrapped.setTimeout, promisify.custom, { value: promised });
  Object.defineProperty(wrapped.setImmediate, promisify.custom, { value: timersPromises.setImmediate });
  const all = { ...wrapped, clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, all);
  Object.assign(timers, all);
  timersPromises.setTimeout = promised as typeof timersPromises.setTimeout;
  syncBuiltinESMExports();
}
