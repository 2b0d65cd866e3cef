import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scorebook } from './spawn.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scorebook-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(content: unknown, ...options: string[]) {
  const file = join(folder, 'claims.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return scorebook('check', file, ...options);
}

const timeout = 60_000;
const symbols = { at: '(0,1)', As: '(0,1)', A: '(0,1)', b: '(0,1)' };
const given = ['A = at*As', 'b = 1-at'];
const demo = { id: 'demo-1', lhs: '1/(at/b + 1/(1-As))', rhs: 'b*(1-As)/(1-A)', symbols, given };
const wrong = { ...demo, id: 'demo-2', rhs: 'b*(1-As)/(1+A)' };

test(
  'check --json prints one verdict a line, and a refuted claim is a decided one',
  { timeout },
  async () => {
    const { status, stdout, stderr } = await check([demo, wrong], '--json');
    expect([status, stderr]).toEqual([0, '']);
    const [proved, refuted] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(proved).toMatchObject({ id: 'demo-1', verdict: 'proved', conditions: [] });
    expect(proved.errorBound).toBeLessThan(-20);
    expect(refuted).toMatchObject({ id: 'demo-2', verdict: 'refuted' });
    expect(Object.keys((refuted.counterexample as { point: object }).point)).toContain('at');
  },
);

test('check says the same to a person', { timeout }, async () => {
  const { status, stdout } = await check([demo, wrong]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^proved +demo-1/m);
  expect(stdout).toMatch(/^refuted +demo-2/m);
  expect(stdout).toMatch(/1 proved, 1 refuted\n$/);
});

test('an undecided claim makes the status 1', { timeout }, async () => {
  const nowhere = { id: 'nowhere', lhs: 'sqrt(-1-x^2)', rhs: 'x', symbols: { x: '(-inf,inf)' } };
  expect((await check([demo, nowhere])).status).toBe(1);
});

test(
  'a malformed claim makes the status 2, is named with its place, and the others are decided',
  { timeout },
  async () => {
    const bad = [
      { ...demo, id: 'syntax', rhs: 'b*(1-As' },
      { ...demo, id: 'stranger', rhs: 'b*q' },
      { id: 'no-lhs', rhs: '1', symbols: {} },
      { ...demo, id: 'typo', given: undefined, gievn: given },
      7,
    ];
    const { status, stdout, stderr } = await check([...bad, demo], '--json');
    expect(status).toBe(2);
    const lines = stdout
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { id: string }]));
    const malformed = ['syntax', 'stranger', 'no-lhs', 'typo', '#5'].map((id) => ({
      id,
      verdict: 'malformed',
    }));
    expect(lines).toMatchObject([...malformed, { id: 'demo-1', verdict: 'proved' }]);
    expect(stderr).toMatch(/claim "syntax" rhs/);
    expect(stderr).toMatch(/claim "stranger" rhs.*"q"/);
    expect(stderr).toMatch(/claim "no-lhs" lhs: expected an expression/);
    expect(stderr).toMatch(/claim "typo" gievn: unknown field \(did you mean given\?\)/);
    expect(stderr).toMatch(/claim "#5": expected an object/);
  },
);

test.each([
  ['[{', /not JSON/],
  ['{}', /expected a list of claims/],
  ['null', /expected a list of claims/],
])('the file %j is malformed', { timeout }, async (content, message) => {
  const { status, stderr } = await check(content);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test('a file that is not there is malformed', { timeout }, async () => {
  const { status, stdout, stderr } = await scorebook('check', join(folder, 'absent.json'), '--json');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('absent.json');
});
