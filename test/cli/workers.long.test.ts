import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reservePorts } from '../../src/engine/index.ts';
import { hasTensorFlow } from '../engine/tensorflow.ts';
import { entry, scorebook, start } from './spawn.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'scorebook-workers-'))));
afterAll(() => rm(folder, { recursive: true }));

const common = ['train', '--batch', '4', '--validate-every', '0'];
const timeout = 300_000;

/** Process ids of the workers that the `scorebook` of this folder has started. */
function workersOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' });
  return stdout.split('\n').map(Number).filter(Boolean);
}

describe.runIf(hasTensorFlow)('scorebook train --workers', () => {
  test(
    'is interrupted as one: every worker stops after the same step, and one alone goes on',
    { timeout },
    async () => {
      const out = join(folder, 'interrupted');
      let sent = false;
      const ended = await start(
        process.execPath,
        [entry, ...common, '--workers', '2', '--steps', '5000', '--out', out],
        (said, kill) => {
          if (sent || !said.includes('step ')) return;
          sent = true;
          kill('SIGINT');
        },
      );
      expect(ended.status).toBe(130);
      const [, step] =
        /stopped after step (\d+): \S+ \(step \1\); --resume goes on from it/.exec(ended.stderr) ?? [];
      expect(Number(step)).toBeGreaterThan(0);
      const more = ['--resume', '--new-learning-rate', '--steps', String(Number(step) + 1), '--out', out];
      expect(await scorebook(...common, ...more)).toMatchObject({ status: 0 });
    },
  );

  test('ends when a worker is killed, names it, and keeps the last step', { timeout }, async () => {
    const out = join(folder, 'killed');
    let killed = 0;
    const args = [entry, ...common, '--workers', '2', '--steps', '5000', '--out', out];
    const ended = await start(process.execPath, args, (said, _kill, pid) => {
      if (killed > 0 || !said.includes('step ')) return;
      killed = performance.now();
      process.kill(Math.max(...workersOf(pid)), 'SIGKILL');
    });
    expect(performance.now() - killed).toBeLessThan(30_000);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('rank 1 was ended by SIGKILL');
    expect(ended.stderr).toMatch(
      /rank 0: rank 1 of 2 .* ended .* has step \d+: resume from it, with any number/,
    );
    expect(await readdir(out)).toContain('training_state.safetensors');
  });

  test('leaves no worker behind when it is killed itself', { timeout }, async () => {
    let workers: number[] = [];
    const args = [entry, ...common, '--workers', '2', '--steps', '5000', '--out', join(folder, 'orphans')];
    await start(process.execPath, args, (said, kill, pid) => {
      if (workers.length > 0 || !said.includes('step ')) return;
      workers = workersOf(pid);
      kill('SIGKILL');
    });
    expect(workers.length).toBe(2);
    const alive = () => workers.filter((pid) => spawnSync('kill', ['-0', String(pid)]).status === 0);
    await expect.poll(alive, { timeout: 20_000 }).toEqual([]);
  });
});

test.runIf(hasTensorFlow)(
  'train --cluster joins processes that were started apart',
  { timeout },
  async () => {
    const { ports, release } = await reservePorts(2);
    const cluster = join(folder, 'cluster.txt');
    await writeFile(cluster, ports.map((port) => `127.0.0.1:${port}\n`).join(''));
    const rank = (r: number) =>
      scorebook(
        ...common,
        '--steps',
        '2',
        '--cluster',
        cluster,
        '--rank',
        String(r),
        '--out',
        join(folder, `rank${r}`),
      );
    const [first, second] = await Promise.all([rank(0), rank(1)]);
    release();
    expect([first.status, second.status]).toEqual([0, 0]);
    expect(first.stdout).toContain('done: checkpoint in');
    expect(second.stdout).toBe('');
    expect(await readdir(folder)).not.toContain('rank1');
  },
);
