import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors, STATE_FILE } from '../../src/training/index.ts';
import { hasTensorFlow } from '../engine/tensorflow.ts';
import { runRanks, startRanks } from './team.ts';

vi.setConfig({ testTimeout: 180_000 });

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-team-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'run-'));

const furthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((loss, i) => Math.abs(loss / b[i]! - 1)));

const settings = { batch: 8, seed: 3, validateEvery: 0 };

describe.runIf(hasTensorFlow)('several processes', () => {
  it('have the losses of one with the whole batch, and the same parameters as each other', async () => {
    const [alone] = await runRanks(1, { steps: 50, ...settings });
    const [first, second] = await runRanks(2, { steps: 50, ...settings });
    expect(alone!.losses.length).toBe(50);
    expect(new Set(alone!.losses).size).toBe(50);
    expect(furthest(first!.losses, alone!.losses)).toBeLessThan(1e-4);
    expect(second).toEqual(first);
  });

  it('go on from a checkpoint of another number of them, also where the batch does not divide', async () => {
    const [alone] = await runRanks(1, { steps: 9, ...settings });
    const dir = { checkpointDir: folder() };
    const losses: number[] = [];
    for (const [count, steps] of [
      [2, 3],
      [3, 6],
      [1, 9],
    ] as const) {
      const resume = losses.length > 0;
      const ranks = await runRanks(count, { steps, resume, ...dir, ...settings });
      losses.push(...ranks[0]!.losses);
    }
    expect(losses.length).toBe(9);
    expect(furthest(losses, alone!.losses)).toBeLessThan(1e-5);
  });

  it('end within 30 s when one is killed, each saying which, and the others go on from the last step', async () => {
    const dir = folder();
    let killed = 0;
    const ranks = await startRanks(
      3,
      { steps: 100_000, checkpointEvery: 100_000, checkpointDir: dir, ...settings },
      (rank, said) => {
        if (rank !== 0 || killed > 0 || !said.includes('step 5')) return;
        killed = performance.now();
        ranks.kill(1, 'SIGKILL');
      },
    );
    const [first, , third] = await ranks.ends;
    expect(performance.now() - killed).toBeLessThan(30_000);
    for (const { status, stderr } of [first!, third!]) {
      expect(status).toBe(1);
      expect(stderr).toMatch(/PeerLost: .*rank 1 of 3 \(127\.0\.0\.1:\d+\).* ended or does not answer/);
    }
    const { metadata } = await readSafetensors(join(dir, STATE_FILE));
    const { step } = JSON.parse(metadata.scorebook!) as { step: number };
    expect(step).toBeGreaterThanOrEqual(5);
    expect(first!.stderr).toContain(`Stopped after step ${step}; ${join(dir, STATE_FILE)} has step ${step}`);
    const [resumed] = await runRanks(2, { steps: step + 2, resume: true, checkpointDir: dir, ...settings });
    const [alone] = await runRanks(1, { steps: step + 2, ...settings });
    expect(resumed!.losses.length).toBe(2);
    expect(furthest(resumed!.losses, alone!.losses.slice(-2))).toBeLessThan(1e-4);
  });

  it('refuse to train with different settings, and every rank ends', async () => {
    const each = [4, 5].map((seed) => ({ steps: 100_000, ...settings, seed }));
    const [first, second] = await (await startRanks(2, each)).ends;
    expect([first!.status, second!.status]).toEqual([1, 1]);
    expect(second!.stderr).toContain('rank 1 was started with other settings than rank 0');
    expect(first!.stderr).toMatch(/rank 1 of 2 .* ended/);
  });
});
