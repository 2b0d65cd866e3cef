import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';
import { endless, prelude } from './endless.ts';
import { later, loops } from './library-loops.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(prelude);
}, 60_000);
afterAll(() => kernel.stop());

/** Runs a cell that says when it is running, at once or where its code does, interrupts it, and waits for its end. */
async function interrupted(
  code: string,
  says = "console.log('running'); ",
): Promise<Record<string, unknown>> {
  const id = await kernel.startCell(says + code);
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
  await sleep(60);
  const asked = performance.now();
  await kernel.request('interrupt_request', {}, 'control');
  const { reply } = await kernel.finish(id);
  expect(performance.now() - asked).toBeLessThan(1500); // milliseconds; 0.1 s is usual
  return reply;
}

test.each(Object.entries(endless))('%s is interrupted and variables stay', async (_, code) => {
  const reply = await interrupted(code);
  expect(reply.status).toBe('error');
  const after = await kernel.execute('kept.here');
  expect(after.result).toBe('true');
});

test('a loop of compiled tensor functions is interrupted at its next step', async () => {
  const { reply } =
    await kernel.execute(`import { compile, tf, useBackend } from 'scorebook/engine'; await useBackend();
    const step = compile((x: tf.Tensor2D) => tf.softmax(tf.matMul(x, x)));
    let x: tf.Tensor2D = tf.randomNormal([512, 512]); let steps = 0`);
  expect(reply.status).toBe('ok');
  const loop =
    'for (;;) { const next = await step(x); x.dispose(); x = next as tf.Tensor2D; if (++steps === 2) console.log("running") }';
  expect((await interrupted(loop, '')).status).toBe('error'); // not within the first step, which compiles
  const left = await kernel.execute('[kept.here, steps >= 2, x.shape.join()].join()');
  expect(left.result).toBe("'true,true,512,512'");
}, 60_000);

test('a native call that cannot be stopped is waited for, and the user is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-interrupt-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const id = await kernel.startCell(`console.log('running'); fs.readFileSync('${pipe}'); for (;;) ticks++`);
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
  await sleep(60);
  await kernel.request('interrupt_request', {}, 'control');
  const told = (): boolean =>
    kernel
      .publishedFor(id)
      .some(({ content }) => String(content.text).includes('native call that cannot be stopped'));
  await kernel.until(told, 'the user to be told', 2000);
  expect((await kernel.request('complete_request', { code: 'kep', cursor_pos: 3 })).matches).toEqual([
    'kept',
  ]);
  writeFileSync(pipe, ''); // what the call waits for
  expect((await kernel.finish(id)).reply.ename).toBe('Interrupted');
  expect((await kernel.execute('kept.here')).result).toBe('true');
  rmSync(folder, { recursive: true, force: true });
});

test('interrupts at any moment end the cell they are sent to, and no other', async () => {
  const kinds = Object.values(endless);
  // The wait before an interrupt differs from cell to cell: some are still being compiled, others have looped for long.
  for (let i = 0; i < 16; i++) {
    const id = await kernel.startCell(kinds[(i * 7) % kinds.length]!);
    await kernel.until(() => kernel.publishedFor(id).length > 0, 'the kernel to take the cell');
    await sleep((i * 37) % 100);
    await kernel.request('interrupt_request', {}, 'control');
    expect((await kernel.finish(id)).reply.status).toBe('error');
    expect((await kernel.execute(`kept.here && ${i}`)).result).toBe(String(i));
  }
}, 60_000);

test('what an interrupted cell has started stops with it', async () => {
  await interrupted('setInterval(() => ticks++, 2); for (;;) { await sleep(2); ticks++ }');
  const [before, after] = [await kernel.execute('ticks'), await kernel.execute('await sleep(100); ticks')];
  expect(after.result).toBe(before.result);
});

test('a loop of awaits in a module stops, after it had time to clean up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-interrupt-'));
  writeFileSync(
    join(folder, 'endless.ts'),
    `import { stat } from 'node:fs/promises';
    export const seen = { turns: 0, cleaned: false };
    export async function endless(): Promise<never> { for (;;) { await stat('.'); seen.turns++; } }
    export async function* steps(): AsyncGenerator<number> {
      try { for (;;) { await stat('.'); yield seen.turns; } } finally { await stat('.'); seen.cleaned = true; }
    }`,
  );
  await kernel.execute(`import { endless, seen, steps } from '${folder}/endless.ts'`);
  await interrupted('for await (const step of steps()) ticks = step');
  expect((await kernel.execute('await sleep(100); seen.cleaned')).result).toBe('true');
  await interrupted('await endless()');
  const stopped = await kernel.execute(
    'await sleep(1400); const turns = seen.turns; await sleep(100); seen.turns === turns && turns > 0',
  );
  expect(stopped.result).toBe('true');
  expect((await kernel.execute('kept.here')).result).toBe('true');
  rmSync(folder, { recursive: true, force: true });
});

