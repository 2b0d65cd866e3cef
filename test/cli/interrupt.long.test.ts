import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entry, scorebook, start } from './spawn.ts';

test(
  'Ctrl-C ends training after the current step, and --resume goes on from there',
  { timeout: 600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scorebook-'));
    const args = ['train', '--batch', '2', '--validate-every', '0', '--out', folder];
    try {
      let sent = false;
      const { status, stderr } = await start(
        process.execPath,
        [entry, ...args, '--steps', '5000'],
        (said, kill) => {
          if (sent || !said.includes('step ')) return;
          sent = true;
          kill('SIGINT');
        },
      );
      expect(status).toBe(130);
      const [, stopped, saved] =
        /stopped after step (\d+): \S+training_state\.safetensors \(step (\d+)\)/.exec(stderr) ?? [];
      expect(Number(stopped)).toBeGreaterThan(0);
      expect(saved).toBe(stopped);
      expect(await readdir(folder)).toContain('training_state.safetensors');
      const resumed = await scorebook(
        ...args,
        '--resume',
        '--new-learning-rate',
        '--steps',
        String(Number(stopped) + 1),
      );
      expect(resumed.status).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
