import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Checkout, type Machine } from './checkout.ts';

const everything = ['npm ci', 'venv of python3', 'pip jupyter', 'pip tensorflow-cpu'];
const made: Checkout[] = [];

function checkout(machine?: Machine) {
  const one = new Checkout(machine);
  made.push(one);
  return one;
}

/** Sets up on a machine where something is wrong, and returns the one sentence that is said. */
async function sentence(machine: Machine): Promise<string> {
  const { code, output } = await checkout(machine).run('setup.mjs');
  expect(code).toBe(1);
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith('…') && !line.includes(': done in'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/^\s+at /);
  return lines[0];
}

afterEach(() => made.splice(0).forEach(({ folder }) => rmSync(folder, { recursive: true })));

describe('setting up', () => {
  it('installs everything once, by hash, and nothing on the second run', async () => {
    const fresh = checkout();
    expect((await fresh.run('setup.mjs')).commands).toEqual(everything);
    const second = await fresh.run('setup.mjs');
    expect(second.commands).toEqual([]);
    expect(second.output.trim()).toBe('everything is installed');
  });

  it('installs what only the tests need when asked to, once, apart from the workbook', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    const { commands } = await one.run('setup.mjs', ['--tests']);
    expect(commands).toEqual(['venv of python', 'pip testing', 'npm ci nodes']);
    expect(one.has('.cache/nodes/node_modules')).toBe(true);
    expect(one.contents('.cache/testing')['site-packages/venv.pth']).toMatch(/\.venv\/site-packages\n$/);
    expect((await one.run('setup.mjs', ['--tests'])).commands).toEqual([]);
  });

  it('installs again what the locks have changed, and only that', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    one.write('package-lock.json', '{}');
    expect((await one.run('setup.mjs')).commands).toEqual(['npm ci']);
    one.write('scripts/python/jupyter.txt', 'jupyterlab==9 --hash=sha256:0\n');
    expect((await one.run('setup.mjs')).commands).toEqual(everything.slice(1));
  });

  it.each(['ci', '-m venv', 'jupyter.txt', 'tensorflow-cpu.txt'])(
    'takes nothing half-installed for whole when "%s" fails',
    async (part) => {
      const one = checkout({ failing: { [part]: 'something odd' } });
      const broken = await one.run('setup.mjs');
      expect(broken.code).toBe(1);
      expect(broken.output).toMatch(/something odd \(the whole of it is in \.cache\/setup\.log\)/);
      one.become({});
      const { commands, code } = await one.run('setup.mjs');
      expect(code).toBe(0);
      expect(commands).toEqual(part === 'ci' ? everything : everything.slice(1));
    },
  );

  it('makes the environment anew when its stamp is cut short, or its Python has changed', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    one.write('.venv/scorebook.json', '{"root": "/so');
    expect((await one.run('setup.mjs')).commands).toEqual(everything.slice(1));
    one.become({ pythons: { python3: { version: [3, 12, 5] } } });
    expect((await one.run('setup.mjs')).commands).toEqual(everything.slice(1));
  });

  it('keeps the npm packages when Node was switched, and not when they came from another kind of machine', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    expect(one.contents('node_modules')['.scorebook.json']).not.toContain(process.versions.modules);
    const stamp = JSON.parse(one.contents('node_modules')['.scorebook.json']);
    one.write('node_modules/.scorebook.json', JSON.stringify({ ...stamp, machine: 'darwin arm64' }));
    expect((await one.run('setup.mjs')).commands).toEqual(['npm ci']);
  });

  it('waits for another setup of the same checkout', async () => {
    const one = checkout();
    const runs = await Promise.all([one.run('setup.mjs'), one.run('setup.mjs'), one.run('setup.mjs')]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect((await one.run('setup.mjs')).commands).toEqual([]);
    const calls = [...new Set(runs.flatMap(({ commands }) => commands))];
    expect(calls.length).toBeLessThanOrEqual(everything.length);
    expect(one.has('.cache/setup.lock')).toBe(false);
  });

  it('goes on when the process that held the lock is gone, though its number is in use again', async () => {
    const one = checkout();
    for (const holder of [
      { pid: 2 ** 30, began: '1' },
      { pid: process.pid, began: 'long ago' },
    ]) {
      mkdirSync(path.join(one.folder, '.cache/setup.lock'), { recursive: true });
      one.write('.cache/setup.lock/holder.json', JSON.stringify(holder));
      expect((await one.run('setup.mjs')).code).toBe(0);
      expect(one.has('.cache/setup.lock')).toBe(false);
    }
  });

  it('takes the CUDA build where a GPU answers, also when the GPU came later', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    one.become({ gpu: true });
    expect((await one.run('setup.mjs')).commands).toEqual([
      'venv of python3',
      'pip jupyter',
      'pip tensorflow-gpu',
    ]);
    expect((await one.run('setup.mjs')).commands).toEqual([]);
  });
});