test('a port or emitter of an interrupted cell is heard again by a later one that listens', async () => {
  await kernel.execute("import { EventEmitter } from 'node:events'; const heard: string[] = []");
  await interrupted(`const channel = new MessageChannel(); const emitter = new EventEmitter();
    channel.port1.onmessage = () => { heard.push('old') }; emitter.on('message', () => heard.push('old'));
    await new Promise(() => {})`);
  const { result } = await kernel.execute(`channel.port1.onmessage = () => { heard.push('port') };
    emitter.removeAllListeners().on('message', () => heard.push('emitter'));
    channel.port2.postMessage(1); setTimeout(() => emitter.emit('message'), 20);
    await sleep(100); channel.port1.close(); heard.join()`);
  expect(result).toBe("'port,emitter'");
});

test('timers of other cells go on after an interrupt', async () => {
  await kernel.execute('let beats = 0; const beating = setInterval(() => beats++, 5)');
  await interrupted('await new Promise(() => {})');
  expect(
    (await kernel.execute('const seen = beats; await sleep(100); clearInterval(beating); beats > seen'))
      .result,
  ).toBe('true');
});

test('an interrupt without a running cell does nothing', async () => {
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

test('cells queued behind an interrupted one are aborted', async () => {
  const first = await kernel.startCell('for (;;) {}');
  const second = await kernel.startCell("console.log('never')");
  await kernel.until(() => kernel.publishedFor(first).length > 1, 'the first cell to run');
  await sleep(200);
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.finish(first)).reply.status).toBe('error');
  expect((await kernel.finish(second)).reply.status).toBe('aborted');
});

test('an interrupt of a cell that waits behind a late loop lets the next one run', async () => {
  await kernel.execute('setTimeout(() => { for (;;) {} }, 100); 0');
  await sleep(300);
  const id = await kernel.startCell("'never'");
  await sleep(5);
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.finish(id)).reply.ename).toBe('Interrupted');
  expect((await kernel.execute('kept.here')).result).toBe('true');
});

test('one interrupt is enough for a late loop that comes again and again', async () => {
  await kernel.execute('setInterval(() => { for (;;) {} }, 100); 0');
  await sleep(300);
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.execute('kept.here')).result).toBe('true');
  await sleep(300);
  expect((await kernel.execute('kept.here')).result).toBe('true');
});

test('an interrupt that comes while the one before is settled is not lost', async () => {
  for (let i = 0; i < 6; i++) {
    const first = await kernel.startCell(endless['a loop with another in a message behind it']!);
    await kernel.until(() => kernel.publishedFor(first).length > 1, 'the cell to run');
    await sleep(60);
    await kernel.request('interrupt_request', {}, 'control');
    await kernel.finish(first);
    const second = await kernel.startCell('for (;;) {}');
    await sleep(4 + 16 * i);
    await kernel.request('interrupt_request', {}, 'control');
    expect((await kernel.finish(second)).reply.ename).toBe('Interrupted');
  }
  expect((await kernel.execute('kept.here')).result).toBe('true');
}, 30_000);

test.each([
  ['long work of the web cryptography and immediates', 'an immediate', 2200],
  ['several at once', 'a stream', 100],
  ["a worker's answers", 'an awaited child process', 0],
  ['the next tick', 'a callback of the file system', 300],
])(
  "a library's loop over %s ends by one interrupt, and %s runs after any pause",
  async (loop, cell, pause) => {
    await kernel.execute(`import { loops, seen } from '${import.meta.dirname}/library-loops.ts'`);
    expect(Object.keys(loops)).toContain(loop);
    const reply = await interrupted(`await loops[${JSON.stringify(loop)}]!()`);
    expect(reply.ename).toBe('Interrupted');
    await sleep(pause);
    const [code, result] = later[cell]!;
    expect((await kernel.execute(code)).result).toBe(result);
  },
);

/** A module whose endless generator cleans up in many ways, one after the other, for longer than a second. */
const thorough = `import { createWriteStream, readFileSync, stat } from 'node:fs';
  import { readFile, writeFile } from 'node:fs/promises';
  import { once } from 'node:events';
  import { join } from 'node:path';
  import { promisify } from 'node:util';
  export const seen = { turns: 0, cleaned: [] as string[] };
  export async function* steps(name: string, wait: () => Promise<unknown>): AsyncGenerator<number> {
    try {
      for (;;) { await wait(); yield ++seen.turns; }
    } finally {
      const file = join(import.meta.dirname, name);
      const stream = createWriteStream(file);
      stream.write('a'); stream.end('b');
      await once(stream, 'finish');
      for (let i = 0; i < 8; i++) {
        await new Promise((done) => setTimeout(() => done(null), 150));
        await new Promise((done) => setImmediate(() => done(null)));
        await promisify(stat)(file);
        await writeFile(file, (await readFile(file, 'utf8')) + i);
      }
      if (readFileSync(file, 'utf8') === 'ab01234567') seen.cleaned.push(name);
    }
  }
  export async function follow(source: AsyncIterable<number>, signal: AbortSignal): Promise<void> {
    for await (const _ of source) signal.throwIfAborted();
  }
  export const busy = (ms: number) => { for (const end = Date.now() + ms; Date.now() < end;); };`;

