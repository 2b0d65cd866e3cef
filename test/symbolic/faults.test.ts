import { expect, it, vi } from 'vitest';
import {
  checkFile,
  checkLine,
  decide,
  decideVectors,
  declare,
  derive,
  exitStatus,
  induct,
} from '../../src/symbolic/index.ts';
import type { Prepared } from '../../src/symbolic/claim.ts';

// A checker with a fault: it throws on claims with a symbol whose name holds "broken".
vi.mock('../../src/symbolic/real.ts', async (original) => {
  const real = await original<typeof import('../../src/symbolic/real.ts')>();
  const realCheck: typeof real.realCheck = (prepared: Prepared, ...rest) => {
    if ([...prepared.free.keys()].some((name) => name.includes('broken')))
      throw new TypeError('put in by the test');
    return real.realCheck(prepared, ...rest);
  };
  return { ...real, realCheck };
});

const broken = { lhs: 'broken + broken', rhs: '2*broken', symbols: { broken: '(0,1)' } };
const sound = { lhs: 'x + x', rhs: '2*x', symbols: { x: '(0,1)' } };

it('a fault of the checker is the verdict of that claim, and says where it is', () => {
  const { verdict, reason, counterexample } = decide(broken);
  expect({ verdict, counterexample }).toEqual({ verdict: 'error', counterexample: undefined });
  expect(reason).toMatch(/TypeError: put in by the test \(\S+\.ts:\d+\)/);
});

it('the other claims of a file keep theirs, and the exit status tells', () => {
  const file = JSON.stringify([
    { id: 'a', ...sound },
    { id: 'b', ...broken },
    { id: 'c', ...sound },
  ]);
  const results = [...checkFile(file)];
  const lines = results.map((result) => JSON.parse(checkLine(result)) as { id: string; verdict: string });
  expect(lines.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['a', 'proved'],
    ['b', 'error'],
    ['c', 'proved'],
  ]);
  expect(exitStatus(results)).toBe(3);
});

it('mistakes of the author are still thrown', () => {
  expect(() => decide({ ...broken, rhs: 'undeclared' })).toThrow(/unknown symbol/);
});

it('the other steps of a derivation keep theirs, and check() fails with it', () => {
  const entry = { tex: 'x', domain: '(0,1)', meaning: '' };
  const symbols = declare({ x: entry, broken: entry });
  const derivation = derive('Three steps', 'x + x', { symbols, mutants: false })
    .step('2*x')
    .so('broken + broken', '2*broken')
    .so('x + x', '3*x');
  expect(derivation.steps.map(({ verdict }) => verdict)).toEqual(['vacuous', 'proved', 'error', 'refuted']);
  expect(() => derivation.check()).toThrow(/step 3 is not decided.*put in by the test/);
  expect(String(derivation)).toMatch(/error \(.*put in by the test/);
});

it('an induction with a step in error is not proved, and keeps the verdicts of the others', () => {
  const spec = {
    families: { s: '(-inf,inf)', broken: '(0,1)' },
    sums: { s: 'broken[t]' },
    given: ['broken[t] = c'],
    symbols: {
      c: { tex: 'c', domain: '(0,1)', meaning: '' },
      broken1: { tex: 'b', domain: '(0,1)', meaning: '' },
    },
    claim: 's[t] = t*c + broken1 - broken1',
  };
  const found = induct('A sum', spec);
  expect(found.verdict).not.toBe('proved');
  expect(found.verdict).not.toBe('refuted');
  expect(found.steps.map(({ verdict }) => verdict)).toContain('error');
  expect(() => found.check()).toThrow(/put in by the test/);
});

it('a claim about vectors with a fault is in error', () => {
  const claim = { lhs: 'norm2(2*broken)', rhs: '4*norm2(broken) + 1', symbols: {}, vectors: ['broken'] };
  expect(decideVectors(claim).verdict).toBe('error');
});
