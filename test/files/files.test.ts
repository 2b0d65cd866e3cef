import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FolderInUse, lockFolder, probeFile, probeFolder, writeAtomically } from '../../src/files/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-files-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = () => mkdtempSync(join(scratch, 'f-'));
/** The number of a process that has ended. */
const dead = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('a file that cannot be written', () => {
  it('is named with the reason and the remedy, also where nothing can be cleaned up', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, 'here');
    const under = join(file, 'deep', 'x.bin');
    await expect(writeAtomically(under, [Buffer.from('x')])).rejects.toThrow(
      /^\S+\/file\/deep\/x\.bin: not saved: a part of this path is a file, not a folder: choose another path \(ENOTDIR\)\. What was saved before is untouched$/,
    );
    const taken = folder();
    await expect(writeAtomically(taken, [Buffer.from('x')])).rejects.toThrow(/a folder has this name/);
    expect(readdirSync(scratch).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is found out before the work', async () => {
    const dir = folder();
    const file = join(dir, 'file');
    writeFileSync(file, 'here');
    await expect(probeFolder(join(file, 'x'))).rejects.toThrow(
      /file\/x: nothing can be written here: .*ENOTDIR/,
    );
    await expect(probeFile(join(file, 'x.png'))).rejects.toThrow(/file: nothing can be written here/);
    await expect(probeFile(dir)).rejects.toThrow(/cannot be written: a folder has this name/);
    await probeFile(file);
    await probeFile(join(dir, 'new', 'x.png'));
    expect(readFileSync(file, 'utf8')).toBe('here');
    expect(readdirSync(dir)).toEqual(['file', 'new']);
  });
});

it('what killed processes left goes with the next write, and what running ones are at stays', async () => {
  const dir = folder();
  for (const name of [
    `.x.0.${dead()}.tmp`,
    `.x.${dead()}.tmp`,
    `.x.0.${process.pid}.tmp`,
    `.y.0.${dead()}.tmp`,
  ])
    writeFileSync(join(dir, name), '');
  await writeAtomically(join(dir, 'x'), [Buffer.from('x')]);
  const left = readdirSync(dir);
  expect(left).toContain(`.x.0.${process.pid}.tmp`);
  expect(left.length).toBe(3);
});

describe('the lock of a folder', () => {
  it('is had by one at a time, and again after it was given back', async () => {
    const dir = join(folder(), 'made');
    const first = await lockFolder(dir, 'run.lock');
    await expect(lockFolder(dir, 'run.lock')).rejects.toThrow(
      /made: in use: this process has it since .*Choose another folder, or leave the loop of that run first/,
    );
    await first.release();
    const second = await lockFolder(dir, 'run.lock');
    await first.release(); // not its own any more
    await expect(lockFolder(dir, 'run.lock')).rejects.toThrow(FolderInUse);
    await second.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('goes to one of many that ask at once', async () => {
    const dir = folder();
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir, 'run.lock')));
    expect(asked.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect(readdirSync(dir)).toEqual(['run.lock']);
  });

  it.each<[string, () => object | string]>([
    ['a process that has ended', () => ({ pid: dead(), host: hostname(), since: 'then', token: 't' })],
    [
      'a process whose number another has now',
      () => ({ pid: process.ppid, birth: 'another boot 1', host: hostname(), since: 'then', token: 't' }),
    ],
    ['a process that was killed while it wrote it', () => '{"pid": 12'],
    ['nobody', () => ''],
  ])('of %s is taken over', async (_, holder) => {
    const dir = folder();
    const content = holder();
    writeFileSync(join(dir, 'run.lock'), typeof content === 'string' ? content : JSON.stringify(content));
    const lock = await lockFolder(dir, 'run.lock');
    await lock.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    [
      { pid: process.ppid, host: hostname() },
      /in use: process \d+ has it since then\. .*wait for it or end it/,
    ],
    [{ pid: 1, host: 'elsewhere' }, /process 1 on elsewhere .*if it has ended, remove \S+run\.lock/],
  ])('of a process that may run is respected: %j', async (holder, message) => {
    const dir = folder();
    writeFileSync(join(dir, 'run.lock'), JSON.stringify({ ...holder, since: 'then', token: 't' }));
    await expect(lockFolder(dir, 'run.lock')).rejects.toThrow(message);
    expect(readdirSync(dir)).toEqual(['run.lock']);
  });

  it('cannot be had where nothing can be written, which is said', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'in'));
    writeFileSync(join(dir, 'in', 'file'), '');
    await expect(lockFolder(join(dir, 'in', 'file'), 'run.lock')).rejects.toThrow(
      /nothing can be written here/,
    );
  });
});
