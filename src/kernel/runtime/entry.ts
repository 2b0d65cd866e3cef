import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import type { FromRuntime, Signals, ToRuntime } from '../channels.ts';
import * as tslab from '../tslab.ts';
import { followCallbacks } from './callbacks.ts';
import { captureChildren } from './children.ts';
import { Comms } from './comms.ts';
import { cellBehind, leaveCells, trackCells } from './context.ts';
import { publishHost } from './host.ts';
import { Input } from './input.ts';
import { Runner } from './runner.ts';
import { replaceStdin } from './stdin.ts';
import { captureStreams } from './streams.ts';
import { setPlainImmediate, wrapTimers } from './timers.ts';
import { loadTypeScriptInWorkers } from './workers.ts';
import { describeFailure } from './traceback.ts';

/** Messages that may be on their way to the wire thread. */
const mostOnTheWay = 1000;

/** Makes this thread the one that runs cells. */
export function startRuntime(wire: Worker, signals: Signals): void {
  const send = sender(wire, signals.taken);
  Error.stackTraceLimit = 50;
  trackCells(signals);
  captureStreams(send);
  captureChildren(send);
  const show = (label: string) => showError(send, label);
  const runner = new Runner(send, show('Error after the interrupt'));
  const comms = new Comms(send, show('Error in a comm'));
  const input = new Input(send);
  publishHost(send, comms, input);
  replaceStdin(input);
  loadTypeScriptInWorkers();
  wrapTimers();
  followCallbacks();
  const exit = refuseExit();
  Object.assign(globalThis, { require: requireOfCells() });
  // An error nobody catches is shown where it comes from and does not end the kernel.
  process.on('unhandledRejection', show('Unhandled rejection'));
  process.on('uncaughtException', show('Uncaught error'));
  process.on('SIGINT', () => runner.interrupt());
  wire.on('message', (message: ToRuntime) => {
    leaveCells();
    if (message.kind === 'run') runner.run(message.id, message.cell, message.takesInput);
    else if (message.kind === 'shutdown') exit(0);
    else if (message.kind === 'comm') comms.receive(message.id, message);
    else if (message.kind !== 'interrupt') input.handle(message);
    else {
      runner.interrupt(message.run, message.idle);
      // At the end of a turn of the event loop, in which other ports hear what had come before this.
      setPlainImmediate(() => send({ kind: 'acknowledged', serial: message.serial }));
    }
  });
}

/** Waits for a wire thread that lags behind: a loop that prints is faster, and would bury an interrupt in its lines. */
function sender(wire: Worker, taken: Int32Array): (message: FromRuntime) => void {
  let sent = 0;
  return (message) => {
    wire.postMessage(message);
    sent = (sent + 1) | 0;
    for (;;) {
      const handled = Atomics.load(taken, 0);
      if (((sent - handled) | 0) <= mostOnTheWay) return;
      Atomics.wait(taken, 0, handled, 1);
    }
  };
}

/** `require` as in a file beside the notebook; "tslab" is this kernel's own, as it is for imports. */
function requireOfCells(): NodeJS.Require {
  const plain = createRequire(`${process.cwd()}/`);
  const own = (name: string): unknown => (name === 'tslab' ? tslab : plain(name));
  return Object.assign(own, plain);
}

/** Shows an error in the output of the cell that it comes from. */
function showError(
  send: (message: FromRuntime) => void,
  label: string,
): (thrown: unknown, promise?: unknown) => void {
  return (thrown, promise) => {
    const { ename, traceback } = describeFailure(thrown);
    if (ename === 'Interrupted') return;
    const { id } = cellBehind(thrown, typeof promise === 'object' && promise !== null ? promise : undefined);
    send({ kind: 'stream', id, name: 'stderr', text: `${label}: ${traceback.join('\n')}\n` });
  };
}

/** A cell's process.exit() is an error of that cell. Returns the real one. */
function refuseExit(): (code: number) => never {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    throw new Error(
      `process.exit(${code ?? ''}) would end the kernel and lose every variable: throw an error to end a cell, or shut the kernel down.`,
    );
  };
  return exit;
}
