import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  decide,
  declare,
  density,
  derivative,
  divergence,
  fokkerPlanck,
  formula,
  gaussian,
  gaussianModel,
  gradient,
  isotropicGradient,
  isotropicLaplacian,
  laplacian,
  logDensity,
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
  const v = { constants: ['v'] };
  const lhs = radialLaplacian(substitute(parse(f), { s: parse('r^2') }), 'r', 'd', v);
  const rhs = substitute(isotropicLaplacian(f, 's', 'd', v), { s: parse('r^2') });
  expect(verdict({ lhs, rhs }, { r: positive, d: '[1,inf)', v: positive })).toBe('proved');
  // heat: the isotropic Gaussian in d dimensions spreads at rate 1/2
  const heat = 'exp(-s/(2*t))/t^(d/2)';
  const spread = toText(isotropicLaplacian(heat, 's', 'd', { constants: ['t'] }));
  const sides = { lhs: rate(heat, { t: '1' }, { constants: ['s', 'd'] }), rhs: `(${spread})/2` };
  expect(verdict(sides, { s: '[0,inf)', t: positive, d: '[1,inf)' })).toBe('proved');
  const fast = { ...sides, rhs: spread };
  expect(verdict(fast, { s: '[0,inf)', t: positive, d: '[1,inf)' })).toBe('refuted');
});

test('scores of a Gaussian and of a mixture', () => {
  const score = scoreOf(density('x', gaussian('m', 'v')), 'x', { constants: ['m', 'v'] });
  const symbols = { x: real, m: real, n: real, v: positive, w: unit };
  expect(verdict({ lhs: score, rhs: '-(x - m)/v' }, symbols)).toBe('proved');
  expect(verdict({ lhs: score, rhs: '-(x - m)/sqrt(v)' }, symbols)).toBe('refuted');
  const mixed = scoreOf(mixtureDensity('x', [['w', gaussian('m', 'v')], ['1 - w', gaussian('n', 'v')]]), 'x', { constants: ['m', 'n', 'v', 'w'] }); // prettier-ignore
  const near = 'w/(w + (1 - w)*exp((x - m)^2/(2*v) - (x - n)^2/(2*v)))';
  const expected = `-(x - ${near}*m - (1 - ${near})*n)/v`;
  expect(verdict({ lhs: mixed, rhs: expected }, symbols)).toBe('proved');
});

const constants = ['x0', 'm', 'n', 'u', 'v', 'w', 'k', 'g'];
const vp = { constants, x: 'x', drift: '-beta*x/2', diffusion: 'sqrt(beta)', rates: { abar: '-beta*abar' } };
const noised = (m: string, v: string): Gaussian => gaussian(`sqrt(abar)*${m}`, `abar*${v} + 1 - abar`);
const two = (parts: [Gaussian, Gaussian]): Expr =>
  mixtureDensity('x', [['w', parts[0]], ['1 - w', parts[1]]]); // prettier-ignore
const symbols = { x: real, x0: real, m: real, n: real, u: positive, v: positive, w: unit, abar: unit, beta: positive, sigma2: positive, g: real, k: positive, t: positive }; // prettier-ignore
const ve = { constants, x: 'x', drift: '0', diffusion: 'g', rates: { sigma2: 'g^2' } };
const ou = { constants, x: 'x', drift: '-k*x', diffusion: 'g', rates: { t: '1' } };
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
  ['a mixture with the weights moving', { ...vp, constants: ['m', 'n', 'u', 'v'], rates: { ...vp.rates, w: 'beta' }, density: two([noised('m', 'v'), noised('n', 'u')]) }],
  ['standard deviation for variance', { ...ve, density: density('x', gaussian('x0', 'sigma2^2')) }],
  ['half the relaxation', { ...ou, density: density('x', gaussian('x0*exp(-k*t)', 'g^2/(2*k)*(1 - exp(-k*t))')) }],
])('Fokker and Planck refute %s', (_, spec) => {
  expect(verdict(fokkerPlanck(spec), symbols)).toBe('refuted');
}); // prettier-ignore

