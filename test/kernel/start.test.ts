/** What can be wrong before the first cell. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePorts, KernelClient, main, repository } from './client.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a kernel on these ports; resolves, when it has ended, to what it said. */
async function launched(ports: number[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const names = ['shell', 'control', 'iopub', 'stdin', 'hb'];
  const connection = {
    ...Object.fromEntries(names.map((name, i) => [`${name}_port`, ports[i % ports.length]])),
    ...{ ip: '127.0.0.1', transport: 'tcp', key: 'k', signature_scheme: 'hmac-sha256' },
  };
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(connection));
  const child = spawn(process.execPath, ['--no-warnings', main, file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  await once(child, 'close');
  return said;
}

test('a kernel whose sockets cannot be opened ends, and says why', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const said = await launched([(taken.address() as AddressInfo).port]);
  taken.close();
  expect(said).toMatch(/^The kernel cannot open its sockets: Address already in use\n$/);
}, 30_000);

test('a kernel that loses a thread ends, and says which', async () => {
  // Enough for the sockets and for cells, too little for the TypeScript service.
  const said = await launched(await freePorts(5), { NODE_OPTIONS: '--max-old-space-size=48' });
  expect(said).toMatch(/The kernel's \.\/language\/entry\.ts thread failed: .*ERR_WORKER_OUT_OF_MEMORY/);
  expect(said).not.toContain('terminate called');
}, 30_000);

test('the kernel stands alone: a package with nothing but it runs notebooks', async () => {
  const [here, notebooks] = [join(folder, 'package'), join(folder, 'notebooks')];
  cpSync(join(repository, 'src/kernel'), join(here, 'src/kernel'), { recursive: true });
  writeFileSync(join(here, 'package.json'), '{ "name": "alone", "version": "9.8.7", "type": "module" }');
  symlinkSync(join(repository, 'node_modules'), join(here, 'node_modules'));
  mkdirSync(notebooks);
  const kernel = await KernelClient.start(notebooks, join(here, 'src/kernel/main.mjs'));
  try {
    expect((await kernel.request('kernel_info_request', {})).implementation_version).toBe('9.8.7');
    const cell = `import * as tslab from 'tslab'; import { evaluate } from 'mathjs';
      tslab.display.html('<b>shown</b>'); const six: number = evaluate('2 * 3'); six`;
    const { outputs, result } = await kernel.execute(cell);
    expect(outputs[0]!.content.data).toEqual({ 'text/html': '<b>shown</b>' });
    expect(result).toBe('6');
  } finally {
    await kernel.stop();
  }
}, 30_000);

test('a log that nobody reads does not end the kernel', async () => {
  // What the shell starts has a pipe for its stderr whose other end stays open, and is not read.
  const other = await KernelClient.start(undefined, undefined, 'ignored');
  try {
    for (let i = 0; i < 3000; i++) await other.sendFrames(['<IDS|MSG>', 'no', 'message', `${i}`, '{}', '{}']);
    expect((await other.execute('1 + 1')).result).toBe('2');
  } finally {
    await other.stop();
  }
}, 30_000);

test('a kernel ends with the process that Jupyter names', async () => {
  const server = spawn('sleep', ['60']);
  const other = await KernelClient.start(undefined, undefined, 'read', {
    JPY_PARENT_PID: String(server.pid),
  });
  const ended = new Promise((resolve) => other.child.once('exit', (_, signal) => resolve(signal)));
  expect((await other.execute('1')).result).toBe('1');
  server.kill();
  expect(await ended).toBe('SIGKILL');
  await other.stop();
}, 30_000);

test('a cell that fills the memory ends, says how to get more, and the next one runs', async () => {
  const other = await KernelClient.start(undefined, undefined, 'read', {
    NODE_OPTIONS: '--max-old-space-size=400',
  });
  try {
    await other.execute("const kept = 'kept'");
    const fill = 'const all: number[][] = []; for (;;) all.push(new Array(1000).fill(Math.random()))';
    for (const code of [fill, fill.replace('for (;;)', 'for (;;) await null,')]) {
      const { reply, stderr } = await other.execute(`{ ${code} }`);
      expect([reply.status, stderr]).toEqual(['error', expect.stringContaining('--max-old-space-size')]);
      expect((await other.execute('kept')).result).toBe("'kept'");
    }
  } finally {
    await other.stop();
  }
}, 60_000);
