import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';
import { endless, prelude } from './endless.ts';

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

/** Resident memory of the kernel, MiB. */
function memory(): number {
  const status = readFileSync(`/proc/${kernel.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

test('a thousand interrupts at random moments', async () => {
  const next = random(1);
  const kinds = Object.entries(endless);
  for (let i = 0; i < 1000; i++) {
    const [name, code] = kinds[Math.floor(next() * kinds.length)]!;
    const id = await kernel.startCell(code);
    await kernel.until(() => kernel.publishedFor(id).length > 0, 'the kernel to take the cell');
    await new Promise((resolve) => setTimeout(resolve, next() * 120));
    await kernel.request('interrupt_request', {}, 'control');
    const { reply } = await kernel.finish(id).catch((cause: unknown) => {
      throw new Error(`interrupt ${i} did not end ${name}`, { cause });
    });
    expect(reply.status, `${name}, interrupt ${i}`).toBe('error');
    expect((await kernel.execute(`kept.here && ${i}`)).result, `after ${name}`).toBe(String(i));
    kernel.forget();
  }
}, 1_800_000);

test('a thousand malformed messages', async () => {
  const next = random(2);
  const types = ['execute', 'complete', 'inspect', 'history', 'is_complete', 'comm_info', 'nonsense'];
  const junk = [null, 7, 'text', [], {}, -1, '\0', { code: {} }];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  for (let i = 0; i < 1000; i++) {
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
  }
}, 600_000);

test('ten thousand cells: outputs in order, memory flat', async () => {
  const cells = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) {
      const { outputs } = await kernel.execute(
        `const value = ${i}; console.log('a', value); console.error('b'); console.log('c'); value`,
      );
      const texts = outputs.map(({ content }) => content.text ?? (content.data as object));
      expect(texts).toEqual([`a ${i}\n`, 'b\n', 'c\n', { 'text/plain': String(i) }]);
      kernel.forget();
    }
  };
  await cells(0, 1000);
  const before = memory();
  await cells(1000, 10_000);
  expect(memory() - before).toBeLessThan(100);
}, 1_200_000);
