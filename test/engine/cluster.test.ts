import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { joinTeam, reservePorts, tf, useBackend } from '../../src/engine/index.ts';
import { closeToOtherMachines } from '../../src/engine/cluster/loopback.ts';
import { encodeServerDef } from '../../src/engine/cluster/serverDef.ts';
import { hasTensorFlow } from './tensorflow.ts';

const fixture = new URL('../reference/engine_server.json', import.meta.url);
const servers = JSON.parse(readFileSync(fixture, 'utf8')) as {
  addresses: string[];
  rank: number;
  threads: number;
  hex: string;
}[];

test.each(servers)("rank $rank of $addresses is told as TensorFlow's own classes tell it", (server) => {
  const { addresses, rank, threads, hex } = server;
  const made = encodeServerDef(addresses, rank, { intraOpThreads: threads });
  expect(Buffer.from(made).toString('hex')).toBe(hex);
});

const libc = koffi.load('libc.so.6');

/** The device that a listening socket is tied to; '' for every device. */
function deviceOf(fd: number): string {
  const name = Buffer.alloc(16);
  const read = libc.func('int getsockopt(int, int, int, void*, void*)');
  const length = Uint32Array.of(16);
  expect(read(fd, 1, 25, name, length)).toBe(0);
  return name.toString('latin1', 0, name.indexOf(0));
}

describe('ports', () => {
  test('that are reserved are different ones, and nobody else gets them before they are released', async () => {
    const { ports, release } = await reservePorts(3);
    expect(new Set(ports).size).toBe(3);
    const server = createServer();
    // Node's own listener has SO_REUSEADDR, as TensorFlow's has; a client is given a port that nobody holds.
    const taken: number[] = [];
    for (let i = 0; i < 200; i++) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      taken.push((server.address() as { port: number }).port);
      server.close();
      await once(server, 'close');
    }
    expect(taken.filter((port) => ports.includes(port))).toEqual([]);
    // Whoever means this very port, as the worker that it was reserved for does, may have it.
    server.listen(ports[0], '0.0.0.0');
    await once(server, 'listening');
    server.close();
    release();
  });

  test('of a server are tied to the loopback device, and still answer there', async () => {
    const server = createServer((socket) => socket.end('here'));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    expect(deviceOf(fd)).toBe('');
    await closeToOtherMachines(port);
    expect(deviceOf(fd)).toBe('lo');
    const { stdout } = await promisify(execFile)(process.execPath, [
      '-e',
      `require('net').connect(${port}, '127.0.0.1').pipe(process.stdout)`,
    ]);
    expect(stdout).toBe('here');
    server.close();
    await expect(closeToOtherMachines(1)).rejects.toThrow('no server of this process listens on port 1');
  });
});

/** A neighbour on a network of two, made of a pair of virtual devices; needs root. */
const neighbour = {
  name: `scorebook${process.pid}`,
  address: '198.18.77.1',
  ip: (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' }),
  make(): boolean {
    const [near, far] = [`sb${process.pid}a`, `sb${process.pid}b`];
    const steps = [
      ['netns', 'add', this.name],
      ['link', 'add', near, 'type', 'veth', 'peer', 'name', far],
      ['link', 'set', far, 'netns', this.name],
      ['addr', 'add', `${this.address}/30`, 'dev', near],
      ['link', 'set', near, 'up'],
      ['-n', this.name, 'addr', 'add', '198.18.77.2/30', 'dev', far],
      ['-n', this.name, 'link', 'set', far, 'up'],
    ];
    return steps.every((step) => this.ip(...step).status === 0);
  },
  remove(): void {
    this.ip('link', 'del', `sb${process.pid}a`);
    this.ip('netns', 'del', this.name);
  },
  async reaches(port: number): Promise<boolean> {
    const program = `require('net').connect(${port}, '${this.address}').on('connect', () => process.exit(0)).on('error', () => process.exit(1)); setTimeout(() => process.exit(1), 5000)`;
    const command = ['netns', 'exec', this.name, process.execPath, '-e', program];
    return promisify(execFile)('ip', command).then(
      () => true,
      () => false,
    );
  },
};

test.runIf(process.getuid?.() === 0)(
  'a neighbour on the network reaches a server, and not one that was closed to other machines',
  { timeout: 60_000 },
  async (context) => {
    try {
      if (!neighbour.make()) return context.skip('virtual network devices cannot be made here');
      const server = createServer((socket) => socket.end());
      server.listen(0, '0.0.0.0');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      expect(await neighbour.reaches(port)).toBe(true);
      await closeToOtherMachines(port);
      expect(await neighbour.reaches(port)).toBe(false);
      server.close();
    } finally {
      neighbour.remove();
    }
  },
);

describe.runIf(hasTensorFlow)('joining', () => {
  const addresses = ['127.0.0.1:1', '127.0.0.1:2'];

  test('is refused before it does harm: on another backend, with tensors about, as nobody of the list', async () => {
    await useBackend({ backend: 'wasm' });
    await expect(joinTeam({ addresses, rank: 0 })).rejects.toThrow('on libtensorflow only');
    await useBackend({ backend: 'tensorflow' });
    await expect(joinTeam({ addresses, rank: 2 })).rejects.toThrow('rank: 2, expected 0 … 1 of 2 addresses');
    const tensor = tf.scalar(1);
    await expect(joinTeam({ addresses, rank: 0 })).rejects.toThrow('expected no tensor before it');
    tensor.dispose();
  });

  const script = fileURLToPath(new URL('../training/rank.ts', import.meta.url));
  const join = (order: object) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)]).catch(
      (error: { stderr: string }) => error,
    );

  test('on a port that is taken fails and says so', { timeout: 60_000 }, async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const own = `127.0.0.1:${(server.address() as { port: number }).port}`;
    const { stderr } = await join({ addresses: [own, '127.0.0.1:2'], rank: 0, options: { steps: 1 } });
    server.close();
    expect(stderr).toContain(`the server at ${own} does not start (is the port taken?)`);
  });

  test(
    'without the others ends after the patience it was given, naming them',
    { timeout: 60_000 },
    async () => {
      const { ports, release } = await reservePorts(1);
      const order = { addresses: [`127.0.0.1:${ports[0]}`, '127.0.0.1:2'], rank: 0, patience: 2 };
      const { stderr } = await join({ ...order, options: { steps: 1 } });
      release();
      expect(stderr).toContain('rank 1 (127.0.0.1:2) did not come within 2 s; start every rank');
    },
  );
});
