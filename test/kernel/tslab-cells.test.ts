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

async function runCell(kernel: KernelClient, cell: TslabCell): Promise<void> {
  const { reply, outputs, stdout, result } = await kernel.execute(cell.code);
  const told = `${String(reply.ename)}: ${String(reply.evalue)}`;
  if (cell.error === undefined) expect(reply.status, `${cell.code}\n${told}`).toBe('ok');
  else expect(told, cell.code).toContain(cell.error);
  if (cell.result !== undefined) expect(result, cell.code).toBe(cell.result);
  if (cell.prints !== undefined) expect(stdout, cell.code).toBe(cell.prints);
  if (cell.displays === undefined) return;
  const shown = outputs.filter(({ type }) => /display_data$/.test(type));
  expect(
    shown.map(({ content }) => Object.keys(content.data as object)[0]),
    cell.code,
  ).toEqual(cell.displays);
}

async function runNotebook(name: string, cells: TslabCell[], tsconfig?: object): Promise<void> {
  const beside = join(folder, name);
  mkdirSync(beside);
  if (tsconfig) writeFileSync(join(beside, 'tsconfig.json'), JSON.stringify(tsconfig));
  const kernel = await KernelClient.start(beside);
  try {
    for (const cell of cells) await runCell(kernel, cell);
  } finally {
    await kernel.stop();
  }
}

test.each(notebooks.map((notebook, i) => [notebook.title, i] as const))(
  "tslab's cells: %s",
  { timeout: 90_000 },
  (_, i) => runNotebook(`notebook${i}`, notebooks[i]!.cells),
);

test(
  'cells without types run where the tsconfig.json beside the notebook allows it, as in tslab',
  { timeout: 60_000 },
  () =>
    runNotebook(
      'loose',
      [
        { code: 'async function run(epochs, size) { return epochs * size }' },
        { code: 'await run(2, 3)', result: '6' },
        { code: 'class Held { name: string; }\nnew Held() instanceof Held', result: 'true' },
        {
          code: 'const read = (cb: (error, value: number) => any) => cb(null, 4);\nread((_, value) => value)',
          result: '4',
        },
      ],
      { compilerOptions: { strict: false } },
    ),
);
