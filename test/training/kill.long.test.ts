import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MODEL_FILE, readSafetensors, STATE_FILE, writeSafetensors } from '../../src/training/index.ts';
import { run, unetOf } from './folderRun.ts';

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

it('processes killed at each file operation in turn leave a folder that the next start makes whole', async () => {
  const killed = fileURLToPath(new URL('./killed.ts', import.meta.url));
  const attempt = (dir: string, k: number) =>
    spawnSync(process.execPath, ['--import', 'tsx', killed, dir, String(k)], { encoding: 'utf8' });
  const prepared = async () => {
    const dir = mkdtempSync(join(tmpdir(), 'scorebook-killed-'));
    await run(dir, unetOf([2]), 1, {});
    return dir;
  };
  const log = JSON.parse(attempt(await prepared(), Infinity).stdout) as string[];
  const kills = log.flatMap((name, i) => (name !== 'write' || log[i - 1] !== name ? [i + 1] : []));
  expect(kills.length).toBeGreaterThan(30);
  for (const k of kills) {
    const dir = await prepared();
    expect(attempt(dir, k).signal).toBe('SIGKILL');
    expect(await run(dir, unetOf([2]), 2, { resume: true })).toBeLessThanOrEqual(2);
    expect(readdirSync(dir).sort()).toEqual(['config.json', MODEL_FILE, STATE_FILE].sort());
    for (const name of [STATE_FILE, MODEL_FILE]) {
      const { tensors, metadata } = await readSafetensors(join(dir, name));
      expect((JSON.parse(metadata.scorebook) as { step: number }).step, `${name}, killed at ${k}`).toBe(2);
      for (const { data } of tensors.values()) expect(data.every((x) => x === 2)).toBe(true);
    }
    rmSync(dir, { recursive: true });
  }
}, 600_000);
