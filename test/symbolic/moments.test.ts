import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  covariance,
  crossEntropy,
  decide,
  declare,
  entropy,
  expectation,
  formula,
  gaussian,
  gaussianModel,
  jointEntropy,
  jointKl,
  jointLogDensity,
  klDivergence,
  logDensity,
  sum,
  toText,
  type Claim,
  type Expr,
} from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';

interface Row {
  values: Record<string, number>;
  other: Record<string, number>;
  moments: Record<string, number>;
  kl: number;
  entropy: number;
}
const { models } = JSON.parse(
  readFileSync(new URL('../reference/gaussian_calculus.json', import.meta.url), 'utf8'),
) as { models: Row[] };

const letters = 'abcdeuvw';
const names = [...letters, ...[...letters].map((name) => `${name}2`), 'x', 'y', 'z'];
const symbols = declare(
  Object.fromEntries(names.map((name) => [name, { tex: name, domain: real, meaning: '' }])),
);
const at = (expr: Expr, values: Record<string, number>): number =>
  formula('value', { tex: 'f', expr: toText(expr), cite: '', symbols }).evaluate(values);
const graph = (tail = '') =>
  gaussianModel({
    x: { mean: `a${tail}`, variance: `b${tail}` },
    y: { of: { x: `c${tail}` }, mean: `d${tail}`, variance: `e${tail}` },
    z: { of: { x: `u${tail}`, y: `v${tail}` }, variance: `w${tail}` },
  });
const both = (row: Row): Record<string, number> => ({
  ...row.values,
  ...Object.fromEntries(Object.entries(row.other).map(([name, value]) => [`${name}2`, value])),
});

test('moments of polynomials agree with quadrature', () => {
  for (const { values, moments } of models)
    for (const [polynomial, value] of Object.entries(moments))
      expect(at(expectation(graph(), polynomial), values) / value).toBeCloseTo(1, 9);
});

test('entropy and divergence of a graph agree with its covariance matrix', () => {
  for (const row of models) {
    expect(at(jointEntropy(graph()), row.values)).toBeCloseTo(row.entropy, 10);
    expect(at(jointKl(graph(), graph('2')), both(row))).toBeCloseTo(row.kl, 9);
  }
});

const verdict = (lhs: Expr | string, rhs: Expr | string, domains: Record<string, string>, given?: string[]) =>
  decide({ lhs, rhs, symbols: domains, given } as Claim, { diagnose: false }).verdict;

test('Isserlis for four centred variables is proved, and refuted with a pairing forgotten', () => {
  const centred = gaussianModel({
    p: { variance: 'a' },
    q: { of: { p: 'b' }, variance: 'c' },
    r: { of: { p: 'd', q: 'e' }, variance: 'f' },
  });
  const cov = (i: string, j: string): Expr => centred.covariance(i, j);
  const domains = { a: positive, b: real, c: positive, d: real, e: real, f: positive };
  const moment = expectation(centred, 'p*q*r^2');
  const pair = (...xs: Expr[]): Expr => ({ kind: 'mul', args: xs });
  const half = sum(pair(cov('p', 'q'), cov('r', 'r')), pair(cov('p', 'r'), cov('q', 'r')));
  expect(verdict(moment, sum(half, pair(cov('p', 'r'), cov('q', 'r'))), domains)).toBe('proved');
  expect(verdict(moment, half, domains)).toBe('refuted');
});

test('the divergence is cross entropy less entropy', () => {
  const domains = { a: real, b: positive, c: real, e: positive };
  const [p, q] = [gaussian('a', 'b'), gaussian('c', 'e')];
  const gap = sum(crossEntropy(p, q), [-1, entropy(p)]);
  expect(verdict(klDivergence(p, q), gap, domains)).toBe('proved');
  expect(verdict(klDivergence(q, p), gap, domains)).toBe('refuted');
});

test('the joint log density is the sum of a marginal and a conditional, in either order', () => {
  const domains = { alpha: '(0,1)', abarPrev: '(0,1)', x0: real, xt: real, xPrev: real };
  const model = gaussianModel({
    xPrev: { mean: 'sqrt(abarPrev)*x0', variance: '1 - abarPrev' },
    xt: { of: { xPrev: 'sqrt(alpha)' }, variance: '1 - alpha' },
  });
  const turned = sum(
    logDensity('xt', model.marginal('xt')),
    logDensity('xPrev', model.conditional('xPrev', { xt: 'xt' })),
  );
  expect(verdict(jointLogDensity(model), turned, domains)).toBe('proved');
});

