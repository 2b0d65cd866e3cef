import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { FromRuntime, Signals, ToRuntime } from '../channels.ts';
import { LanguageClient } from './language-client.ts';
import { log } from './log.ts';
import { Codec } from './message.ts';
import { Server } from './server.ts';
import { Sockets, type Connection } from './sockets.ts';

const { connection, port, signals, heapLimit } = workerData as {
  connection: Connection;
  port: MessagePort;
  signals: Signals;
  /** Bytes that the heap of the main thread may hold. */
  heapLimit: number;
};
const runtime = parentPort!;
const sockets = new Sockets(new Codec(connection.key, connection.signature_scheme));
const server = new Server(sockets, new LanguageClient(port), signals, heapLimit, (message: ToRuntime) =>
  runtime.postMessage(message),
);
runtime.on('message', (message: FromRuntime) => {
  Atomics.add(signals.taken, 0, 1);
  server.fromRuntime(message);
});
void sockets
  .open(connection, (message, channel) => server.request(message, channel))
  .then(
    () => sockets.publish('status', { execution_state: 'starting' }, {}),
    (error: Error) => {
      log(`The kernel cannot open its sockets: ${error.message}`);
      process.kill(process.pid, 'SIGKILL'); // zeromq aborts the process when its thread ends by an error
    },
  );

// A kernel whose server has died would stay for ever. Jupyter names the process that a kernel is to end with.
const parent = Number(process.env.JPY_PARENT_PID);
if (parent && isAlive(parent))
  setInterval(() => {
    if (!isAlive(parent)) process.kill(process.pid, 'SIGKILL');
  }, 1000).unref();

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
