import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { setTimeout as sleep } from 'node:timers/promises'; import * as fs from 'node:fs'; import * as child from 'node:child_process'; let ticks = 0; const kept = { here: true }",
  );
}, 60_000);
afterAll(() => kernel.stop());

/** Runs a cell that says when it is running, interrupts it, and waits for its end. */
async function interrupted(code: string): Promise<Record<string, unknown>> {
  const id = await kernel.startCell(`console.log('running'); ${code}`);
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
  await new Promise((resolve) => setTimeout(resolve, 60));
  await kernel.request('interrupt_request', {}, 'control');
  return (await kernel.finish(id)).reply;
}

const cells: Record<string, string> = {
  'a synchronous loop': 'for (;;) {}',
  'a loop after an await': 'await null; for (;;) {}',
  'a loop after a timer': 'await new Promise((r) => setTimeout(r, 5)); for (;;) {}',
  'a loop after a promised timer': 'await sleep(5); for (;;) {}',
  "a loop in a timer's callback": 'setTimeout(() => { for (;;) {} }, 5); await new Promise(() => {})',
  "a loop in an immediate's callback": 'setImmediate(() => { for (;;) {} }); await new Promise(() => {})',
  'a loop in a microtask': 'queueMicrotask(() => { for (;;) {} }); await new Promise(() => {})',
  'a loop after reading a file': "await fs.promises.readFile('package.json'); for (;;) {}",
  'a loop that catches everything': 'for (;;) { try { for (;;) {} } finally { ticks += 0 } }',
  'an endless loop of awaits': 'for (;;) await null',
  'an endless loop of rejections':
    'for (;;) { try { await Promise.reject(new Error()) } catch (e) { if (ticks < 0) throw e } }',
  'an endless loop of timers': 'for (;;) { await sleep(5); ticks++ }',
  'an endless async generator':
    'for await (const t of (async function* () { for (;;) { await sleep(1); yield 1 } })()) { ticks += t }',
  'a promise that never settles': 'await new Promise(() => {})',
  'a loop that prints': 'for (;;) console.log(ticks)',
  'a child process': "child.execSync('sleep 30')",
};

test.each(Object.entries(cells))('%s is interrupted and variables stay', async (_, code) => {
  const reply = await interrupted(code);
  expect(reply.status).toBe('error');
  const after = await kernel.execute('kept.here');
  expect(after.result).toBe('true');
});

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
  await new Promise((resolve) => setTimeout(resolve, 200));
  await kernel.request('interrupt_request', {}, 'control');
  expect((await kernel.finish(first)).reply.status).toBe('error');
  expect((await kernel.finish(second)).reply.status).toBe('aborted');
});