test('the probability flow moves the density as the process does', () => {
  const p = density('x', noised('m', 'v'));
  const score = toText(scoreOf(p, 'x', { constants: ['abar', 'm', 'v'] }));
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
    constants: ['m'],
  };
  expect(() => fokkerPlanck({ ...spec, rates: { w: '1' } })).toThrow(/rate of w: nothing here reads it/);
  expect(() => fokkerPlanck({ ...spec, rates: { v: '1' } })).not.toThrow();
});

const B = { B: positive, s2: positive, beta: positive, x: real, x0: real };
const definedVariance = (mean: string, given: string) =>
  fokkerPlanck({
    ...vp,
    density: density('x', gaussian(mean, 's2')),
    rates: { B: 'beta' },
    constants: ['x0'],
    given: [given],
  });

test('what a definition makes depend on time moves with it', () => {
  const law = definedVariance('exp(-B/2)*x0', 's2 = 1 - exp(-B)');
  expect(verdict(law, B)).toBe('proved');
  expect(verdict(definedVariance('0', 's2 = 1 + B'), B)).toBe('refuted'); // at rest only where s2 is 1
  expect(verdict(definedVariance('0', 's2 = 1 + 0*B'), B)).toBe('proved');
  const layers = { constants: ['c'], given: ['a = c*u', 'u = exp(w)', 'w = x^2', 'w < 9'] };
  const chained = { lhs: derivative('a', 'x', layers), rhs: '2*c*x*exp(x^2)' };
  expect(verdict(chained, { c: real, x: real })).toMatch(/proved|vacuous/);
  expect(verdict({ lhs: gradient('u', ['x'], layers)[0], rhs: '0*x' }, { x: real })).toBe('refuted');
  const radius = { lhs: isotropicGradient('v', 's', { given: ['v = s^3'] }), rhs: '6*s^2' };
  expect(verdict(radius, { s: real })).toMatch(/proved|vacuous/);
});

// Of every operation, the symbol q that nobody declares: its derivative would be a silent 0.
test.each<[string, () => unknown]>([
  ['derivative', () => derivative('q', 'x')],
  ['derivative of a power', () => derivative('x^q', 'x')],
  ['gradient', () => gradient('x*y*q', ['x', 'y'])],
  ['laplacian', () => laplacian('q', ['x', 'y'])],
  ['divergence', () => divergence(['x', 'q'], ['x', 'y'])],
  ['isotropicLaplacian', () => isotropicLaplacian('q', 's')],
  ['isotropicGradient', () => isotropicGradient('q*s', 's')],
  ['radialLaplacian', () => radialLaplacian('q', 'r')],
  ['scoreOf', () => scoreOf('q', 'x')],
  ['scoreOf a mixture', () => scoreOf(mixtureDensity('x', [['q', gaussian('0', '1')]]), 'x')],
  ['rate', () => rate('q*t', { t: '1' })],
  ['fokkerPlanck, in the density', () => fokkerPlanck({ ...vp, density: density('x', gaussian('q', 'abar')) })],
  ['fokkerPlanck, in the drift', () => fokkerPlanck({ ...vp, drift: 'q', density: density('x', gaussian('0', 'abar')) })],
  ['fokkerPlanck, in the diffusion', () => fokkerPlanck({ ...vp, diffusion: 'q', density: density('x', gaussian('0', 'abar')) })],
])('%s refuses a symbol that is not declared', (_, take) => {
  expect(take).toThrow(/q is not declared: name it in constants, or give/);
}); // prettier-ignore

