import { describe, expect, test } from 'vitest';
import { chain, symbols } from '../../src/formulas/index.ts';
import { decide, declare, derive, parse, type Claim, type StepOptions } from '../../src/symbolic/index.ts';
import { MAX_REPAIRS, repairs, repairText } from '../../src/symbolic/repair.ts';

const given = { symbols, given: chain, mutants: false };
const stepOf = (line: string, wrong: string, options: StepOptions = {}) =>
  derive('a student', line, given).step(wrong, options).steps[1];

const mean = 'sqrt(abarPrev)*beta/(1-abar)*x0 + sqrt(alpha)*(1-abarPrev)/(1-abar)*xt';
const variance = 'beta*(1-abarPrev)/(1-abar)';
const meanOfEps = '(xt - beta/sqrt(1-abar)*eps)/sqrt(alpha)';
const guided = '(1+w)*epsCond - w*epsUncond';
const kernel = '(xt-x0)^2/(2*beta)';

describe('a wrong step is told what would repair it', () => {
  test.each([
    ['two symbols exchanged', variance, 'beta*(1-abar)/(1-abarPrev)', '$\\bar\\alpha_t$ and $\\bar\\alpha_{t-1}$ exchanged'],
    ['another symbol', variance, 'alpha*(1-abarPrev)/(1-abar)', '$\\beta_t$ in place of $\\alpha_t$'],
    ['the index t-1', variance, 'beta*(1-abar)/(1-abar)', 'index $t-1$: holds with'],
    ['the index t', variance, 'beta*(1-abarPrev)/(1-abarPrev)', 'index $t$: holds with'],
    ['a sign within', variance, 'beta*(1+abarPrev)/(1-abar)', '$1 - \\bar\\alpha_{t-1}$ in place of $1 + \\bar\\alpha_{t-1}$'],
    ['one minus it', variance, 'beta*abarPrev/(1-abar)', '$1 - \\bar\\alpha_{t-1}$ in place of $\\bar\\alpha_{t-1}$'],
    ['a root forgotten', mean, mean.replace('sqrt(abarPrev)', 'abarPrev'), '$\\sqrt{\\bar\\alpha_{t-1}}\\,\\beta_t$ in place of $\\bar\\alpha_{t-1} \\beta_t$'],
    ['an index under a root', mean, mean.replace('sqrt(abarPrev)', 'sqrt(abar)'), 'index $t-1$: holds with $\\sqrt{\\bar\\alpha_{t-1}}$ in place of $\\sqrt{\\bar\\alpha_t}$'],
    ['x_0 and x_t exchanged', mean, 'sqrt(abarPrev)*beta/(1-abar)*xt + sqrt(alpha)*(1-abarPrev)/(1-abar)*x0', '$x_t$ and $x_0$ exchanged'],
    ['the sign of a term', mean, mean.replace('+', '-'), 'sign of the second term: holds with'],
    ['both roots forgotten', mean, 'abarPrev*beta/(1-abar)*x0 + alpha*(1-abarPrev)/(1-abar)*xt', '$\\sqrt{\\bar\\alpha_{t-1}}$ in place of $\\bar\\alpha_{t-1}$ and $\\sqrt{\\alpha_t}$ in place of $\\alpha_t$'],
    ['the root of 1 - abar', meanOfEps, '(xt - beta/(1-abar)*eps)/sqrt(alpha)', '$\\sqrt{1 - \\bar\\alpha_t}$ in place of $1 - \\bar\\alpha_t$'],
    ['the root of a denominator', meanOfEps, '(xt - beta/sqrt(1-abar)*eps)/alpha', '$\\sqrt{\\alpha_t}$ in place of $\\alpha_t$'],
    ['the sign of the noise', meanOfEps, '(xt + beta/sqrt(1-abar)*eps)/sqrt(alpha)', 'holds with $-\\frac{\\beta_t}'],
    ['a fraction upside down', meanOfEps, '(xt - sqrt(1-abar)/beta*eps)/sqrt(alpha)', '$\\frac{\\beta_t}{\\sqrt{1 - \\bar\\alpha_t}}$ in place of $\\frac{\\sqrt{1 - \\bar\\alpha_t}}{\\beta_t}$'],
    ['signal and noise exchanged', '(xt - sqrt(1-abar)*eps)/sqrt(abar)', '(xt - sqrt(abar)*eps)/sqrt(1-abar)', '$\\bar\\alpha_t$ and $1 - \\bar\\alpha_t$ exchanged'],
    ['a root of the noise', '(xt - sqrt(1-abar)*eps)/sqrt(abar)', '(xt - (1-abar)*eps)/sqrt(abar)', '$\\sqrt{1 - \\bar\\alpha_t}$ in place of $1 - \\bar\\alpha_t$'],
    ['a root too much', '-(xt-sqrt(abar)*x0)/(1-abar)', '-(xt-sqrt(abar)*x0)/sqrt(1-abar)', '$1 - \\bar\\alpha_t$ in place of $\\sqrt{1 - \\bar\\alpha_t}$'],
    ['the sign of the whole', '-(xt-sqrt(abar)*x0)/(1-abar)', '(xt-sqrt(abar)*x0)/(1-abar)', 'holds with the opposite sign'],
    ['a factor 2 lost', kernel, '(xt-x0)^2/beta', '$2 \\beta_t$ in place of $\\beta_t$'],
    ['a factor 2 misplaced', kernel, '2*(xt-x0)^2/beta', '$\\frac{(x_t - x_0)^{2}}{2 \\beta_t}$ in place of $\\frac{2(x_t - x_0)^{2}}{\\beta_t}$'],
    ['a cross term without its 2', '(xt-sqrt(abar)*x0)^2', 'xt^2 - sqrt(abar)*x0*xt + abar*x0^2', '$2\\sqrt{\\bar\\alpha_t}\\,x_0 x_t$ in place of $\\sqrt{\\bar\\alpha_t}\\,x_0 x_t$'],
    ['no cross term', '(xt-sqrt(abar)*x0)^2', 'xt^2 + abar*x0^2', 'the cross term $-2\\sqrt{\\bar\\alpha_t}\\,x_t x_0$ added'],
    ['a root term by term', 'sqrt(abar+beta)', 'sqrt(abar)+sqrt(beta)', '$\\sqrt{\\bar\\alpha_t + \\beta_t}$ in place of'],
    ['a logarithm of a product', 'log(abar*beta)', 'log(abar)*log(beta)', '$\\log(\\bar\\alpha_t) + \\log(\\beta_t)$ in place of'],
    ['a difference the other way round', 'abarPrev/(1-abarPrev) - abar/(1-abar)', 'abar/(1-abar) - abarPrev/(1-abarPrev)', 'holds with the opposite sign'],
    ['the two parts of v', 'sqrt(abar)*eps - sqrt(1-abar)*x0', 'sqrt(1-abar)*eps - sqrt(abar)*x0', '$\\bar\\alpha_t$ and $1 - \\bar\\alpha_t$ exchanged'],
    ['weights exchanged', guided, 'w*epsCond - (1+w)*epsUncond', '$w$ and $1 + w$ exchanged'],
    ['the wrong base of guidance', guided, 'epsUncond + w*(epsCond-epsUncond)', '$\\hat\\epsilon_c + w('],
    ['sigma for its square', '(xt-x0)^2/(2*sigma^2)', '(xt-x0)^2/(2*sigma)', 'holds with $\\sigma^{2}$ in place of $\\sigma$'],
    ['sigma under a root', 'sqrt(1-abarPrev-sigma^2)*eps', 'sqrt(1-abarPrev-sigma)*eps', 'holds with $\\sigma^{2}$ in place of $\\sigma$'],
    ['sigma taken out of a root', 'sqrt(1-abarPrev-sigma^2)*eps', '(sqrt(1-abarPrev)-sigma)*eps', '$\\sqrt{1 - \\bar\\alpha_{t-1} - \\sigma^{2}}$ in place of'],
    ['a square too much', 'beta^2/(1-abar)', 'beta^2/(1-abar)^2', '$1 - \\bar\\alpha_t$ in place of $(1 - \\bar\\alpha_t)^{2}$'],
    ['a factor 2 at the end', 'x0*xt', 'x0*xt*2', 'holds with $x_0 x_t$ in place of $x_0 x_t \\cdot 2$'],
    ['a term too much', variance, `${variance} + 1e-30`, 'holds without the term $10^{-30}$'],
    ['indices exchanged in one term', mean, 'sqrt(abar)*beta/(1-abarPrev)*x0 + sqrt(alpha)*(1-abarPrev)/(1-abar)*xt', 'exchanged in $'],
    ['the power of the noise scale', 'x0 + sigma^2*score', 'x0 + sigma*score', 'holds with $\\sigma^{2}$ in place of $\\sigma$'],
  ])('%s: %s is not %s', (_, line, wrong, expected) => {
    const { verdict, diagnosis } = stepOf(line, wrong);
    expect(verdict).toBe('refuted');
    expect(diagnosis).toContain(expected);
  }); // prettier-ignore

  test('so is one up to a term, without a factor 1', () => {
    const wrong = stepOf('-(xPrev-xt)^2/2', '-xPrev^2/2 + 2*xPrev*xt', { relation: '+c', about: 'xPrev' });
    expect(wrong.diagnosis).toBe('holds with $x_{t-1} x_t$ in place of $2 x_{t-1} x_t$');
  });

  test('so is one up to a factor', () => {
    const options: StepOptions = { relation: '∝', about: 'xPrev' };
    const wrong = stepOf('exp(-(xPrev-xt)^2/(2*beta))', 'exp(-(xPrev-xt)^2/beta)', options);
    expect(wrong.diagnosis).toContain('{2 \\beta_t}$ in place of $-\\frac{');
  });

  test('a line that is 0 everywhere is proportional to all, and no repair', () => {
    const [, wrong] = derive('a student', 'xPrev', { symbols, mutants: false }).step('xPrev*(xPrev - xt)', {
      relation: '∝',
      about: 'xPrev',
    }).steps;
    expect(wrong.diagnosis).toBe('holds without the term $x_{t-1}$, where $x_{t-1} \\ne 0, x_t \\ne 0$');
  });

  test('an unrelated line is told nothing', () => {
    expect(stepOf(mean, 'x0 + xt').diagnosis).toBeUndefined();
  });
});

