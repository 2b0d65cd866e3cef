/** Endless loops of a library, one for each way in which code may wait. Cells import them, so the kernel does not see their code. */
import { execFile } from 'node:child_process';
import { pbkdf2, webcrypto } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { on, once } from 'node:events';
import { createReadStream, stat } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn, setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import koffi from 'koffi';

/** How many turns the loops have made; a loop that has stopped leaves it as it is. */
export const seen = { turns: 0 };

const again = async (step: () => unknown): Promise<never> => {
  for (;;) {
    await step();
    seen.turns++;
  }
};

async function deriving(iterations: number, between: () => unknown): Promise<never> {
  const { subtle } = webcrypto;
  const salt = new Uint8Array(8);
  const key = await subtle.importKey('raw', salt, 'PBKDF2', false, ['deriveBits']);
  return again(async () => {
    await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256);
    await between();
  });
}

/** Takes items for ever; `step` may bring about the next one. */
async function takeAll(
  items: AsyncIterable<unknown>,
  step: (item: unknown) => void = () => {},
): Promise<void> {
  for await (const item of items) {
    seen.turns++;
    step(item);
  }
}

async function* forEver(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await turn();
    yield new Uint8Array(1000);
  }
}

const counting = (): Transform =>
  new Transform({
    transform(chunk, _, done) {
      seen.turns++;
      done(null, chunk);
    },
  });

export const loops: Record<string, () => Promise<unknown>> = {
  'promises alone': () => again(() => null),
  'a rejected promise': () => again(() => Promise.reject(new Error('no')).catch(() => null)),
  'the next tick': () => again(() => new Promise<void>((done) => process.nextTick(done))),
  'a microtask': () => again(() => new Promise<void>((done) => queueMicrotask(done))),
  'a promised immediate': () => again(() => turn()),
  'an immediate': () => again(() => new Promise<void>((done) => setImmediate(done))),
  'an immediate that calls back': () =>
    new Promise(() => {
      const step = (): void => {
        seen.turns++;
        setImmediate(step);
      };
      step();
    }),
  'a tick that calls back': () =>
    new Promise(() => {
      const step = (): void => {
        seen.turns++;
        process.nextTick(step);
      };
      step();
    }),
  'several at once': () => Promise.all([1, 2, 3].map((i) => again(() => (i === 2 ? turn() : sleep(i))))),
  'a promised timer': () => again(() => sleep(3)),
  'a timer': () => again(() => new Promise((done) => setTimeout(done, 3))),
  'a timer that calls back': () =>
    new Promise(() => {
      const step = (): void => {
        seen.turns++;
        setTimeout(step, 2);
      };
      step();
    }),
  'a promised interval': () => takeAll(every(3)),
  'long work of the web cryptography and immediates': () => deriving(4e6, turn),
  'short work of the web cryptography and immediates': () => deriving(2e4, turn),
  'work of the web cryptography and ticks': () =>
    deriving(2e4, () => new Promise<void>((done) => process.nextTick(done))),
  'work of the cryptography': () => again(() => promisify(pbkdf2)('a', 'b', 2e4, 32, 'sha256')),
  compression: () => again(() => promisify(gzip)(new Uint8Array(1e6))),
  'a file read as a whole': () => again(() => readFile('package.json')),
  'a file handle': () =>
    again(async () => {
      const file = await open('package.json');
      try {
        await file.read({ buffer: new Uint8Array(100) });
      } finally {
        await file.close();
      }
    }),
  'a callback of the file system': () => again(() => promisify(stat)('.')),
  'a lookup': () => again(() => lookup('localhost')),
  'a stream of a file': () => takeAll(createReadStream('/dev/zero')),
  'a stream of a generator': () => takeAll(Readable.from(forEver())),
  'a pipeline': () => pipeline(forEver(), counting(), (chunks: AsyncIterable<unknown>) => takeAll(chunks)),
  'a web stream': async () => {
    const stream = new ReadableStream({ pull: (controller) => turn().then(() => controller.enqueue(1)) });
    await takeAll(stream);
  },
  "a worker's answers": async () => {
    const worker = new Worker(
      "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (x) => parentPort.postMessage(x))",
      { eval: true },
    );
    worker.unref();
    try {
      await again(() => {
        worker.postMessage(1);
        return once(worker, 'message');
      });
    } finally {
      await worker.terminate();
    }
  },
  "a port's messages": async () => {
    const { port1, port2 } = new MessageChannel();
    port2.postMessage(1);
    const messages = on(port1 as unknown as NodeJS.EventEmitter, 'message');
    await takeAll(messages, () => port2.postMessage(1));
  },
  'requests to a server': async () => {
    const server = createServer((_, response) => response.end('yes')).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await again(
      () =>
        new Promise((done, fail) => {
          get({ port, agent: false }, (response) => response.resume().once('end', done)).once('error', fail);
        }),
    );
  },
  'fetched pages': async () => {
    const server = createServer((_, response) => response.end('yes')).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await again(async () => (await fetch(`http://127.0.0.1:${port}`)).text());
  },
  'a child process': () => again(() => promisify(execFile)('true')),
  'a call of native code': () => {
    const wait = koffi.load(null).func('int usleep(uint32_t)');
    return again(() => promisify(wait.async)(2000));
  },
  'a signal shared between threads': () => {
    const word = new Int32Array(new SharedArrayBuffer(4));
    return again(() => (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync(word, 0, 0, 3).value);
  },
};

type WaitAsync = (word: Int32Array, index: number, value: number, limit: number) => { value: unknown };

/** Cells that a user may run next, each with its result. */
export const later: Record<string, [code: string, result: string]> = {
  'a sum': ['1 + 1', '2'],
  'a promised timer': ["await (await import('node:timers/promises')).setTimeout(20, 'slept')", "'slept'"],
  'a timer': ["await new Promise((done) => setTimeout(() => done('late'), 20))", "'late'"],
  'an immediate': ["await new Promise((done) => setImmediate(() => done('next')))", "'next'"],
  'a tick': ["await new Promise((done) => process.nextTick(() => done('tick')))", "'tick'"],
  'a file': [
    "JSON.parse(await (await import('node:fs/promises')).readFile('package.json', 'utf8')).name",
    "'scorebook'",
  ],
  'a callback of the file system': [
    "await new Promise((done) => require('node:fs').stat('.', (_: unknown, found: any) => done(found.isDirectory())))",
    'true',
  ],
  compression: [
    "(await (await import('node:util')).promisify((await import('node:zlib')).gzip)('x'.repeat(1000))).length < 100",
    'true',
  ],
  'a stream': [
    "let read = 0; for await (const part of require('node:fs').createReadStream('package.json')) read += part.length; read > 100",
    'true',
  ],
  'a child process': ["require('node:child_process').execSync('echo here').toString().trim()", "'here'"],
  'an awaited child process': [
    "(await (await import('node:util')).promisify(require('node:child_process').exec)('echo there') as any).stdout.trim()",
    "'there'",
  ],
};