test('a message names what is declared, and what is near', () => {
  const declared = { constants: ['scale', 'm'], functions: { pdf: { x: 'slope' } } };
  expect(() => derivative('scalle*x', 'x', declared)).toThrow(
    'did you mean scale? (declared: variables x; constants scale, m; functions pdf)',
  );
  expect(() => rate('exp(-abar)', { abr: '-abr' })).toThrow('rate: abar is not declared');
  expect(() => rate('exp(-abar)', { abr: '-beta*abar' })).toThrow('did you mean abar?');
  expect(() => rate('exp(-abar)', { abr: '1' }, { constants: ['abar'] })).toThrow('did you mean abar?');
});

test('a tower of derivatives is taken as far as it is declared, and no further', () => {
  const first = { functions: { q: { x: 'q1' } } };
  const second = { functions: { q: { x: 'q1' }, q1: { x: 'q2' } } };
  const square = derivative('q^2', 'x', first);
  expect(() => derivative(square, 'x', first)).toThrow(
    'q1 is not declared (it comes from a derivative of q: one order more is needed)',
  );
  const reals = { q: real, q1: real, q2: real };
  const twice = derivative(square, 'x', second);
  expect(verdict({ lhs: twice, rhs: '2*q1^2 + 2*q*q2' }, reals)).toBe('proved');
  expect(verdict({ lhs: twice, rhs: '2*q1^2' }, reals)).toBe('refuted');
  expect(verdict({ lhs: laplacian('q^2', ['x'], second), rhs: '2*q1^2' }, reals)).toBe('refuted');
  expect(() => laplacian('q', ['x'], first)).toThrow('one order more is needed');
  expect(() => rate(rate('q^2', { q: 'q1' }), { q: 'q1' })).toThrow('q1 is not declared');
  const moves = { q: 'q1', q1: 'q2' };
  const twiceRated = { lhs: rate(rate('q^2', moves), moves), rhs: '2*q1^2 + 2*q*q2' };
  expect(verdict(twiceRated, reals)).toBe('proved');
  expect(toText(scoreOf('q', 'x', first))).toBe('q1/q');
  expect(() => gradient('q', ['x', 'y'], first)).toThrow('the derivative of q in y is not declared');
});

test('an unknown density follows the process where its rate says so', () => {
  const unknown = {
    density: 'q',
    x: 'x',
    drift: '-x/2',
    diffusion: '1',
    rates: { q: 'qt' },
    functions: { q: { x: 'q1' }, q1: { x: 'q2' } },
  };
  const reals = { x: real, q: real, q1: real, q2: real, qt: real };
  const { lhs, rhs } = fokkerPlanck(unknown);
  const given = ['qt = (q + x*q1 + q2)/2'];
  expect(decide({ lhs, rhs, symbols: reals, given }, { diagnose: false }).verdict).toBe('proved');
  expect(verdict({ lhs, rhs }, reals)).toBe('refuted');
});

test('what is declared in two ways, or moves with x, is refused', () => {
  const twice = /is declared twice: expected one of a variable, a constant, a function and a definition/;
  expect(() => derivative('x', 'x', { constants: ['x'] })).toThrow(twice);
  expect(() => derivative('x', 'x', { given: ['x = y'], constants: ['y'] })).toThrow(twice);
  expect(() => derivative('x*s', 'x', { given: ['s = x^2'], constants: ['s'] })).toThrow(twice);
  expect(() => rate('s', { s: '1' }, { constants: ['s'] })).toThrow(twice);
  expect(() => rate('s', { s: 'b' }, { given: ['s = t'] })).toThrow(twice);
  expect(() => derivative('s', 'x', { given: ['s = u', 'u = s'] })).toThrow('is cyclic');
  expect(() =>
    fokkerPlanck({ ...vp, rates: { abar: 'x' }, density: density('x', noised('m', 'v')) }),
  ).toThrow('the rate of abar reads x');
});