const positive = '(0,inf)';
const real = '(-inf,inf)';

describe('the repairs of a claim', () => {
  /** What the first repair that the checker proves is called. */
  function diagnosisOf(lhs: string, rhs: string, domains: Claim['symbols']): string | undefined {
    for (const repair of repairs(parse(rhs), Object.keys(domains))) {
      const claim = { lhs, rhs: repair.whole, symbols: domains };
      if (['proved', 'vacuous'].includes(decide(claim, { diagnose: false }).verdict))
        return repairText(repair);
    }
    return undefined;
  }

  test.each([
    ['log(s/u) + (s^2 + m^2)/(2*u^2)', 'log(s/u) + (s^2 + m^2)/(2*s^2)', { s: positive, u: positive, m: real }, 'holds with 2*u^2 in place of 2*s^2'],
    ['log(s/u) - 1/2', 'log(u/s) - 1/2', { s: positive, u: positive }, 'sign of the first term: holds with -log(u/s) in place of log(u/s)'],
    ['u^2/(s^2 + u^2)', 's^2/(s^2 + u^2)', { s: positive, u: positive }, 'holds with s and u exchanged'],
    ['s*u/sqrt(s^2 + u^2)', 's*u/(s^2 + u^2)', { s: positive, u: positive }, 'holds with sqrt(s^2 + u^2) in place of s^2 + u^2'],
    ['(1 - t)*x + t*y', 't*x + (1 - t)*y', { t: '(0,1)', x: real, y: real }, 'holds with x and y exchanged'],
    ['abs(x - y)', 'x - y', { x: real, y: real }, 'holds with abs(x - y) in place of x - y'],
    ['sqrt(x^2)', 'x', { x: real }, 'holds with abs(x) in place of x'],
    ['exp(-t/2)', 'exp(-t)', { t: positive }, 'holds with t/2 in place of t'],
    ['sqrt(1 - exp(-t))', 'sqrt(1 - exp(-2*t))', { t: positive }, 'holds with -t in place of -2*t'],
    ['sqrt(1 - exp(-t))', '1 - exp(-t/2)', { t: positive }, 'holds with sqrt(1 - exp(-t/2)^2) in place of 1 - exp(-t/2)'],
  ] as [string, string, Record<string, string>, string][])('%s for %s', (lhs, rhs, domains, expected) => {
    expect(diagnosisOf(lhs, rhs, domains)).toBe(expected);
  }); // prettier-ignore

  test('are as many as the bound for a line however long, each once and none the line itself', () => {
    const line = Array.from({ length: 40 }, (_, i) => `x${i}*sqrt(y${i})/(1 - z${i})`).join(' + ');
    const texts = [...repairs(parse(line), ['w'])].map(({ whole }) =>
      JSON.stringify(whole, (_k, v) => (typeof v === 'bigint' ? `${v}` : v)),
    );
    expect(texts.length).toBe(MAX_REPAIRS);
    expect(new Set(texts).size).toBe(texts.length);
    expect([...repairs(parse('a*b - c'), ['d'])].map(repairText)).toEqual(
      [...repairs(parse('a*b - c'), ['d'])].map(repairText),
    );
  });
});

