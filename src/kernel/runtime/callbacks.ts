import crypto from 'node:crypto';
import dns from 'node:dns';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import zlib from 'node:zlib';
import { inCell, type PutOff, putOff, runningCell } from './context.ts';

type Callable = (...args: unknown[]) => unknown;

/** The cell that first listened to an emitter, since the one before was interrupted. */
const listening = new WeakMap<object, PutOff>();

/** Events that bring something new. The others end what was begun, and Node itself listens to them. */
const news = new Set<unknown>(['connection', 'data', 'line', 'message', 'request']);

/**
 * Makes what events and Node's callbacks run belong to the cell that asked for it; promises and timers do already. To an
 * interrupted cell nothing new comes that it has not asked for since.
 */
export function followCallbacks(): void {
  followEmitters();
  // What has a synchronous twin takes a callback as its last argument.
  for (const module of [fs, crypto, zlib] as unknown as Record<string, unknown>[])
    for (const name of Object.keys(module))
      if (typeof module[`${name}Sync`] === 'function') module[name] = bindLast(module[name] as Callable);
  const lookups = dns as unknown as Record<string, Callable>;
  for (const name of Object.keys(dns).filter((name) => /^(lookup|resolve|reverse)/.test(name)))
    lookups[name] = bindLast(lookups[name]!);
  syncBuiltinESMExports();
}

function listens(target: object): void {
  const first = listening.get(target);
  if (runningCell() && (!first || first.cell?.controller.signal.aborted)) listening.set(target, putOff());
}

function followEmitters(): void {
  const prototype = EventEmitter.prototype as unknown as Record<string, Callable>;
  for (const name of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) {
    const add = prototype[name]!;
    prototype[name] = function (this: object, ...args: unknown[]): unknown {
      listens(this);
      return add.apply(this, args);
    };
  }
  const emit = prototype.emit!;
  prototype.emit = function (this: object, ...args: unknown[]): unknown {
    const listener = runningCell() ? undefined : listening.get(this);
    if (!listener) return emit.apply(this, args);
    if (news.has(args[0]) && !listener.isWanted()) return false;
    return inCell(listener.cell, () => emit.apply(this, args));
  };
}

function bindLast(original: Callable): Callable {
  const bound = function (this: unknown, ...args: unknown[]): unknown {
    const { cell, isWanted } = putOff();
    const callback = args.at(-1);
    if (cell && typeof callback === 'function')
      args[args.length - 1] = (...given: unknown[]) =>
        isWanted() ? inCell(cell, () => (callback as Callable)(...given)) : undefined;
    return original.apply(this, args);
  };
  return Object.defineProperties(bound, Object.getOwnPropertyDescriptors(original)) as Callable;
}