test('a name that is the number π, or no name, is refused as a variable, a constant and a function', () => {
  const number = 'is the number π, known without a declaration, and cannot be a symbol';
  const one = gaussian('0', '1');
  expect(() => derivative('pi^2', 'pi')).toThrow(number);
  expect(() => gradient('π*x', ['x', 'π'])).toThrow(number);
  expect(() => derivative('pi*x', 'x', { functions: { pi: { x: 'p1' } } })).toThrow(number);
  expect(() => derivative('x', 'x', { constants: ['pi'] })).toThrow(number);
  expect(() => density('pi', one)).toThrow(number);
  expect(() => logDensity('pi', one)).toThrow(number);
  expect(() => gaussianModel({ pi: { variance: '1' } })).toThrow(number);
  expect(() => derivative('3', 'x + 1')).toThrow('"x + 1" cannot be a symbol');
  expect(() => gaussianModel({ 'x y': { variance: '1' } })).toThrow('"x y" cannot be a symbol');
  expect(() => fokkerPlanck({ ...vp, x: 'pi', density: '1', rates: {} })).toThrow(number);
});

test('no density of x has x in its mean, its variance or a weight', () => {
  expect(() => density('x', gaussian('x', 'v'))).toThrow('the mean reads x');
  expect(() => logDensity('x', gaussian('m', 'x^2'))).toThrow('the variance reads x');
  expect(() => mixtureDensity('x', [['x', gaussian('0', '1')]])).toThrow('the weight reads x');
});

test('no definition and no function makes a part of a density of x read x, through any number of layers', () => {
  const normal = density('x', gaussian('m', 'v'));
  const held = { constants: ['v'] };
  const message = /in a density of x/;
  expect(() => scoreOf(normal, 'x', { ...held, given: ['m = x'] })).toThrow(message);
  expect(() => scoreOf(normal, 'x', { ...held, given: ['m = 2*a', 'a = b + 1', 'b = exp(x)'] })).toThrow(message);
  expect(() => scoreOf(normal, 'x', { constants: ['m'], given: ['v = x^2 + 1'] })).toThrow(message);
  expect(() => scoreOf(normal, 'z', { ...held, given: ['x = z', 'm = z'] })).toThrow(message);
  expect(() => scoreOf(normal, 'x', { ...held, functions: { m: { x: '1' } } })).toThrow(message);
  const more = { constants: ['v', 'k'], given: ['m = x'] };
  const within = { kind: 'mul', args: [parse('k'), { kind: 'neg', arg: normal }] } as Expr;
  for (const f of [normal, within, logDensity('x', gaussian('m', 'v'))])
    for (const take of [derivative, scoreOf]) expect(() => take(f, 'x', more)).toThrow(message);
  expect(() => laplacian(within, ['x'], more)).toThrow(message);
  const mixed = mixtureDensity('x', [['w', gaussian('0', '1')], ['1 - w', gaussian('1', '1')]]);
  expect(() => scoreOf(mixed, 'x', { given: ['w = 1/(1 + x^2)'] })).toThrow('the weight w reads x');
  const still = { density: normal, x: 'x', drift: '0', diffusion: '1', rates: { v: '1' } };
  expect(() => fokkerPlanck({ ...still, given: ['m = a', 'a = x'] })).toThrow(message);
  expect(() => fokkerPlanck({ ...still, constants: ['c'], rates: { v: '1', m: '0*c' }, functions: { m: { x: '2*c' } } })).toThrow(message);
  // A definition free of x, and a point that is looked at, are none of these.
  expect(toText(scoreOf(normal, 'x', { ...held, given: ['m = 2*a'], constants: ['v', 'a'] }))).toContain('2*a');
  expect(() => rate(normal, { t: '1' }, { ...held, constants: ['v', 'm'], given: ['x = m + t'] })).not.toThrow();
}); // prettier-ignore