describe('an environment that works is not lost for a better one', () => {
  const upgrade = ['venv of python3', 'pip jupyter', 'pip tensorflow-gpu'];
  const offline = 'NewConnectionError: Failed to establish a new connection';
  const warningsOf = (output: string) => output.split('\n').filter((line) => line.startsWith('warning:'));

  /** All but the note of the failed attempt. */
  const environment = (one: Checkout) => {
    const { 'scorebook.json': stamp, ...files } = one.contents('.venv');
    return { ...files, stamp: { ...JSON.parse(stamp), refused: undefined } };
  };

  it.each(['-m venv', 'jupyter.txt', 'tensorflow-gpu.txt'])(
    'a GPU has come and "%s" fails: it goes on as it was, with one warning',
    async (part) => {
      const one = checkout();
      await one.run('setup.mjs');
      one.write('.venv/mine.txt', 'kept');
      const before = environment(one);
      one.become({ gpu: true, failing: { [part]: offline } });
      const { code, output } = await one.run('setup.mjs');
      expect(code).toBe(0);
      expect(environment(one)).toEqual(before);
      expect(warningsOf(output)).toEqual([
        expect.stringMatching(/a GPU answers.*stays as it was.*registry cannot be reached/),
      ]);
      // The next start leaves it alone; asked for by name, it is tried again, and done once it can be.
      expect((await one.run('start.mjs')).commands).toEqual(['jupyterlab']);
      one.become({ gpu: true });
      expect((await one.run('setup.mjs')).commands).toEqual(upgrade);
      expect(one.has('.venv/mine.txt')).toBe(false);
      expect((await one.run('setup.mjs')).commands).toEqual([]);
    },
  );

  it('a day after a failure a start tries again', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    one.become({ gpu: true, failing: { 'tensorflow-gpu.txt': offline } });
    expect((await one.run('start.mjs')).commands).toEqual([...upgrade, 'jupyterlab']);
    expect((await one.run('start.mjs')).commands).toEqual(['jupyterlab']);
    const stamp = JSON.parse(one.contents('.venv')['scorebook.json']);
    one.write('.venv/scorebook.json', JSON.stringify({ ...stamp, refused: stamp.refused - 25 * 3600_000 }));
    one.become({ gpu: true });
    expect((await one.run('start.mjs')).commands).toEqual([...upgrade, 'jupyterlab']);
  });

  it('a GPU has come and the Python with a wheel has gone: what was there is better', async () => {
    const one = checkout({ pythons: { python3: { version: [3, 14, 0] }, 'python3.12': {} } });
    await one.run('setup.mjs');
    one.become({ pythons: { python3: { version: [3, 14, 0] }, 'python3.12': { glibc: '' } }, gpu: true });
    expect(await one.run('setup.mjs')).toMatchObject({ code: 0, commands: [] });
  });

  it('the process is killed in the middle: the next one begins with what there was', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    const before = environment(one);
    mkdirSync(path.join(one.folder, '.cache'), { recursive: true });
    renameSync(path.join(one.folder, '.venv'), path.join(one.folder, '.cache/venv-before'));
    mkdirSync(path.join(one.folder, '.venv/bin'), { recursive: true });
    expect((await one.run('setup.mjs')).commands).toEqual([]);
    expect(environment(one)).toEqual(before);
    expect(one.has('.cache/venv-before')).toBe(false);
  });

  it('what the locks have changed cannot be installed: it fails, and the old one is still there', async () => {
    const one = checkout();
    await one.run('setup.mjs');
    const before = environment(one);
    one.write('scripts/python/jupyter.txt', 'jupyterlab==9 --hash=sha256:0\n');
    one.become({ failing: { 'jupyter.txt': offline } });
    expect((await one.run('setup.mjs')).code).toBe(1);
    expect(environment(one)).toEqual(before);
  });
});

