// The stages of `npm test`. Each gives { passed, failed }, and `words` instead of them when it could not run.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { nodeProgram, otherNodes } from './extras.mjs';
import { cache, nodeModules, root, venvPython } from './places.mjs';
import { cleanEnvironment } from './step.mjs';

const tool = (...parts) => path.join(nodeModules, ...parts);

/** Runs a program with its output shown as it comes; resolves to its exit code (1 when a signal ended it). */
function show(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** A place for a stage's report, empty: what an earlier run left must not be taken for this one's. */
function report(name) {
  mkdirSync(cache, { recursive: true });
  const file = path.join(cache, name);
  rmSync(file, { force: true });
  return file;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined; // it ended before it reported
    throw error;
  }
}

/** Together: each has one thread. */
export function linters() {
  const programs = {
    'type check': [tool('typescript', 'bin', 'tsc'), '--noEmit'],
    lint: [tool('eslint', 'bin', 'eslint.js'), '.'],
    format: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  };
  return {
    title: Object.keys(programs).join(', '),
    async run() {
      const codes = await Promise.all(Object.values(programs).map((args) => show(process.execPath, args)));
      const failed = Object.keys(programs).filter((_, i) => codes[i] !== 0);
      for (const name of failed) console.log(`FAILED  ${name}`);
      return { passed: codes.length - failed.length, failed: failed.length };
    },
  };
}

/** Runs test files (all of them when none are named) with a program of Node, and counts what they report. */
async function vitest(node, files, env = {}) {
  const file = report('vitest.json');
  const args = ['run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await show(node, [tool('vitest', 'vitest.mjs'), ...args], env);
  return {
    ...countTests(read(file), code),
    whyNotRun: 'what they need is absent: TensorFlow, Vulkan, or rights',
  };
}

export function unitTests({ long }) {
  const title = long ? 'unit tests, long ones too' : 'unit tests';
  return {
    title,
    async run() {
      const { reason } = await findChromium(); // the WebGPU tests run on the Vulkan that comes with it
      if (reason) console.log(`without the WebGPU tests: ${reason}`);
      return vitest(process.execPath, [], { SCOREBOOK_LONG: long ? '1' : '' });
    },
  };
}

/** What depends on Node's insides: the kernel (vm, loader, inspector, threads) and the engine's foreign calls. */
const nodeTests = ['cells', 'errors', 'interrupt', 'modules', 'protocol'].map(
  (name) => `test/kernel/${name}.test.ts`,
);

/** Those tests again on the other supported versions of Node. */
export function onOtherNodes() {
  return otherNodes.map((major) => ({
    title: `kernel and engine on Node ${major}`,
    async run() {
      const node = nodeProgram(major);
      if (existsSync(node)) return vitest(node, [...nodeTests, 'test/engine/compile.test.ts']);
      console.log(`Node ${major}: not run (its program is installed on 64-bit x86 Linux only)`);
      return { passed: 0, failed: process.env.CI ? 1 : 0, words: 'not run' };
    },
  }));
}

/** Failures that are not a test's: a file that cannot be imported, an error between tests, no tests at all. */
export function countTests(results, exitCode) {
  if (!results || results.numTotalTests === 0) return { passed: 0, failed: 1 };
  const broken = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = results.numFailedTests + broken.length;
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    notRun: results.numPendingTests ?? 0,
  };
}

export function notebooks({ long }) {
  const size = long ? 'full' : 'test';
  return {
    title: `notebooks, ${size} size`,
    async run() {
      const file = report('notebooks.json');
      const script = path.join(root, 'scripts', 'python', 'execute_notebooks.py');
      const seconds = long ? 1800 : 300; // a cell
      const args = [script, '--report', file, '--seconds-a-cell', String(seconds)];
      await show(venvPython, args, { SCOREBOOK_SIZE: size, JUPYTER_PREFER_ENV_PATH: '1' });
      return read(file) ?? { passed: 0, failed: 1 };
    },
  };
}

export function browser({ long }) {
  return {
    title: 'browser',
    async run() {
      const { chromium, reason } = await findChromium();
      if (!chromium) {
        console.log(`browser: not run (${reason})`);
        return { passed: 0, failed: process.env.CI ? 1 : 0, words: 'not run' };
      }
      const file = report('browser.json');
      const args = ['--import', 'tsx', path.join('test', 'browser', 'main.ts')];
      await show(process.execPath, args, {
        SCOREBOOK_CHROMIUM: chromium,
        SCOREBOOK_REPORT: file,
        SCOREBOOK_LONG: long ? '1' : '',
      });
      return read(file) ?? { passed: 0, failed: 1 };
    },
  };
}
