import { expect, test } from 'vitest';
import { proofTable } from '../../src/display/proof.ts';
import { chainModel, deriveChain, induct } from '../../src/symbolic/index.ts';

const attack = '<img src=x onerror=alert(1)> $\\href{javascript:alert(1)}{x}$ "\'';
const model = chainModel('p(x,z) = p(z) p(x|z)');
const chain = deriveChain(attack, 'log p(z|x)', { model, mutants: false })
  .step('log p(x|z) + log p(z) - log p(x)', { because: attack })
  .step('log p(x|z) + log p(z)', { because: attack })
  .assume(attack, { cite: attack });
const induction = induct(attack, {
  families: {
    alpha: '(0,1)',
    abar: { tex: `a_{${attack.replace(/\$.*/, '')}}`, domain: '(0,1]' },
    v: '[0,inf)',
  },
  given: ['abar[0] = 1', 'abar[t] = alpha[t]*abar[t-1]', 'v[0] = 0', 'v[t] = alpha[t]*v[t-1] + 1 - alpha[t]'],
  claim: 'v[t] = 1 - abar[t]',
  mutants: false,
  unrolled: 1,
});

test.each([
  ['a chain derivation', chain, ['proved', 'refuted', 'assumed']],
  ['an induction', induction, ['proved']],
] as const)('%s comes as an escaped table, TeX and text', (_, proof, verdicts) => {
  const table = proofTable(proof);
  const bundle = (table[Symbol.for('Jupyter.display')] as () => Record<string, string>)();
  expect(Object.keys(bundle)).toEqual(['text/html', 'text/latex', 'text/plain']);
  const page = bundle['text/html'];
  expect(page.split('<tr ')).toHaveLength(proof.steps.length + 1);
  for (const verdict of verdicts) expect(page).toContain(`class="sb-${verdict}"`);
  expect(page).not.toMatch(/<script|<img|javascript:[^<]*"|<a /i);
  expect(bundle['text/latex']).toContain('\\begin{aligned}');
  expect(bundle['text/plain']).toContain(proof.summary);
});
