import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSafetensors, STATE_FILE, writeSafetensors } from '../../src/training/index.ts';

it('a kill at any moment leaves a whole checkpoint, and the next save clears what it left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scorebook-kill-'));
  const saver = fileURLToPath(new URL('./save.ts', import.meta.url));
  let last = 0;
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', saver, folder, '1', 'again and again']);
    await once(child.stdout, 'data'); // the first save is done
    await new Promise((resolve) => setTimeout(resolve, 37 * round));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { metadata, tensors } = await readSafetensors(join(folder, STATE_FILE));
    const { step } = JSON.parse(metadata.scorebook) as { step: number };
    expect(step).toBeGreaterThan(0);
    last = Math.max(last, step);
    // Every number of a state is its step: old and new are never mixed.
    for (const { data } of tensors.values()) expect(data.every((x) => x === step)).toBe(true);
  }
  expect(last).toBeGreaterThan(3);
  await writeSafetensors(join(folder, STATE_FILE), new Map());
  expect(readdirSync(folder)).toEqual([STATE_FILE]);
  rmSync(folder, { recursive: true });
}, 300_000);
