import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCommand, type Command } from '../../src/cli/command.ts';
import { main } from '../../src/cli/index.ts';
import { UsageError } from '../../src/cli/options.ts';
import run from '../../src/cli/run.ts';
import sample from '../../src/cli/sample.ts';
import train from '../../src/cli/train.ts';
import { parameterCount, unet } from '../../src/models/index.ts';
import { saveForDiffusers, STATE_FILE } from '../../src/training/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-outputs-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = join(scratch, 'file');
writeFileSync(file, '');

/** Runs a command in this process, up to its refusal. */
async function refusal(definition: Command, ...argv: string[]): Promise<Error> {
  try {
    const { values, positionals } = parseCommand(definition, argv);
    const status = await definition.run(values, positionals);
    return new Error(`it ended with status ${status}`);
  } catch (error) {
    return error as Error;
  }
}

describe('mistakes on the command line are refused at once, with status 2', () => {
  it.each<[Command, string[], string]>([
    [
      train,
      ['--out', 'x', '--resume', '--overwrite'],
      '--resume goes on from the run in --out, --overwrite loses it',
    ],
    [train, ['--out', 'x', '--new-learning-rate'], '--new-learning-rate needs --resume'],
    [
      train,
      ['--out', 'x', '--learning-rate', '-1'],
      '--learning-rate: expected a number above 0, given "-1"',
    ],
    [train, ['--out', 'x', '--learning-rate', '0'], '--learning-rate: expected a number above 0'],
    [
      train,
      ['--out', 'x', '--checkpoint-every', '0'],
      '--checkpoint-every: expected a whole number, 1 or more',
    ],
    [train, ['--out', 'x', '--seed', '9007199254740993'], '--seed: expected a whole number, 0 or more'],
    [sample, ['--checkpoint', 'x', '--out', 'grid.jpg'], '--out: expected a file called *.png'],
    [sample, ['--checkpoint', 'x', '--out', 'grid'], '--out: expected a file called *.png'],
    [sample, ['--checkpoint', 'x', '--out', '.png'], '--out: expected a file called *.png'],
    [
      sample,
      ['--checkpoint', 'x', '--out', 'g.png', '--eta', '1.5'],
      '--eta: expected a number between 0 and 1',
    ],
  ])('%# %j', async (definition, argv, message) => {
    const error = await refusal(definition, ...argv);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(message);
  });

  it('copies of notebooks that would replace each other, or their own', async () => {
    for (const folder of ['a', 'b']) {
      mkdirSync(join(scratch, folder));
      writeFileSync(join(scratch, folder, 'x.ipynb'), '{}');
    }
    const [a, b] = ['a', 'b'].map((folder) => join(scratch, folder, 'x.ipynb'));
    const own = await refusal(run, a, '--out', join(scratch, 'a'));
    expect([own instanceof UsageError, own.message]).toEqual([
      true,
      expect.stringContaining('the copy would replace the notebook'),
    ]);
    const twice = await refusal(run, a, b, '--out', join(scratch, 'c'));
    expect([twice instanceof UsageError, twice.message]).toEqual([
      true,
      expect.stringContaining('the copies would have one name'),
    ]);
    expect(existsSync(join(scratch, 'c'))).toBe(false);
  });
});

describe('what cannot be written is refused before the work', () => {
  it('of train, whose folder is under a file, or holds a run', async () => {
    const under = await refusal(train, '--out', join(file, 'run'));
    expect(under.message).toMatch(/file\/run: nothing can be written here: a part of this path is a file/);
    const dir = join(scratch, 'run');
    mkdirSync(dir);
    writeFileSync(join(dir, STATE_FILE), 'damaged, but somebody’s');
    for (const workers of ['1', '2']) {
      const exists = await refusal(train, '--out', dir, '--workers', workers);
      expect(exists.message).toMatch(/the run here would be overwritten\. Go on from it with --resume/);
    }
    const absent = await refusal(train, '--out', join(scratch, 'none'), '--resume');
    expect(absent.message).toContain('nothing to go on from');
    expect(readdirSync(scratch)).not.toContain('none');
    expect(readdirSync(dir)).toEqual([STATE_FILE]);
  });

  it('of sample, whose model draws what is no picture', async () => {
    const dir = join(scratch, 'two-colours');
    const model = unet({ size: 8, channels: 2, widths: [4], blocks: 1, groups: 2 });
    await saveForDiffusers(dir, model, new Float32Array(parameterCount(model)));
    let said = '';
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = ((text: string) => ((said += text), true)) as typeof process.stderr.write;
    const out = join(scratch, 'two.png');
    const error = await refusal(
      sample,
      '--checkpoint',
      dir,
      '--out',
      out,
      '--n',
      '1',
      '--steps',
      '1',
    ).finally(() => (process.stderr.write = write));
    expect(error.message).toMatch(/shape \[1, 8, 8, 2\]: expected .* 1 or 3/);
    expect(said).not.toContain('ddim step'); // nothing was drawn
  }, 120_000);

  it('of sample, whose file is a folder, or under a file', async () => {
    mkdirSync(join(scratch, 'folder.png'));
    const folder = await refusal(sample, '--checkpoint', scratch, '--out', join(scratch, 'folder.png'));
    expect(folder.message).toMatch(/folder\.png: cannot be written: a folder has this name/);
    const under = await refusal(sample, '--checkpoint', scratch, '--out', join(file, 'x.png'));
    expect(under.message).toMatch(/file: nothing can be written here/);
  });

  it.skipIf(process.getuid?.() === 0)('of run, in a folder that is read-only', async () => {
    const dir = join(scratch, 'readonly');
    mkdirSync(dir);
    writeFileSync(join(dir, 'x.ipynb'), '{}');
    chmodSync(dir, 0o555);
    const error = await refusal(run, join(dir, 'x.ipynb'), '--inplace');
    chmodSync(dir, 0o755);
    expect(error.message).toMatch(/readonly: nothing can be written here: this folder is not writable/);
  });

  it('of run, whose folder is a file', async () => {
    const error = await refusal(run, join(scratch, 'a', 'x.ipynb'), '--out', file);
    expect(error.message).toMatch(/file: nothing can be written here: .*a file, not a folder/);
  });
});

it('--version says which version this is', async () => {
  let said = '';
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => ((said += text), true)) as typeof process.stdout.write;
  try {
    expect(await main(['--version'])).toBe(0);
  } finally {
    process.stdout.write = write;
  }
  const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
  expect(said).toBe(`${version}\n`);
});
