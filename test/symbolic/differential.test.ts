import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  decide,
  declare,
  density,
  divergence,
  fokkerPlanck,
  formula,
  gaussian,
  gradient,
  isotropicGradient,
  isotropicLaplacian,
  laplacian,
  mixtureDensity,
  parse,
  radialLaplacian,
  rate,
  scoreOf,
  substitute,
  toText,
  type Expr,
  type Gaussian,
} from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';
const unit = '(0,1)';
const verdict = (sides: { lhs: Expr | string; rhs: Expr | string }, symbols: Record<string, string>) =>
  decide({ ...sides, symbols }, { diagnose: false }).verdict;

interface Row { d: number; f: string; s: number; laplacian: number } // prettier-ignore
const { radial } = JSON.parse(
  readFileSync(new URL('../reference/gaussian_calculus.json', import.meta.url), 'utf8'),
) as { radial: Row[] };

test('isotropic Laplacians agree with SymPy in Cartesian coordinates', () => {
  const entry = { tex: 's', domain: real, meaning: '' };
  const symbols = declare({ s: entry, d: entry, r: entry });
  const value = (expr: Expr, values: Record<string, number>): number =>
    formula('value', { tex: 'f', expr: toText(expr), cite: '', symbols }).evaluate(values);
  for (const { d, f, s, laplacian: expected } of radial) {
    expect(value(isotropicLaplacian(f, 's'), { s, d }) / expected).toBeCloseTo(1, 12);
    const byRadius = substitute(parse(f), { s: parse('r^2') });
    expect(value(radialLaplacian(byRadius, 'r'), { r: Math.sqrt(s), d }) / expected).toBeCloseTo(1, 12);
  }
});

test.each([1, 2, 3])('in %i dimensions the isotropic Laplacian is the sum of second derivatives', (d) => {
  const names = ['x', 'y', 'z'].slice(0, d);
  const symbols = Object.fromEntries(names.map((name) => [name, real]));
  const s = parse(names.map((name) => `${name}^2`).join(' + '));
  for (const f of ['exp(-s/2)', 's^3', 'log(1 + s)', '1/(1 + s)']) {
    const whole = substitute(parse(f), { s });
    const lhs = substitute(isotropicLaplacian(f, 's', `${d}`), { s });
    expect(verdict({ lhs, rhs: laplacian(whole, names) }, symbols)).toBe('proved');
    const field = gradient(whole, names);
    expect(verdict({ lhs, rhs: divergence(field, names) }, symbols)).toBe('proved');
    const radius = substitute(isotropicGradient(f, 's'), { s });
    const first = { lhs: field[0], rhs: { kind: 'mul', args: [radius, parse('x')] } as Expr };
    expect(verdict(first, symbols)).toMatch(/proved|vacuous/); // the chain rule may write the very same
  }
  const wrong = substitute(isotropicLaplacian('s^3', 's', `${d + 1}`), { s });
  const right = laplacian(substitute(parse('s^3'), { s }), names);
  expect(verdict({ lhs: wrong, rhs: right }, symbols)).toBe('refuted');
});

test('the radial and the squared form of the Laplacian agree in every dimension', () => {
  const f = 'exp(-s/(2*v))*s';
  const lhs = radialLaplacian(substitute(parse(f), { s: parse('r^2') }), 'r');
  const rhs = substitute(isotropicLaplacian(f, 's'), { s: parse('r^2') });
  expect(verdict({ lhs, rhs }, { r: positive, d: '[1,inf)', v: positive })).toBe('proved');
  // heat: the isotropic Gaussian in d dimensions spreads at rate 1/2
  const heat = 'exp(-s/(2*t))/t^(d/2)';
  const sides = { lhs: rate(heat, { t: '1' }), rhs: `(${toText(isotropicLaplacian(heat, 's'))})/2` };
  expect(verdict(sides, { s: '[0,inf)', t: positive, d: '[1,inf)' })).toBe('proved');
  const fast = { ...sides, rhs: toText(isotropicLaplacian(heat, 's')) };
  expect(verdict(fast, { s: '[0,inf)', t: positive, d: '[1,inf)' })).toBe('refuted');
});

test('scores of a Gaussian and of a mixture', () => {
  const score = scoreOf(density('x', gaussian('m', 'v')), 'x');
  const symbols = { x: real, m: real, n: real, v: positive, w: unit };
  expect(verdict({ lhs: score, rhs: '-(x - m)/v' }, symbols)).toBe('proved');
  expect(verdict({ lhs: score, rhs: '-(x - m)/sqrt(v)' }, symbols)).toBe('refuted');
  const mixed = scoreOf(mixtureDensity('x', [['w', gaussian('m', 'v')], ['1 - w', gaussian('n', 'v')]]), 'x'); // prettier-ignore
  const near = 'w/(w + (1 - w)*exp((x - m)^2/(2*v) - (x - n)^2/(2*v)))';
  const expected = `-(x - ${near}*m - (1 - ${near})*n)/v`;
  expect(verdict({ lhs: mixed, rhs: expected }, symbols)).toBe('proved');
});