test('a variance that is a negative number is refused, however it is written', () => {
  const of = (variance: string) => () => gaussian('0', variance);
  for (const variance of ['-1', '3 - pi', '-sqrt(2)', 'log(1/2)', 'sqrt(-2)', '355/113 - pi - 1/10^6'])
    expect(of(variance)).toThrow(/expected 0 or more/);
  for (const variance of ['0', 'pi - 3', 'sqrt(2) - sqrt(2)', '22/7 - pi', '1 + sin(1)'])
    expect(of(variance)).not.toThrow();
  expect(() => gaussianModel({ x: { variance: '3 - pi' } })).toThrow('the variance of x is 3 - pi');
});

test('a variance that is negative whatever its symbols are is refused, and one that may not be is none', () => {
  for (const variance of ['x - x - 1', '0*x - 1', '-1 - x^2', '-exp(x)', 'sqrt(x)^2 - x - 1/3'])
    expect(() => gaussian('0', variance)).toThrow('always negative: expected 0 or more');
  for (const variance of ['x - x', 'v', '1 - a', '-v', 'g^2/(2*k)*(1 - exp(-2*k*t))', '-x^2'])
    expect(() => gaussian('0', variance)).not.toThrow();
  expect(() => gaussianModel({ x: { variance: 'v - v - 2' } })).toThrow('the variance of x is v - v - 2');
});

test('the weights of a mixture are not negative, and sum to 1', () => {
  const mixed = (...weights: string[]) => () =>
    mixtureDensity('x', weights.map((weight) => [weight, gaussian('0', '1')])); // prettier-ignore
  expect(mixed('2', '-1')).toThrow('weight 2 is -1: expected 0 or more');
  expect(mixed('2', 'w - w - 1')).toThrow('weight 2 is w - w - 1, which is always negative');
  for (const wrong of [['1', '1'], ['1/2', '1/3'], ['2'], ['w - w + 1/2', '1/4'], ['w^2', '2'], []])
    expect(mixed(...wrong)).toThrow('expected a sum of 1');
  for (const right of [['1/2', '1/3', '1/6'], ['0.25', '0.75'], ['1'], ['w', '1 - w'], ['u', 'v'], ['1/2', 'w'], ['sqrt(2)/2', '1 - 1/sqrt(2)']])
    expect(mixed(...right)).not.toThrow(); // prettier-ignore
});

test('what moves by a function of x is a function of x', () => {
  const moved = { density: 'a', x: 'x', drift: 'f', diffusion: '0', rates: { a: 'q' } };
  const known = { f: { x: 'f1' }, q: { x: 'q1' } };
  expect(() => fokkerPlanck({ ...moved, functions: known })).toThrow(
    'the rate of a reads q, a function of x',
  );
  const { rhs } = fokkerPlanck({
    ...moved,
    functions: { ...known, a: { x: 'a1' }, a1: { x: 'a2' } },
  });
  expect(() => fokkerPlanck({ ...moved, functions: { ...known, q: { x: '0' } } })).not.toThrow();
  expect(
    verdict({ lhs: rhs, rhs: '-f1*a - f*a1' }, { a: real, a1: real, a2: real, f: real, f1: real }),
  ).toMatch(/proved|vacuous/);
});

test('an inequality that cannot be read is refused, though derivatives leave inequalities aside', () => {
  expect(() => derivative('x', 'x', { given: ['sqrt( < 3'] })).toThrow('character');
});

test.each([20, 100])('definitions that double %i times are differentiated without being written out', (n) => {
  const given = (rule: (y: string) => string): string[] =>
    Array.from({ length: n }, (_, i) => `y${i + 1} = ${rule(`y${i}`)}`);
  const doubled = derivative(`y${n}`, 'y0', { given: given((y) => `${y} + ${y}`) });
  expect(verdict({ lhs: doubled, rhs: `2^${n}` }, {})).toBe('proved');
  expect(verdict({ lhs: doubled, rhs: `2^${n - 1}` }, {})).toBe('refuted');
  const scaled = derivative(`y${n}`, 'y0', { given: given((y) => `c*${y}`), constants: ['c'] });
  expect(verdict({ lhs: scaled, rhs: `c^${n}` }, { c: positive })).toBe('proved');
});
