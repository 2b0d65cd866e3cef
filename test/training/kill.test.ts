import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { LOCK_FILE, MODEL_FILE, readSafetensors, STATE_FILE } from '../../src/training/index.ts';
import type { AnyModel } from '../../src/training/architectures.ts';
import { killAt } from './faults.ts';
import { run, unetOf } from './folderRun.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-kill-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const long = Boolean(process.env.SCOREBOOK_LONG);
const dead = spawnSync(process.execPath, ['-e', '']).pid;

/** What this process did becomes the work of one that has ended. */
function bury(dir: string): void {
  for (const name of readdirSync(dir)) {
    const file = join(dir, name);
    if (name === LOCK_FILE)
      writeFileSync(file, readFileSync(file, 'utf8').replace(`"pid":${process.pid}`, `"pid":${dead}`));
    if (name.endsWith(`.${process.pid}.tmp`))
      renameSync(file, file.replace(`.${process.pid}.tmp`, `.${dead}.tmp`));
  }
}

const stepOf = async (file: string): Promise<number> => {
  const { tensors, metadata } = await readSafetensors(file);
  const { step } = JSON.parse(metadata.scorebook) as { step: number };
  for (const { data } of tensors.values()) expect(data.every((x) => x === step)).toBe(true);
  return step;
};

const [old, other] = [unetOf([2]), unetOf([2, 3])];
const scenarios: [
  string,
  prepare: (dir: string) => Promise<unknown>,
  attempt: (dir: string) => Promise<unknown>,
  AnyModel,
][] = [
  ['the first checkpoint', () => Promise.resolve(), (dir) => run(dir, old, 2, {}), old],
  ['a further checkpoint', (dir) => run(dir, old, 1, {}), (dir) => run(dir, old, 2, { resume: true }), old],
  [
    'another run over the old one, of another network',
    (dir) => run(dir, old, 1, {}),
    (dir) => run(dir, other, 2, { overwrite: true }),
    other,
  ],
];

/** Kills to try: at every operation, but in a row of writes to one file only at the first and the last. */
const killsOf = (log: readonly string[]): number[] =>
  log.flatMap((name, i) =>
    long || name !== 'write' || log[i - 1] !== name || log[i + 1] !== name ? [i + 1] : [],
  );

/** Runs `body`, which is killed at operation k, and returns what was done. */
async function killed(k: number, body: () => Promise<unknown>): Promise<readonly string[]> {
  const faults = killAt(k);
  try {
    const error = await body().then(
      () => undefined,
      (failure: Error) => failure,
    );
    if (k < Infinity || error) expect(String(error)).toContain('killed');
    return faults.log;
  } finally {
    faults.undo();
  }
}

it.each(scenarios)(
  'a kill at any file operation of %s leaves a folder that the next start makes whole',
  async (_, prepare, attempt, network) => {
    const folder = async () => {
      const dir = mkdtempSync(join(scratch, 'run-'));
      await killed(Infinity, () => prepare(dir));
      return dir;
    };
    const whole = await folder();
    const kills = killsOf(await killed(Infinity, () => attempt(whole)));
    expect(kills.length).toBeGreaterThan(30); // the lock, and each of three files made, written, flushed, named
    for (const k of kills) {
      const dir = await folder();
      await killed(k, () => attempt(dir));
      bury(dir);
      // The next start: on with what there is, where that is of this network.
      const there = readdirSync(dir).includes(STATE_FILE) ? await stepOf(join(dir, STATE_FILE)) : 0;
      const mine = there === 2 || (there === 1 && network === old);
      const how = there === 0 ? {} : mine ? { resume: true } : { overwrite: true };
      const wanted = there === 2 ? 2 : 3; // a run that has nothing left to do mends as well
      await killed(Infinity, async () => {
        expect(await run(dir, network, wanted, how), `killed at ${k}`).toBe(mine ? there : undefined);
      });
      expect(readdirSync(dir).sort(), `killed at ${k}`).toEqual(
        ['config.json', MODEL_FILE, STATE_FILE].sort(),
      );
      expect(await stepOf(join(dir, STATE_FILE)), `killed at ${k}`).toBe(wanted);
      expect(await stepOf(join(dir, MODEL_FILE)), `killed at ${k}`).toBe(wanted);
      const config = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as Record<string, unknown>;
      expect(config.block_out_channels).toEqual((network.config as { widths: number[] }).widths);
      rmSync(dir, { recursive: true });
    }
  },
  long ? 600_000 : 120_000,
);