test('the other side itself, by whatever name, is no repair', () => {
  const given = ['y0 = x', 'y1 = y0 + 1', 'y2 = y1 + 1', 'z = y2'];
  const names = ['x', 'y0', 'y1', 'y2', 'z'];
  const domains = Object.fromEntries(names.map((name) => [name, '(-inf,inf)']));
  const diagnosisOf = (lhs: string, rhs: string) => decide({ lhs, rhs, symbols: domains, given }).diagnosis;
  for (const [lhs, rhs] of [['y2', 'y0'], ['z', 'y0'], ['-y2', '-y0'], ['y0', 'y2']])
    expect(diagnosisOf(lhs, rhs)).toBeUndefined();
  expect(diagnosisOf('y2', 'y0 + 1')).toBe('holds with y1 in place of y0');
  expect(diagnosisOf('y1 + 1', 'y0')).toMatch(/^holds with (y2|z) in place of y0$/);
  const table = declare(Object.fromEntries(names.map((name) => [name, { tex: name, domain: domains[name], meaning: '' }])));
  const step = (from: string, to: string) => derive('t', from, { symbols: table, given }).step(to).steps[1];
  expect(step('y2', 'y0')).toMatchObject({ verdict: 'refuted', diagnosis: undefined });
  expect(step('y2', 'y0 + 1').diagnosis).toContain('in place of');
}); // prettier-ignore
