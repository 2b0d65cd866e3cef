import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { script } from './script.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = (name: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'scripts', name), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr: stderr.trim() };
};

describe('the commands', () => {
  it.each(['start.mjs', 'test.mjs', 'setup.mjs'])('%s explains itself', (name) => {
    const { status, stdout } = run(name, '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--help');
  });

  it.each([
    [
      'start.mjs',
      ['--prot', '1'],
      "Unknown option '--prot'. The options are --no-browser, --port, --backend, --help.",
    ],
    [
      'start.mjs',
      ['here'],
      "Unexpected argument 'here'. The options are --no-browser, --port, --backend, --help.",
    ],
    [
      'start.mjs',
      ['--port'],
      "Option '--port <value>' argument missing. The options are --no-browser, --port, --backend, --help.",
    ],
    ['start.mjs', ['--port', '99999'], '--port 99999: expected a number from 1 to 65535.'],
    [
      'start.mjs',
      ['--backend', 'abacus'],
      '--backend abacus: expected one of tensorflow, tfjs-node, webgpu, wasm.',
    ],
    ['setup.mjs', ['--all'], "Unknown option '--all'. The options are --tests, --help."],
    ['test.mjs', ['--short'], "Unknown option '--short'. The options are --long, --help."],
  ])('%s %j is refused before anything is installed', (name, args, words) => {
    expect(run(name, ...args)).toEqual({ status: 2, stdout: '', stderr: words });
  });
});

describe('the Node that runs them', async () => {
  const { nodeProblem } = await script<{ nodeProblem(version: string, oldest: number[]): string }>(
    'entry.mjs',
  );

  it('may be the oldest allowed or newer', () => {
    for (const version of ['20.20.0', '20.20.2', '22.1.0', '100.0.0'])
      expect(nodeProblem(version, [20, 20])).toBe('');
  });

  it('is named when it is too old', () => {
    for (const version of ['20.19.9', '18.20.4', '8.0.0'])
      expect(nodeProblem(version, [20, 20])).toContain(
        `needs Node 20.20 or newer and this is Node ${version}`,
      );
  });
});

describe('the count of unit tests', async () => {
  const { countTests } = await script<{
    countTests(results: unknown, code: number): { passed: number; failed: number; notRun?: number };
  }>('stages.mjs');
  const results = {
    numTotalTests: 3,
    numPassedTests: 3,
    numFailedTests: 0,
    testResults: [{ status: 'passed', assertionResults: [] }],
  };

  it('is what vitest reports', () => {
    expect(countTests({ ...results, numPendingTests: 2 }, 0)).toEqual({ passed: 3, failed: 0, notRun: 2 });
    expect(countTests({ ...results, numPassedTests: 1, numFailedTests: 2 }, 1)).toEqual({
      passed: 1,
      failed: 2,
      notRun: 0,
    });
  });

  it('fails when no test ran, or vitest ended before it reported', () => {
    expect(countTests({ ...results, numTotalTests: 0, numPassedTests: 0, testResults: [] }, 0)).toEqual({
      passed: 0,
      failed: 1,
    });
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
  });

  it('fails for a file that could not be imported, and for an error outside of tests', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(countTests({ ...results, testResults: [broken, broken] }, 1)).toEqual({
      passed: 3,
      failed: 2,
      notRun: 0,
    });
    expect(countTests(results, 1)).toEqual({ passed: 3, failed: 1, notRun: 0 });
  });
});
