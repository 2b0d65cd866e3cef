import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCluster } from '../../src/cli/cluster.ts';
import { workerEnvironment } from '../../src/cli/trainWorkers.ts';
import { scorebook } from './spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'scorebook-workers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, 'cluster.txt');
  writeFileSync(path, text);
  return path;
};

test('a cluster file lists an address a line, with remarks', () => {
  const text = '# rank 0 first\nhead:4000\n\n10.0.0.7:4001  # the big one\n[fe80::1]:4002\n';
  expect(readCluster(file(text))).toEqual(['head:4000', '10.0.0.7:4001', '[fe80::1]:4002']);
});

test.each([
  ['head\n', /cluster\.txt, line 1: "head", expected host:port/],
  ['a:1\nb:70000\n', /line 2: "b:70000", expected host:port/],
  ['a:0\n', /line 1: "a:0", expected host:port/],
  ['a b:1\n', /line 1: "a b:1", expected host:port/],
  ['a:1\na:1\n', /line 2: a:1 stands there twice/],
  ['\n# nobody\n', /no addresses, expected host:port of every rank/],
])('%j is refused', (text, message) => {
  expect(() => readCluster(file(text))).toThrow(message);
});

test('workers share the cores, and get a GPU each where there are any', () => {
  const cpu = { cores: 8, visible: [] };
  expect(workerEnvironment(0, 3, cpu)).toEqual({ SCOREBOOK_THREADS: '2' });
  expect(workerEnvironment(3, 4, { cores: 2, visible: [] })).toEqual({ SCOREBOOK_THREADS: '1' });
  const gpus = { cores: 16, visible: ['2', 'GPU-af13'] };
  expect(workerEnvironment(1, 2, gpus)).toEqual({ SCOREBOOK_THREADS: '8', CUDA_VISIBLE_DEVICES: 'GPU-af13' });
  expect(() => workerEnvironment(0, 3, gpus)).toThrow('3 workers, but 2 GPUs: expected one for each');
});

test.each([
  [['--cluster', 'x.txt'], '--cluster and --rank go together'],
  [['--rank', '0'], '--cluster and --rank go together'],
  [['--workers', '2', '--cluster', 'x.txt', '--rank', '0'], 'expected one of them'],
  [['--workers', '33'], '--workers 33: expected at most --batch 32'],
  [['--cluster', '/no/such/file', '--rank', '0'], '--cluster: /no/such/file cannot be read: ENOENT'],
])('train %j is refused before anything starts', { timeout: 60_000 }, async (args, message) => {
  const { status, stderr } = await scorebook('train', '--out', folder, ...args);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('a rank that the cluster file does not list is refused', { timeout: 60_000 }, async () => {
  const cluster = file('a:1\nb:2\n');
  const { stderr } = await scorebook('train', '--out', folder, '--cluster', cluster, '--rank', '2');
  expect(stderr).toContain(`--rank 2: expected 0 to 1, as ${cluster} lists them`);
});
