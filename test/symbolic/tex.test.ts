import { expect, test } from 'vitest';
import { declare, parse, typeset } from '../../src/symbolic/index.ts';

const entry = (tex: string) => ({ tex, domain: '(0,1)', meaning: '' });
const symbols = declare({
  a: entry('\\alpha_t'),
  b: entry('\\beta_t'),
  x: entry('x_t'),
  y: entry('x_{t-1}'),
  g: entry('\\sigma_t^2'),
  score: entry('\\nabla\\!\\log q'),
});
const tex = (text: string): string => typeset(parse(text), symbols);

test.each([
  ['a + b - x', '\\alpha_t + \\beta_t - x_t'],
  ['a - (b - x)', '\\alpha_t - (\\beta_t - x_t)'],
  ['-(a + b)', '-(\\alpha_t + \\beta_t)'],
  ['a*(b + x)', '\\alpha_t(\\beta_t + x_t)'],
  ['2*a*3', '2 \\alpha_t \\cdot 3'],
  ['a*b', '\\alpha_t \\beta_t'],
  ['sqrt(a)*x', '\\sqrt{\\alpha_t}\\,x_t'],
  ['a/b', '\\frac{\\alpha_t}{\\beta_t}'],
  ['a/b*x', '\\frac{\\alpha_t}{\\beta_t}\\,x_t'],
  ['-a/b', '-\\frac{\\alpha_t}{\\beta_t}'],
  ['(a/b + 1)*x', '\\left(\\frac{\\alpha_t}{\\beta_t} + 1\\right) x_t'],
  ['(a/b)^2', '\\left(\\frac{\\alpha_t}{\\beta_t}\\right)^{2}'],
  ['(x - y)^2', '(x_t - x_{t-1})^{2}'],
  ['x^2', 'x_t^{2}'],
  ['g^2', '(\\sigma_t^2)^{2}'],
  ['(x^2)^3', '(x_t^{2})^{3}'],
  ['a^(-1)', '\\alpha_t^{-1}'],
  ['a^(1/3)', '\\alpha_t^{1/3}'],
  ['a^x', '\\alpha_t^{x_t}'],
  ['a*(-b)', '\\alpha_t(-\\beta_t)'],
  ['-(-a)', '-(-\\alpha_t)'],
  ['a - (-b)', '\\alpha_t - (-\\beta_t)'],
  ['0.008*a', '0.008 \\alpha_t'],
  ['-0.5*a', '-0.5 \\alpha_t'],
  ['exp(-x^2/2)', '\\exp\\left(-\\frac{x_t^{2}}{2}\\right)'],
  ['log(a)^2', '[\\log(\\alpha_t)]^{2}'],
  ['cos(a)^2', '\\cos^{2}(\\alpha_t)'],
  ['a*(1 - (b - x)*(1 - b))', '\\alpha_t[1 - (\\beta_t - x_t)(1 - \\beta_t)]'],
  ['exp(-(x - y)^2)', '\\exp[-(x_t - x_{t-1})^{2}]'],
  ['2*(3/4)', '2 \\cdot \\frac{3}{4}'],
  ['2*(3/4)*a', '2 \\cdot \\frac{3}{4}\\,\\alpha_t'],
  ['2*(3/b)', '2\\frac{3}{\\beta_t}'],
  ['a*score', '\\alpha_t \\nabla\\!\\log q'],
  ['a*score*b', '\\alpha_t(\\nabla\\!\\log q) \\beta_t'],
  ['(a*score)*b', '(\\alpha_t \\nabla\\!\\log q) \\beta_t'],
  ['score + b', '\\nabla\\!\\log q + \\beta_t'],
  ['1e-20*x', '10^{-20} x_t'],
  ['-1.5e-20', '-1.5 \\cdot 10^{-20}'],
  ['(1.5e-20)^x', '(1.5 \\cdot 10^{-20})^{x_t}'],
  ['1e400*x', '10^{400} x_t'],
  ['0.0001*x', '0.0001 x_t'],
  ['1000*x', '1000 x_t'],
  ['0.0009765625', '0.0009765625'],
  ['1/3', '\\frac{1}{3}'],
  ['abs(a/b)', '\\left|\\frac{\\alpha_t}{\\beta_t}\\right|'],
])('%s is typeset as %s', (text, expected) => {
  expect(tex(text)).toBe(expected);
});

test('an undeclared symbol is not typeset', () => {
  expect(() => tex('a + z')).toThrow('unknown symbol z');
});