const vp = { x: 'x', drift: '-beta*x/2', diffusion: 'sqrt(beta)', rates: { abar: '-beta*abar' } };
const noised = (m: string, v: string): Gaussian => gaussian(`sqrt(abar)*${m}`, `abar*${v} + 1 - abar`);
const two = (parts: [Gaussian, Gaussian]): Expr =>
  mixtureDensity('x', [['w', parts[0]], ['1 - w', parts[1]]]); // prettier-ignore
const symbols = { x: real, x0: real, m: real, n: real, u: positive, v: positive, w: unit, abar: unit, beta: positive, sigma2: positive, g: real, k: positive, t: positive }; // prettier-ignore
const ve = { x: 'x', drift: '0', diffusion: 'g', rates: { sigma2: 'g^2' } };
const ou = { x: 'x', drift: '-k*x', diffusion: 'g', rates: { t: '1' } };
const relaxed = gaussian('x0*exp(-k*t)', 'g^2/(2*k)*(1 - exp(-2*k*t))');

test.each([
  ['variance preserving, any schedule', { ...vp, density: density('x', noised('x0', '0')) }],
  ['variance preserving, from two Gaussians', { ...vp, density: two([noised('m', 'v'), noised('n', 'u')]) }],
  ['variance exploding', { ...ve, density: density('x', gaussian('x0', 'sigma2')) }],
  ['variance exploding, from two', { ...ve, density: two([gaussian('m', 'v + sigma2'), gaussian('n', 'u + sigma2')]) }],
  ['Ornstein and Uhlenbeck', { ...ou, density: density('x', relaxed) }],
  ['the standard Gaussian at rest', { ...vp, density: density('x', gaussian('0', '1')) }],
])('Fokker and Planck: %s', (_, spec) => {
  const used = Object.fromEntries(Object.entries(symbols));
  const { lhs, rhs } = fokkerPlanck(spec);
  expect(verdict({ lhs, rhs }, used)).toBe('proved');
}); // prettier-ignore

test.each([
  ['the drift not halved', { ...vp, drift: '-beta*x', density: density('x', noised('x0', '0')) }],
  ['the diffusion squared', { ...vp, diffusion: 'beta', density: density('x', noised('x0', '0')) }],
  ['a mixture with the weights moving', { ...vp, rates: { ...vp.rates, w: 'beta' }, density: two([noised('m', 'v'), noised('n', 'u')]) }],
  ['standard deviation for variance', { ...ve, density: density('x', gaussian('x0', 'sigma2^2')) }],
  ['half the relaxation', { ...ou, density: density('x', gaussian('x0*exp(-k*t)', 'g^2/(2*k)*(1 - exp(-k*t))')) }],
])('Fokker and Planck refute %s', (_, spec) => {
  expect(verdict(fokkerPlanck(spec), symbols)).toBe('refuted');
}); // prettier-ignore

test('the probability flow moves the density as the process does', () => {
  const p = density('x', noised('m', 'v'));
  const score = toText(scoreOf(p, 'x'));
  const flow = fokkerPlanck({ ...vp, drift: `-beta*x/2 - beta/2*(${score})`, diffusion: '0', density: p });
  expect(verdict(flow, symbols)).toBe('proved');
  const whole = fokkerPlanck({ ...vp, drift: `-beta*x/2 - beta*(${score})`, diffusion: '0', density: p });
  expect(verdict(whole, symbols)).toBe('refuted');
});

test('a field needs as many components as variables, and x has no rate', () => {
  expect(() => divergence(['x'], ['x', 'y'])).toThrow('a field of 1 components in 2 variables');
  expect(() => fokkerPlanck({ ...vp, rates: { x: '1' }, density: parse('x') })).toThrow('it has no rate');
});

test('a rate of something that nothing reads is refused: misspelt, it would stand still', () => {
  const spec = {
    density: density('x', { mean: parse('m'), variance: parse('v') }),
    x: 'x',
    drift: '0*x',
    diffusion: '1',
  };
  expect(() => fokkerPlanck({ ...spec, rates: { w: '1' } })).toThrow(/rate of w: nothing here reads it/);
  expect(() => fokkerPlanck({ ...spec, rates: { v: '1' } })).not.toThrow();
});