const noising = gaussianModel({
  x0: { mean: 'm', variance: 's' },
  eps: { variance: '1' },
  xt: { of: { x0: 'sqrt(abar)', eps: 'sqrt(1 - abar)' }, variance: '0' },
});
const domains = { m: real, s: positive, abar: '(0,1)', xt: real };

test('Tweedie: the mean of the data given x_t is read off the score', () => {
  const { mean: seen, variance } = noising.marginal('xt');
  const score = `-(xt - (${toText(seen)}))/(${toText(variance)})`;
  const { mean } = noising.conditional('x0', { xt: 'xt' });
  expect(verdict(mean, `(xt + (1 - abar)*${score})/sqrt(abar)`, domains)).toBe('proved');
  expect(verdict(mean, `(xt + (1 - abar)*${score})/abar`, domains)).toBe('refuted');
  expect(verdict(mean, `(xt - (1 - abar)*${score})/sqrt(abar)`, domains)).toBe('refuted');
  // the noise that the best predictor sees
  const { mean: noise } = noising.conditional('eps', { xt: 'xt' });
  expect(verdict(noise, `-sqrt(1 - abar)*${score}`, domains)).toBe('proved');
});

test('the expected loss of the best noise predictor is the variance left', () => {
  const { mean: guess, variance } = noising.conditional('eps', { xt: 'xt' });
  const loss = expectation(noising, `(eps - (${toText(guess)}))^2`);
  expect(verdict(loss, variance, domains)).toBe('proved');
  expect(verdict(covariance(noising, 'x0', 'xt'), 'sqrt(abar)*s', domains)).toBe('proved');
});

test('what is no polynomial, and models of other variables, are refused', () => {
  expect(() => expectation(graph(), 'exp(x)')).toThrow(
    'expected a polynomial in x, y, z, got a variable inside exp',
  );
  expect(() => expectation(graph(), '1/x')).toThrow('a variable below a fraction');
  expect(() => expectation(graph(), 'sqrt(x)')).toThrow('a variable inside sqrt');
  expect(() => expectation(graph(), '2^x')).toThrow('a variable in an exponent');
  expect(() => jointKl(graph(), noising)).toThrow('models of x, y, z and of x0, eps, xt');
  expect(at(expectation(graph(), 'exp(a)*x/(1 + b)'), models[0].values)).toBeCloseTo(
    (Math.exp(models[0].values.a) * models[0].values.a) / (1 + models[0].values.b),
    12,
  );
});

test('what is neither of the model nor declared is no constant: a misspelt variable has no mean', () => {
  const pair = gaussianModel({ x: { mean: 'm', variance: 'v' }, y: { of: { x: 'a' }, variance: 's' } });
  expect(() => expectation(pair, 'X*y')).toThrow('expectation: X is not declared');
  expect(() => covariance(pair, 'x', 'z')).toThrow('expectation: z is not declared');
  const domains = { m: real, v: positive, a: real, s: positive, c: real };
  expect(verdict(expectation(pair, 'c*x', { constants: ['c'] }), 'c*m', domains)).not.toBe('refuted');
  const defined = expectation(pair, 'c*x', { given: ['c = x - m'] });
  expect(verdict(defined, 'v', domains)).toBe('proved');
  expect(verdict(defined, 'c*m', domains)).toBe('refuted');
});

test('means of what definitions double many times are taken without writing it out', () => {
  const given = Array.from({ length: 40 }, (_, i) => `y${i + 1} = y${i} + y${i}`);
  const model = gaussianModel({ y0: { mean: 'm', variance: 'v' } });
  const symbols = { m: '(-inf,inf)', v: '(0,inf)' };
  const verdict = (lhs: Expr, rhs: string): string => decide({ lhs, rhs, symbols }).verdict;
  expect(verdict(expectation(model, 'y25', { given }), '2^25*m')).toBe('proved');
  expect(verdict(expectation(model, 'y40^2', { given }), '4^40*(m^2 + v)')).toBe('proved');
  expect(verdict(covariance(model, 'y40', 'y0', { given }), '2^39*v')).toBe('refuted');
  const powers = Array.from({ length: 40 }, (_, i) => `y${i + 1} = y${i}*y${i}`);
  expect(() => expectation(model, 'y40', { given: powers })).toThrow('got a degree above 16');
});
