import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient, repository } from './client.ts';
import { notebooks, type TslabCell } from './tslab-cells.ts';

let folder: string;

/** The module that the notebook on training takes its data from. */
const points = `import * as tf from '@tensorflow/tfjs';
class Points {
  private held: number[][] = [];
  async load(): Promise<void> { this.held = [[0, 0], [0, 1], [1, 0], [1, 1]]; }
  all() { return { xs: tf.tensor2d(this.held), labels: tf.oneHot(tf.tensor1d(this.held.map(([a]) => a!), 'int32'), 2).toFloat() }; }
}
export const points = new Points();
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-tslab-'));
  mkdirSync(join(folder, 'lib'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'lib/points.ts'), points);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function runCell(kernel: KernelClient, cell: TslabCell, title: string): Promise<void> {
  const which = `${title}:\n${cell.code}`;
  const { reply, outputs, stdout, result } = await kernel.execute(cell.code);
  const told = `${String(reply.ename)}: ${String(reply.evalue)}`;
  if (cell.error === undefined) expect(reply.status, `${which}\n${told}`).toBe('ok');
  else expect(told, which).toContain(cell.error);
  if (cell.result !== undefined) expect(result, which).toBe(cell.result);
  if (cell.prints !== undefined) expect(stdout, which).toBe(cell.prints);
  if (cell.displays === undefined) return;
  const shown = outputs.filter(({ type }) => /display_data$/.test(type));
  expect(
    shown.map(({ content }) => Object.keys(content.data as object)[0]),
    which,
  ).toEqual(cell.displays);
}

/** Runs the cells in a kernel whose notebook lies in the folder `name`. */
async function inFolder(name: string, body: (kernel: KernelClient) => Promise<void>): Promise<void> {
  const beside = join(folder, name);
  mkdirSync(beside, { recursive: true });
  const kernel = await KernelClient.start(beside);
  try {
    await body(kernel);
  } finally {
    await kernel.stop();
  }
}

test.each([
  [
    'each runs, or differs as it says, also after the others in one kernel',
    notebooks.filter(({ alone }) => !alone),
  ],
  ['so does what needs a kernel of its own', notebooks.filter(({ alone }) => alone)],
])("tslab's notebooks: %s", { timeout: 120_000 }, async (name, chosen) => {
  expect(chosen).not.toEqual([]);
  await inFolder(name, async (kernel) => {
    for (const { title, cells } of chosen) for (const cell of cells) await runCell(kernel, cell, title);
  });
});

test('cells without types run where the tsconfig.json beside the notebook allows it, as in tslab', async () => {
  mkdirSync(join(folder, 'loose'));
  writeFileSync(join(folder, 'loose/tsconfig.json'), '{ "compilerOptions": { "strict": false } }');
  await inFolder('loose', async (kernel) => {
    for (const cell of [
      { code: 'async function run(epochs, size) { return epochs * size }' },
      { code: 'await run(2, 3)', result: '6' },
      { code: 'class Held { name: string; }\nnew Held() instanceof Held', result: 'true' },
      {
        code: 'const read = (cb: (error, value: number) => any) => cb(null, 4);\nread((_, value) => value)',
        result: '4',
      },
    ])
      await runCell(kernel, cell, 'loose');
  });
}, 60_000);
