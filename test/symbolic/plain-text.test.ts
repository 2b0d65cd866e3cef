import { expect, test } from 'vitest';
import { plainProse, plainTeX } from '../../src/symbolic/plain-text.ts';

test.each([
  ['\\bar\\alpha_{t-1}', 'ᾱ_(t-1)'],
  ['\\tilde\\mu_t = \\hat\\epsilon', 'μ̃_t = ε̂'],
  ['\\frac{x_t - \\sqrt{\\alpha_t}\\,x_0}{2\\beta_t}', '(x_t - √(α_t) x_0)/(2β_t)'],
  ['D_{\\mathrm{KL}}\\!\\left(q \\,\\middle\\|\\, p\\right)', 'D_KL(q ‖ p)'],
  ['\\text{all } T \\ge 1', 'all T ≥ 1'],
  ['a}{b \\frac', 'ab /'],
  ['', ''],
])('%s reads %s', (tex, text) => {
  expect(plainTeX(tex)).toBe(text);
});

test('prose keeps its words, and its mathematics loses the dollars', () => {
  expect(plainProse('holds with $\\frac12$ of $x_t$, 50 %')).toBe('holds with 1/2 of x_t, 50 %');
});
