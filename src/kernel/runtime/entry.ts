import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from '../channels.ts';
import { currentCell, trackCells } from './context.ts';
import { publishHost } from './host.ts';
import { Runner } from './runner.ts';
import { captureStreams } from './streams.ts';
import { wrapTimers } from './timers.ts';
import { describeFailure } from './traceback.ts';

/** Makes this thread the one that runs cells. */
export function startRuntime(wire: Worker, order: Int32Array): void {
  const send = (message: FromRuntime): void => wire.postMessage(message);
  Error.stackTraceLimit = 50;
  const runner = new Runner(send);
  trackCells(order);
  captureStreams(send);
  publishHost(send);
  wrapTimers();
  Object.assign(globalThis, { require: createRequire(`${process.cwd()}/`) });
  showStrayErrors(send);
  process.on('SIGINT', () => runner.interrupt());
  wire.on('message', (message: ToRuntime) => {
    if (message.kind === 'run') runner.run(message.id, message.cell);
    else if (message.kind === 'shutdown') process.exit(0);
    else {
      runner.interrupt(message.run);
      send({ kind: 'acknowledged', serial: message.serial });
    }
  });
  send({ kind: 'ready' });
}

/** An error nobody catches is shown where it comes from and does not end the kernel. */
function showStrayErrors(send: (message: FromRuntime) => void): void {
  const show = (label: string) => (thrown: unknown) => {
    const { ename, traceback } = describeFailure(thrown);
    if (ename === 'Interrupted') return;
    send({
      kind: 'stream',
      id: currentCell().id,
      name: 'stderr',
      text: `${label}: ${traceback.join('\n')}\n`,
    });
  };
  process.on('unhandledRejection', show('Unhandled rejection'));
  process.on('uncaughtException', show('Uncaught error'));
}
