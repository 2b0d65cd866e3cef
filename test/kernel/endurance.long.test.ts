import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';
import { nodeProgram, otherNodes } from '../../scripts/lib/extras.mjs';
import { endless, prelude } from './endless.ts';
import { later, loops } from './library-loops.ts';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(prelude);
}, 60_000);
afterAll(() => kernel.stop());

/** What V8 lets the heaps of three threads fill, and fray, before it collects them, MiB. */
const slack = 100;

/**
 * Memory of the kernel at rest, MiB: the resident set of its process, and the heap of the thread that runs cells without any
 * garbage. A snapshot collects all of it; an ordinary collection keeps the code of what ran lately.
 */
async function memory(): Promise<{ resident: number; heap: number }> {
  const { result } = await kernel.execute(
    "(await import('node:v8')).getHeapSnapshot().destroy(); process.memoryUsage().heapUsed",
  );
  await sleep(3000); // the thread of the language service collects its own after two seconds
  const status = readFileSync(`/proc/${kernel.child.pid}/status`, 'utf8');
  return { resident: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024, heap: Number(result) / 2 ** 20 };
}

/** Fails where `body`, after its first tenth, leaves more behind than garbage. */
async function keepsMemoryFlat(times: number, body: (i: number) => Promise<void>): Promise<void> {
  const from = times / 10;
  for (let i = 0; i < from; i++) await body(i);
  const before = await memory();
  for (let i = from; i < times; i++) await body(i);
  const after = await memory();
  const grown = { resident: after.resident - before.resident, heap: after.heap - before.heap };
  console.log(`${times} times: ${JSON.stringify({ before, grown })}`);
  expect(grown.resident).toBeLessThan(slack);
  // Sources and source maps for tracebacks, 8 MiB of characters at most, and the history of inputs.
  expect(grown.heap).toBeLessThan(10);
}

test('ten thousand cells: outputs in order, memory flat', async () => {
  await keepsMemoryFlat(10_000, async (i) => {
    const { outputs } = await kernel.execute(
      `const value = ${i}; console.log('a', value); console.error('b'); console.log('c'); value`,
    );
    const texts = outputs.map(({ content }) => content.text ?? (content.data as object));
    expect(texts).toEqual([`a ${i}\n`, 'b\n', 'c\n', { 'text/plain': String(i) }]);
    kernel.forget();
  });
}, 1_200_000);

test('a thousand edits of cells that declare much, each used by the next cell: memory flat', async () => {
  await keepsMemoryFlat(1000, async (i) => {
    const fields = Array.from(
      { length: 300 },
      (_, n) => `field${n}: { value: ${i + n}, unit: 'm' as const }`,
    );
    await kernel.execute(`const table = { ${fields.join(', ')} }; type Table = typeof table`);
    const { result } = await kernel.execute('const copy: Table = { ...table }; copy.field299.value');
    expect(result).toBe(String(i + 299));
    kernel.forget();
  });
}, 600_000);

test('a thousand interrupts at random moments, memory flat', async () => {
  const next = random(1);
  const kinds = Object.entries(endless);
  await keepsMemoryFlat(1000, async (i) => {
    const [name, code] = kinds[Math.floor(next() * kinds.length)]!;
    const id = await kernel.startCell(code);
    await kernel.until(() => kernel.publishedFor(id).length > 0, 'the kernel to take the cell');
    await sleep(next() * 120);
    await kernel.request('interrupt_request', {}, 'control');
    const { reply } = await kernel.finish(id).catch((cause: unknown) => {
      throw new Error(`interrupt ${i} did not end ${name}`, { cause });
    });
    expect(reply.status, `${name}, interrupt ${i}`).toBe('error');
    expect((await kernel.execute(`kept.here && ${i}`)).result, `after ${name}`).toBe(String(i));
    kernel.forget();
  });
}, 1_800_000);

const programs = [process.execPath, ...otherNodes.map(nodeProgram)].filter((program) => existsSync(program));

test.each(programs)(
  "interrupts of a library's loops, with every pause up to 10 s before the next cell, on %s",
  async (program) => {
    const next = random(3);
    const library = await KernelClient.start(undefined, undefined, 'read', {}, program);
    await library.execute(
      `import { loops, seen } from '${import.meta.dirname}/library-loops.ts'; const kept = 'here'`,
    );
    const cells = Object.entries(later);
    for (const loop of [...Object.keys(loops), ...Object.keys(loops)]) {
      const id = await library.startCell(`await loops[${JSON.stringify(loop)}]!()`);
      await library.until(() => library.publishedFor(id).length > 0, 'the kernel to take the cell');
      await sleep(next() * 1000);
      await library.request('interrupt_request', {}, 'control');
      const { reply, stderr } = await library.finish(id);
      expect([reply.ename, stderr], loop).toEqual(['Interrupted', '']);
      const pause = next() * 10_000;
      await sleep(pause);
      const [name, [code, result]] = cells[Math.floor(next() * cells.length)]!;
      const moment = `${name}, ${pause} ms after the interrupt of ${loop}`;
      expect((await library.execute(code)).result, moment).toBe(result);
      expect((await library.execute('kept')).result, moment).toBe("'here'");
      if (pause < 2000) continue;
      const { result: stopped } = await library.execute(
        'const turns = seen.turns; await new Promise((done) => setTimeout(done, 100)); seen.turns === turns',
      );
      expect(stopped, `${loop} goes on`).toBe('true');
      library.forget();
    }
    await library.stop();
  },
  1_800_000,
);

test('a thousand malformed messages, memory flat', async () => {
  const next = random(2);
  const types = ['execute', 'complete', 'inspect', 'history', 'is_complete', 'comm_info', 'nonsense'];
  const junk = [null, 7, 'text', [], {}, -1, '\0', { code: {} }];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  await keepsMemoryFlat(1000, async (i) => {
    if (i % 2) {
      const frames = Array.from({ length: Math.floor(next() * 8) + 1 }, () =>
        next() < 0.3 ? '<IDS|MSG>' : randomBytes(Math.floor(next() * 200)),
      );
      await kernel.sendFrames(frames);
    } else {
      const content = { code: pick(junk), cursor_pos: pick(junk), user_expressions: pick(junk) };
      // Code that fails would have the cells behind it aborted, the one below among them.
      Object.assign(content, { stop_on_error: false });
      await kernel.send(`${pick(types)}_request`, content);
    }
    if (i % 100 === 99) expect((await kernel.execute(`kept.here && ${i}`)).result).toBe(String(i));
    kernel.forget();
  });
}, 600_000);

test('texts longer than any string do not end the kernel', async () => {
  const id = await kernel.startCell(
    "const long = 'x'.repeat(2 ** 28 - 1); for (let i = 0; i < 3; i++) process.stdout.write(long)",
  );
  const reply = await kernel.replyTo(id, 60_000);
  expect(reply.content.status).toBe('ok');
  kernel.forget();
  expect((await kernel.execute('1')).result).toBe('1');
}, 120_000);
