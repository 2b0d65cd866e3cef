import { describe, expect, it } from 'vitest';
import {
  checkFile,
  checkLine,
  ClaimError,
  decide,
  exitStatus,
  type CheckResult,
} from '../../src/symbolic/index.ts';

const x = { x: '(-inf,inf)' };
const check = (claims: unknown): CheckResult[] => [...checkFile(JSON.stringify(claims))];

describe('malformed claims', () => {
  it.each([
    ['an unknown symbol', { lhs: 'x+y', rhs: 'x', symbols: x }, /"c".*lhs.*unknown symbol "y"/],
    ['an unknown symbol in given', { lhs: 'x', rhs: '2', symbols: x, given: ['x = 2*z'] }, /given\[0\].*"z"/],
    [
      'an undeclared defined symbol',
      { lhs: 'x', rhs: '2', symbols: x, given: ['z = 2*x'] },
      /given\[0\].*"z"/,
    ],
    [
      'a cycle',
      { lhs: 'x', rhs: 'y', symbols: { ...x, y: '(0,1)' }, given: ['x = y', 'y = x+1'] },
      /cyclic \(x → y → x\)/,
    ],
    ['a definition of itself', { lhs: 'x', rhs: '1', symbols: x, given: ['x = x+1'] }, /cyclic/],
    [
      'a second definition',
      { lhs: 'x', rhs: '1', symbols: x, given: ['x = 1', 'x = 2'] },
      /given\[1\].*defined twice/,
    ],
    ['a malformed interval', { lhs: 'x', rhs: '1', symbols: { x: '(0 1)' } }, /symbols\.x.*interval/],
    ['a closed infinity', { lhs: 'x', rhs: '1', symbols: { x: '(0,inf]' } }, /symbols\.x/],
    ['a chained inequality', { lhs: 'x', rhs: '1', symbols: x, given: ['0 < x < 1'] }, /given\[0\]/],
    ['an inequality that is not strict', { lhs: 'x', rhs: '1', symbols: x, given: ['0 <= x'] }, /given\[0\]/],
    ['a syntax error', { lhs: 'x', rhs: '1 +* x', symbols: x }, /rhs: .*character 4/],
  ])('%s is named with its place', (_, claim, message) => {
    expect(() => decide({ id: 'c', ...claim })).toThrow(ClaimError);
    expect(() => decide({ id: 'c', ...claim })).toThrow(message);
  });

  it.each([{ a: 1 }, null, ['x'], true])('an id that is no text is an error with its place: %j', (id) => {
    const [result] = check([{ id, lhs: 'x+x', rhs: '2*x', symbols: x }]);
    expect(result).toEqual({
      id: '#1',
      error: `claim #1 id: expected text or a number, got ${JSON.stringify(id)}`,
    });
  });

  it('are reported in place while the others are still decided', () => {
    const results = check([
      { id: 'good', lhs: 'x+x', rhs: '2*x', symbols: x },
      { id: 'bad', lhs: 'x+', rhs: '2*x', symbols: x },
      { lhs: 3, rhs: 'x', symbols: x },
      17,
      { id: 'false', lhs: 'x', rhs: '2*x', symbols: x },
    ]);
    expect(results.map((r) => ('verdict' in r ? r.verdict.verdict : 'malformed'))).toEqual([
      'proved',
      'malformed',
      'malformed',
      'malformed',
      'refuted',
    ]);
    expect(results.map((r) => r.id)).toEqual(['good', 'bad', '#3', '#4', 'false']);
    expect(exitStatus(results)).toBe(2);
  });

  it('a file that is no list of claims is one error', () => {
    expect(exitStatus([...checkFile('{"a":')])).toBe(2);
    expect(exitStatus([...checkFile('{"a":1}')])).toBe(2);
  });

  it('names of the prototype are no symbols', () => {
    const results = [...checkFile('[{"id":"p","lhs":"1","rhs":"2","symbols":{"__proto__":"(0,1)"}}]')];
    expect(results[0]).toMatchObject({
      id: 'p',
      error: expect.stringContaining('cannot be a symbol') as string,
    });
  });
});

describe('results', () => {
  it('print as one line of JSON with the fields of the format', () => {
    const [proved, refuted] = check([
      { id: 'p', lhs: 'x/x', rhs: '1', symbols: x },
      { id: 'r', lhs: 'x', rhs: '2*x', symbols: x },
    ]).map((result) => JSON.parse(checkLine(result)) as Record<string, unknown>);
    expect(proved).toMatchObject({ id: 'p', verdict: 'proved', conditions: ['x ≠ 0'] });
    expect(proved!.errorBound).toBeLessThan(-18);
    expect(refuted).toMatchObject({
      verdict: 'refuted',
      counterexample: { point: { x: '2' }, lhs: '2', rhs: '4' },
    });
  });

  it('exit with 1 when one is undecided and 0 when all are decided', () => {
    const open = { id: 'o', lhs: 'log(-1-x^2)', rhs: 'x', symbols: x };
    const known = { id: 'k', lhs: 'x', rhs: '2*x', symbols: x };
    expect(exitStatus(check([open, known]))).toBe(1);
    expect(exitStatus(check([known]))).toBe(0);
  });
});

describe('vacuous claims', () => {
  it.each([
    ['1', '1', []],
    ['A', 'c*2', ['A = 2*c']],
    ['A', 'A', ['A = 2*c']],
    ['c+A+1', '1+(2*c+c)', ['A = 2*c']],
    ['sqrt(A*c)', 'sqrt(c*(2*c))', ['A = 2*c']],
  ])('%s = %s given %j has nothing to decide', (lhs, rhs, given) => {
    const symbols = { A: '(-inf,inf)', c: '(-inf,inf)' };
    expect(decide({ lhs, rhs, symbols, given }).verdict).toBe('vacuous');
  });

  it('a different form is not vacuous', () => {
    expect(decide({ lhs: '0.5*x', rhs: 'x/2', symbols: x }).verdict).toBe('proved');
  });
});
