import crypto from 'node:crypto';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';
import { type CellContext, inCell, runningCell } from './context.ts';

type Callable = (...args: unknown[]) => unknown;

/** The cell that first listened to an emitter. */
const listening = new WeakMap<object, CellContext>();

/** Events that bring something new. The others end what was begun, and Node itself listens to them. */
const news = new Set<unknown>(['connection', 'data', 'line', 'message', 'request']);

/**
 * Makes what events and Node's callbacks run belong to the cell that asked for it; promises and timers do already. To a cell
 * that was interrupted nothing new comes: it has ended, and nobody would stop what it begins.
 */
export function followCallbacks(): void {
  followEmitters();
  followPorts();
  // What has a synchronous twin takes a callback as its last argument.
  for (const module of [fs, crypto, zlib] as unknown as Record<string, unknown>[])
    for (const name of Object.keys(module))
      if (typeof module[`${name}Sync`] === 'function') module[name] = bindLast(module[name] as Callable);
  syncBuiltinESMExports();
}

function followEmitters(): void {
  const prototype = EventEmitter.prototype as unknown as Record<string, Callable>;
  for (const name of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) {
    const add = prototype[name]!;
    prototype[name] = function (this: object, ...args: unknown[]): unknown {
      const cell = runningCell();
      if (cell && !listening.has(this)) listening.set(this, cell);
      return add.apply(this, args);
    };
  }
  const emit = prototype.emit!;
  prototype.emit = function (this: object, ...args: unknown[]): unknown {
    const cell = runningCell() ? undefined : listening.get(this);
    if (cell?.controller.signal.aborted && news.has(args[0])) return false;
    return cell ? inCell(cell, () => emit.apply(this, args)) : emit.apply(this, args);
  };
}

/** The same for message ports and channels, which are no emitters: for what is told of by `addEventListener`. */
function followPorts(): void {
  const prototype = EventTarget.prototype as unknown as Record<string, Callable>;
  const wrapped = new WeakMap<object, Callable>();
  const wrap = (listener: object): Callable =>
    function (this: object, ...args: unknown[]): unknown {
      const cell = runningCell() ? undefined : listening.get(this);
      if (cell?.controller.signal.aborted) return undefined;
      return inCell(cell ?? runningCell(), () =>
        typeof listener === 'function'
          ? (listener as Callable).apply(this, args)
          : (listener as { handleEvent: Callable }).handleEvent(...args),
      );
    };
  const add = prototype.addEventListener!;
  prototype.addEventListener = function (this: object, ...args: unknown[]): unknown {
    const [type, listener, ...more] = args as [unknown, object | null, ...unknown[]];
    const cell = runningCell();
    if (!listener || !news.has(type) || !cell) return add.apply(this, args);
    if (!listening.has(this)) listening.set(this, cell);
    if (!wrapped.has(listener)) wrapped.set(listener, wrap(listener));
    return add.call(this, type, wrapped.get(listener), ...more);
  };
  const remove = prototype.removeEventListener!;
  prototype.removeEventListener = function (this: object, ...args: unknown[]): unknown {
    remove.apply(this, args);
    const wrapper = wrapped.get(args[1] as object);
    return wrapper && remove.call(this, args[0], wrapper, ...args.slice(2));
  };
}

function bindLast(original: Callable): Callable {
  const bound = function (this: unknown, ...args: unknown[]): unknown {
    const cell = runningCell();
    const callback = args.at(-1);
    if (cell && typeof callback === 'function')
      args[args.length - 1] = (...given: unknown[]) =>
        cell.controller.signal.aborted ? undefined : inCell(cell, () => (callback as Callable)(...given));
    return original.apply(this, args);
  };
  return Object.defineProperties(bound, Object.getOwnPropertyDescriptors(original)) as Callable;
}
