import fc from 'fast-check';
import { expect, test } from 'vitest';
import { command, helpText, parseCommand } from '../../src/cli/command.ts';
import { nearest } from '../../src/options/index.ts';
import { choice, flag, integer, number, requiredText, text } from '../../src/cli/options.ts';
import { duration } from '../../src/cli/progress.ts';

const example = command({
  name: 'bake',
  summary: 'Bake a loaf.',
  options: {
    heat: number('degrees', 200, { min: 0, max: 300 }),
    loaves: integer('how many', undefined, { min: 1 }),
    flour: choice('kind', ['rye', 'wheat'], 'rye'),
    out: requiredText('where to', 'DIR'),
    note: text('remark', 'TEXT'),
    quiet: flag('say nothing'),
  },
  positionals: { usage: 'FILE…', min: 0, max: 2 },
  run: () => Promise.resolve(0),
});

const parse = (...argv: string[]) => parseCommand(example, ['--out', 'x', ...argv]).values;

test('values are read in their types and what is absent has its default', () => {
  expect(parse('--heat', '180.5', '--loaves=3', '--quiet')).toEqual({
    heat: 180.5,
    loaves: 3,
    flour: 'rye',
    out: 'x',
    note: undefined,
    quiet: true,
  });
});

test('positionals may stand anywhere', () => {
  expect(parseCommand(example, ['a', '--out', 'x', 'b']).positionals).toEqual(['a', 'b']);
  expect(parseCommand(example, ['--out', 'x', '--', '--heat']).positionals).toEqual(['--heat']);
});

test.each([
  [['--heat', '-1'], '--heat: expected a number between 0 and 300, given "-1"'],
  [['--heat', '1e3'], 'expected a number between 0 and 300, given "1e3"'],
  [['--heat', ''], 'given ""'],
  [['--heat', 'NaN'], 'given "NaN"'],
  [['--loaves', '1.5'], '--loaves: expected a whole number, 1 or more, given "1.5"'],
  [['--flour', 'oat'], '--flour: expected rye or wheat, given "oat"'],
  [['--flour'], '--flour needs a value: --flour rye|wheat'],
  [['--flour', '--quiet'], '--flour needs a value'],
  [['--quiet=yes'], '--quiet takes no value, given "yes"'],
  [['--heat', '20', '--heat=30'], '--heat is given twice: expected one value'],
  [['--out', 'y'], '--out is given twice'],
  [['--note', ''], '--note: expected a text, given ""'],
  [['--haet', '3'], 'unknown option --haet (did you mean --heat?)'],
  [['--qu'], 'unknown option --qu (did you mean --quiet?)'],
  [['--constructor'], 'unknown option --constructor'],
  [['-x'], 'unknown option -x'],
  [['a', 'b', 'c'], 'unexpected argument "c"'],
])('%j is refused: %s', (argv, message) => {
  expect(() => parse(...argv)).toThrow(message);
});

test('what is required and absent is named, but not when help is asked for', () => {
  expect(() => parseCommand(example, [])).toThrow('--out DIR is required: where to');
  expect(parseCommand(example, ['--help']).help).toBe(true);
  expect(parseCommand(example, ['-h']).help).toBe(true);
});

test('help lists every option with its default', () => {
  const help = helpText(example);
  for (const expected of [
    '--heat X',
    '(default 200)',
    '(required)',
    '--flour rye|wheat',
    'bake FILE…',
    '--help',
  ]) {
    expect(help).toContain(expected);
  }
});

test('any whole number in range is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (n) => {
      expect(parse('--loaves', String(n)).loaves).toBe(n);
    }),
  );
});

test('the nearest name is suggested only when it is near', () => {
  expect(nearest('trian', ['train', 'sample'])).toBe('train');
  expect(nearest('lear', ['learning-rate', 'seed'])).toBe('learning-rate');
  expect(nearest('zzzz', ['train', 'sample'])).toBeUndefined();
});

test('durations are read at a glance', () => {
  expect([900, 61_000, 7_500_000].map(duration)).toEqual(['1 s', '1 min 01 s', '2 h 05 min']);
});
