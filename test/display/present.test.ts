import { expect, test } from 'vitest';
import '../../src/display/index.ts';
import { chain, posteriorMean, symbols } from '../../src/formulas/index.ts';
import {
  chainModel,
  decide,
  decideChain,
  decideInequality,
  decideVectors,
  derive,
  deriveChain,
  gaussian,
  induct,
  product,
} from '../../src/symbolic/index.ts';

type Bundle = Record<string, string>;
const shown = (value: object): Bundle =>
  (value as Record<symbol, () => Bundle>)[Symbol.for('Jupyter.display')]();

const model = chainModel('p(x,z) = p(z) p(x|z)');
const slip = derive('A slip in $\\bar\\alpha_t$', '(1 + x0)^2', { symbols }).step('1 + x0^2', {
  because: 'forgot $2x_0$',
});
const wrongDensities = deriveChain('Bayes, forgotten', 'log p(z|x)', { model, mutants: false }).step(
  'log p(x|z) + log p(z)',
);
const wrongInduction = induct('Wrong', {
  families: { alpha: '(0,1)', abar: '(0,1]', v: '[0,inf)' },
  given: ['abar[0] = 1', 'abar[t] = alpha[t]*abar[t-1]', 'v[0] = 0', 'v[t] = alpha[t]*v[t-1] + 1 - alpha[t]'],
  claim: 'v[t] = 1 + abar[t]',
  mutants: false,
  unrolled: 1,
});

test.each([
  ['a derivation', slip],
  ['a derivation in densities', wrongDensities],
  ['an induction', wrongInduction],
  ['a claim', decide({ lhs: 'sqrt(x^2)', rhs: 'x', symbols: { x: '(-inf,inf)' } })],
  ['an inequality', decideInequality({ lhs: 'x', rhs: 'x^2', relation: '≤', symbols: { x: '(0,1)' } })],
  [
    'a claim about vectors',
    decideVectors({ lhs: 'norm2(u + v)', rhs: 'norm2(u) + norm2(v)', symbols: {}, vectors: ['u', 'v'] }),
  ],
  ['a statement about densities', decideChain(model, 'p(z|x) = p(z)')],
])('%s that is refuted shows itself as its table, with the counterexample', (_, value) => {
  const bundle = shown(value);
  expect(bundle['text/html']).toContain('<tr class="sb-refuted">');
  expect(bundle['text/html']).toMatch(/(left|is) <math>.*, \D+ <math>/);
  expect(bundle['text/latex']).toMatch(/refuted( at \$.*)?: (left|.* is) \$/);
  expect(bundle['text/plain']).toMatch(/refuted( at [^ ].*)?: (left|.* is) /);
});

test('a proved claim shows the claim, what it rests on and where it holds', () => {
  const bundle = shown(
    decide({ lhs: 'a/a + sigma_t', rhs: '1 + sigma_t', symbols: { a: '(-inf,inf)', sigma_t: '(0,1)' } }),
  );
  expect(bundle['text/html']).toContain('✓ proved');
  expect(bundle['text/latex']).toContain('\\frac{a}{a} + \\sigma_{t} = 1 + \\sigma_{t}');
  expect(bundle['text/html']).toMatch(/where <math>.*≠/);
});

test('a verdict stays what it was to the code: shown, but the same when compared, copied or written', () => {
  const verdict = decide({ lhs: 'x + x', rhs: '2*x', symbols: { x: '(0,1)' } });
  expect(Object.keys(verdict)).not.toContain('Jupyter.display');
  expect(Object.getOwnPropertySymbols({ ...verdict })).toEqual([]);
  expect(verdict).toEqual({ ...verdict });
});

test('formulas, symbols, relations and Gaussians are typeset', () => {
  expect(shown(posteriorMean)['text/html']).toContain('Ho et al. 2020, eq. 7');
  expect(shown(symbols)['text/html']).toContain('<th scope="col">domain</th>');
  expect(shown(chain)['text/latex']).toContain('\\bar\\alpha_t &= \\alpha_t \\bar\\alpha_{t-1}');
  expect([...chain]).toEqual(['abar = alpha*abarPrev', 'beta = 1 - alpha']);
  expect(shown(gaussian('mu', 'sigma^2'))['text/latex']).toContain(
    '\\mathcal N\\!\\left(\\mu,\\; \\sigma^{2}\\right)',
  );
  expect(shown(product(gaussian('a', 'v'), gaussian('b', 'w')))['text/plain']).toMatch(/^N\(.*a.*b.*\)$/);
});

const messageOf = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

test.each([
  ['a derivation', slip, 'A slip in ᾱ_t: step 2 is refuted'],
  ['a derivation in densities', wrongDensities, 'Bayes, forgotten: step 2 is refuted'],
  ['an induction', wrongInduction, 'Wrong: '],
])('the failed check of %s is short plain text, and shows the table', (_, proof, words) => {
  const error = messageOf(() => proof.check());
  expect(error.message).toContain(words);
  expect(error.message).not.toMatch(/[$\\]/);
  expect(shown(error)['text/html']).toBe(shown(proof)['text/html']);
});