test('an interrupted cell leaves a generator by its finally blocks, which end, and later cells run meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-interrupt-'));
  writeFileSync(join(folder, 'thorough.ts'), thorough);
  await kernel.execute(`import { busy, follow, seen, steps } from '${folder}/thorough.ts';
    const notebook = (globalThis as any)[Symbol.for('Jupyter.host')]`);
  const cells = {
    'a loop of the cell': "for await (const step of steps('0', () => sleep(5))) ticks = step",
    'a module with the signal':
      "await follow(steps('1', () => new Promise((done) => setTimeout(() => done(null), 5))), notebook.signal)",
    'a module with the signal, in a long step':
      "await follow(steps('2', async () => { await sleep(5); busy(400) }), notebook.signal)",
  };
  for (const [name, code] of Object.entries(cells))
    expect((await interrupted(code)).ename, name).toBe('Interrupted');
  expect((await kernel.execute('seen.turns > 0 && seen.cleaned.length < 3')).result).toBe('true');
  const cleaned =
    'for (let i = 0; i < 400 && seen.cleaned.length < 3; i++) await sleep(20); const { turns } = seen; seen.cleaned.sort()';
  expect((await kernel.execute(cleaned)).result).toBe("[ '0', '1', '2' ]");
  expect((await kernel.execute('await sleep(50); seen.turns === turns')).result).toBe('true');
  rmSync(folder, { recursive: true, force: true });
});

test('a cell that holds the signal and does not end is ended by a second interrupt', async () => {
  const id = await kernel.startCell(
    "const { signal } = (globalThis as any)[Symbol.for('Jupyter.host')]; console.log('running'); for (;;) ticks += 0",
  );
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
  await kernel.request('interrupt_request', {}, 'control');
  const told = (): boolean =>
    kernel.publishedFor(id).some(({ content }) => String(content.text).includes('Interrupt it again'));
  await kernel.until(told, 'the user to be told', 3000);
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.finish(id, 2000)).reply.ename).toBe('Interrupted');
  expect((await kernel.execute('kept.here')).result).toBe('true');
});

test('what an interrupted cell that holds the signal leaves running ends by an interrupt while no cell runs', async () => {
  await kernel.execute(`import { loops, seen } from '${import.meta.dirname}/library-loops.ts'`);
  await interrupted(
    "(globalThis as any)[Symbol.for('Jupyter.host')].signal; await loops['a promised timer']!()",
  );
  const going = 'const turns = seen.turns; await sleep(50); seen.turns > turns';
  expect((await kernel.execute(`await sleep(1200); ${going}`)).result).toBe('true');
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.execute(`await sleep(50); ${going}`)).result).toBe('false');
});

test('what an interrupted cell throws on its way out is shown with it', async () => {
  const id = await kernel.startCell(
    "console.log('running'); try { await new Promise((done) => setTimeout(done, 300)) } finally { throw new Error('disk full') }",
  );
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
  await kernel.request('interrupt_request', {}, 'control');
  await kernel.finish(id);
  const shown = (): boolean =>
    kernel.publishedFor(id).some(({ content }) => String(content.text).includes('disk full'));
  await kernel.until(shown, 'the late error to be shown', 3000);
});

/** What a module does when it is loaded, and how often the interrupted import is asked to stop. */
test.each([
  ['in a loop', 'for (const end = Date.now() + 3000; Date.now() < end;);', false],
  [
    'while it waits',
    'for (let i = 0; i < 30; i++) await new Promise<void>((done) => setTimeout(() => done(), 50));',
    false,
  ],
  [
    'for ever',
    'while (!process.env.SCOREBOOK_LOADED) await new Promise<void>((done) => setTimeout(() => done(), 5));',
    true,
  ],
])('a module whose load is interrupted %s can be imported by the next cell', async (_, body, endless) => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-interrupt-'));
  writeFileSync(join(folder, 'slow.ts'), `console.log('running'); ${body} export const value = 6 * 7;`);
  const from = `from '${folder}/slow.ts'`;
  const reply = await interrupted(`import { value as first } ${from}; const after = (kept.here = false)`, '');
  expect(reply.ename).toBe('Interrupted');
  if (endless) {
    // An interrupt while no cell runs ends it.
    await kernel.request('interrupt_request', {}, 'control');
    await kernel.execute("await sleep(50); process.env.SCOREBOOK_LOADED = 'yes'");
  }
  expect((await kernel.execute(`import { value } ${from}; value`)).result).toBe('42');
  expect((await kernel.execute('kept.here')).result).toBe('true'); // the interrupted cell did not go on
  rmSync(folder, { recursive: true, force: true });
});
