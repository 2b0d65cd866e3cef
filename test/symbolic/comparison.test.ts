import { expect, test } from 'vitest';
import { declare, derive } from '../../src/symbolic/index.ts';

const entry = (tex: string, domain: string) => ({ tex, domain, meaning: '' });
const symbols = declare({
  v: entry('v', '(0,inf)'),
  w: entry('w', '(0,inf)'),
  m: entry('\\mu', '(-inf,inf)'),
  n: entry('\\nu', '(-inf,inf)'),
  alpha: entry('\\alpha_t', '(0,1)'),
  beta: entry('\\beta_t', '(0,1)'),
  abar: entry('\\bar\\alpha_t', '(0,1)'),
  abarPrev: entry('\\bar\\alpha_{t-1}', '(0,1)'),
});
const divergence = '(v/w - 1 - log(v/w))/2 + (m - n)^2/(2*w)';

test('lines may bound the one before, and equalities and bounds follow each other', () => {
  const proof = derive('A divergence is at least its shift', divergence, { symbols, mutants: false })
    .step('(m - n)^2/(2*w)', { relation: '≥', because: 'the variances add no less than 0' })
    .step('(m/2 - n/2)^2*2/w')
    .step('0', { relation: '≥' })
    .check();
  expect(proof.steps.map(({ verdict, relation }) => [relation, verdict])).toEqual([
    ['', 'vacuous'],
    ['≥', 'proved'],
    ['=', 'proved'],
    ['≥', 'proved'],
  ]);
  expect(proof.toTeX()).toContain('\\ge & 0');
  expect(String(proof)).toContain('≥ (m - n)^2/(2*w)');
});

test('a bound the wrong way is refuted with both values, and names its repair', () => {
  const proof = derive('The wrong way', divergence, { symbols, mutants: false }).step('(m - n)^2/(2*w)', {
    relation: '≤',
  });
  const [, step] = proof.steps;
  expect(step.verdict).toBe('refuted');
  expect(Number(step.counterexample!.lhs)).toBeGreaterThan(Number(step.counterexample!.rhs));
  expect(() => proof.check()).toThrow('step 2 is refuted');
});

test('a strict bound that touches is refuted; a line below itself is no vacuous step', () => {
  const touching = derive('Touching', 'm^2', { symbols, mutants: false }).step('2*m - 1', { relation: '>' });
  expect(touching.steps[1].verdict).toBe('refuted');
  const same = derive('Itself', 'm', { symbols, mutants: false });
  expect(same.step('m', { relation: '<' }).steps[1].verdict).toBe('refuted');
  expect(same.step('m', { relation: '≤' }).steps[1].verdict).toBe('vacuous');
});

test('a statement on the side may be a bound, and says which relations it rests on', () => {
  const given = ['abar = alpha*abarPrev', 'beta = 1 - alpha'];
  const proof = derive('Both variances', 'beta*(1 - abarPrev)/(1 - abar)', { symbols, given, mutants: false })
    .so('beta*(1 - abarPrev)/(1 - abar)', 'beta', { relation: '<' })
    .check();
  expect(proof.steps[1]).toMatchObject({ relation: '<', verdict: 'proved' });
  expect(proof.steps[1].tex).toContain(' < \\beta_t');
  expect(proof.steps[1].uses).toHaveLength(1);
});

test('a minimum is read, and steps through it are decided', () => {
  const proof = derive('Clipped weight', 'min(v, w)/v', { symbols, mutants: false })
    .step('min(1, w/v)')
    .step('1', { relation: '≤' })
    .check();
  expect(proof.steps.slice(1).map(({ verdict }) => verdict)).toEqual(['proved', 'proved']);
});
