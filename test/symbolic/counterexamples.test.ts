import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { decide, type Claim } from '../../src/symbolic/index.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const windows = process.platform === 'win32';
const python = path(windows ? '../../.venv/Scripts/python.exe' : '../../.venv/bin/python');
const folder = path('./corpus');
const claims = readdirSync(folder).flatMap(
  (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Claim[],
);

type Refuted = Claim & { counterexample: { point: Record<string, string>; lhs: string; rhs: string } };

/** What mpmath at 100 digits finds wrong, in one process for all. */
const complaints = (refuted: readonly Refuted[]): [string, string][] =>
  JSON.parse(
    execFileSync(python, [path('../reference/check_counterexamples.py')], {
      input: JSON.stringify(refuted),
      encoding: 'utf8',
    }),
  ) as [string, string][];

const refuted = claims.flatMap((claim): Refuted[] => {
  const { counterexample } = decide(claim, { diagnose: false });
  return counterexample ? [{ ...claim, counterexample }] : [];
});

it('every refutation of the corpus checks out in mpmath at 100 digits', () => {
  expect(refuted.length).toBeGreaterThan(900);
  expect(complaints(refuted)).toEqual([]);
});

it('a point outside the set, a wrong value and sides that agree are found', () => {
  const sound = {
    id: 'c',
    lhs: 'x+h',
    rhs: 'x',
    symbols: { x: '(0,1)', h: '(0,inf)' },
    given: ['h = 2*x', '1/8 < x'],
    counterexample: { point: { x: '1/4', h: '0.5' }, lhs: '0.75', rhs: '0.25' },
  };
  const at = (x: string, h: string, lhs: string, rhs: string): Refuted => ({
    ...sound,
    counterexample: { point: { x, h }, lhs, rhs },
  });
  expect(complaints([sound])).toEqual([]);
  const wrong = [
    at('2', '4', '6', '2'),
    at('1/16', '1/8', '0.1875', '0.0625'),
    at('1/4', '1/2', '0.76', '0.25'),
    at('1/4', '0.6', '0.75', '0.25'),
    { ...sound, rhs: 'x+2*x', counterexample: { ...sound.counterexample, rhs: '0.75' } },
    { ...sound, rhs: 'log(-x)' },
  ];
  expect(complaints(wrong).map(([, why]) => why)).toEqual([
    expect.stringContaining('outside'),
    expect.stringContaining('does not hold'),
    expect.stringContaining('lhs is 0.75'),
    expect.stringContaining('h is printed as 0.6'),
    expect.stringContaining('agree'),
    expect.stringContaining('not real'),
  ]);
});