describe('without a Python that TensorFlow has a wheel for', () => {
  it.each([
    ['too new', { version: [3, 14, 0] }, /no wheel for Python 3\.14/],
    ['free-threaded', { version: [3, 13, 1], freeThreaded: true }, /free-threaded/],
    ['on another processor', { machine: 'aarch64' }, /64-bit x86 Linux only/],
    ['on musl', { glibc: '' }, /needs glibc 2\.27/],
  ])('(%s) goes on with wasm and one warning', async (_, facts, why) => {
    const { code, output, commands } = await checkout({ pythons: { python3: facts } }).run('setup.mjs');
    expect(code).toBe(0);
    expect(commands).toEqual(everything.slice(0, 3));
    const warnings = output.split('\n').filter((line) => line.startsWith('warning:'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(why);
    expect(warnings[0]).toMatch(/wasm/);
  });

  it('prefers another Python that has one, and takes it when it comes later', async () => {
    const one = checkout({ pythons: { python3: { version: [3, 14, 0] } } });
    await one.run('setup.mjs');
    expect((await one.run('setup.mjs')).commands).toEqual([]);
    one.become({ pythons: { python3: { version: [3, 14, 0] }, 'python3.12': {} } });
    expect((await one.run('setup.mjs')).commands).toEqual([
      'venv of python3.12',
      'pip jupyter',
      'pip tensorflow-cpu',
    ]);
  });
});

describe('what is wrong is said in one sentence with what to do', () => {
  it('when there is no Python', async () => {
    expect(await sentence({ pythons: {} })).toMatch(
      /needs Python 3\.10 to 3\.13 and found no Python: install one.*apt-get install python3/,
    );
  });

  it('when every Python is too old', async () => {
    expect(await sentence({ pythons: { python3: { version: [3, 8, 10] } } })).toMatch(
      /found only python3 3\.8\.10: install a newer one/,
    );
  });

  it('when the venv module is missing', async () => {
    expect(await sentence({ pythons: { python3: { version: [3, 11, 2], venv: false } } })).toMatch(
      /apt-get install python3\.11-venv/,
    );
  });

  // The words are those of npm 11, pip 23 and Python 3.11, met with the cable out or the disk full.
  it.each([
    [
      'npm',
      'ci',
      'npm error code ENOTFOUND\nnpm error network request to x failed, reason: getaddrinfo ENOTFOUND x',
      /registry cannot be reached/,
    ],
    [
      'npm',
      'ci',
      'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write',
      /disk is full/,
    ],
    [
      'pip',
      'jupyter.txt',
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError('<pip>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /x/\nERROR: No matching distribution found for anyio==4.16.0",
      /registry cannot be reached/,
    ],
    [
      'pip',
      'tensorflow-cpu.txt',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      /disk is full/,
    ],
    [
      'pip',
      'tensorflow-cpu.txt',
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
      /not the one that was pinned/,
    ],
    ['venv', '-m venv', "Error: [Errno 13] Permission denied: '/x/.venv'", /may not be written/],
  ])('when %s meets it (%s: %s)', async (_, part, words, say) => {
    expect(await sentence({ failing: { [part]: words } })).toMatch(say);
  });

  it('when the named Python does not run', async () => {
    const { code, output } = await checkout().run('setup.mjs', [], { SCOREBOOK_PYTHON: '/no/python' });
    expect(code).toBe(1);
    expect(output).toContain('SCOREBOOK_PYTHON names /no/python, which does not run');
  });
});
