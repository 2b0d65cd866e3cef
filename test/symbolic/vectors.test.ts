import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ClaimError,
  declare,
  decideVectors,
  derive,
  formula,
  gaussian,
  gaussianModel,
  isotropicEntropy,
  isotropicKl,
  isotropicLogDensity,
  toText,
  vectorSpace,
  type VectorClaim,
} from '../../src/symbolic/index.ts';
import { inComponents, Reader } from '../../src/symbolic/vectors.ts';

const unit = '(0,1)';
const positive = '(0,inf)';
const noising = { vectors: ['x0', 'eps', 'xt'], given: ['xt = sqrt(abar)*x0 + sqrt(1 - abar)*eps'] };
const two = { symbols: {}, vectors: ['x', 'y'] };
const step = {
  symbols: { alpha: unit, abarPrev: unit, abar: unit, beta: unit, sigma2: positive },
  given: ['abar = alpha*abarPrev', 'beta = 1 - alpha'],
};
const mean = (x0: string): string =>
  `sqrt(abarPrev)*beta/(1 - abar)*${x0} + sqrt(alpha)*(1 - abarPrev)/(1 - abar)*xt`;

const trues: [string, VectorClaim][] = [
  ['the residual of noising', { ...noising, symbols: { abar: unit }, lhs: 'norm2(xt - sqrt(abar)*x0)', rhs: '(1 - abar)*norm2(eps)' }],
  ['noise read off, as vectors', { ...noising, symbols: { abar: unit }, lhs: '(xt - sqrt(abar)*x0)/sqrt(1 - abar)', rhs: 'eps' }],
  ['the parallelogram', { ...two, lhs: 'norm2(x + y) + norm2(x - y)', rhs: '2*norm2(x) + 2*norm2(y)' }],
  ['polarization', { ...two, lhs: 'dot(x, y)', rhs: '(norm2(x + y) - norm2(x - y))/4' }],
  ['Cauchy and Schwarz in an absolute value', { ...two, lhs: 'abs(norm2(x)*norm2(y) - dot(x, y)^2)', rhs: 'norm2(x)*norm2(y) - dot(x, y)^2' }],
  ['guidance by either convention', {
    symbols: { w: '(-inf,inf)' }, vectors: ['c', 'u'],
    lhs: 'norm2((1 + w)*c - w*u - u)', rhs: '(1 + w)^2*norm2(c - u)',
  }],
  ['the divergence of isotropic Gaussians', {
    symbols: { v: positive, w: positive }, vectors: ['m', 'n'],
    lhs: isotropicKl({ mean: 'm', variance: 'v' }, { mean: 'n', variance: 'w' }),
    rhs: 'norm2(m - n)/(2*w) + d/2*(v/w - 1 + log(w/v))',
  }],
  ['the weight of L_{t-1} on the data', {
    ...step, vectors: ['x0', 'guess', 'xt'],
    lhs: isotropicKl({ mean: mean('x0'), variance: 'sigma2' }, { mean: mean('guess'), variance: 'sigma2' }),
    rhs: 'abarPrev*beta^2/(2*sigma2*(1 - abar)^2)*norm2(x0 - guess)',
  }],
  ['the weight of L_{t-1} on the noise', {
    ...step, vectors: ['eps', 'epsHat', 'xt', 'x0', 'guess'],
    given: [...step.given, 'x0 = (xt - sqrt(1 - abar)*eps)/sqrt(abar)', 'guess = (xt - sqrt(1 - abar)*epsHat)/sqrt(abar)'],
    lhs: isotropicKl({ mean: mean('x0'), variance: 'sigma2' }, { mean: mean('guess'), variance: 'sigma2' }),
    rhs: 'beta^2/(2*sigma2*alpha*(1 - abar))*norm2(eps - epsHat)',
  }],
  ['velocity against noise', {
    vectors: ['x0', 'eps', 'guess', 'hat', 'xt', 'v', 'vHat'], symbols: { abar: unit },
    given: [
      'xt = sqrt(abar)*x0 + sqrt(1 - abar)*eps', 'guess = (xt - sqrt(1 - abar)*hat)/sqrt(abar)',
      'v = sqrt(abar)*eps - sqrt(1 - abar)*x0', 'vHat = sqrt(abar)*hat - sqrt(1 - abar)*guess',
    ],
    lhs: 'norm2(v - vHat)', rhs: 'norm2(eps - hat)/abar',
  }],
]; // prettier-ignore

test.each(trues)('%s holds in every dimension', (_, claim) => {
  const { verdict, dimensions, conditions } = decideVectors(claim);
  expect({ verdict, dimensions, conditions }).toEqual({
    verdict: 'proved',
    dimensions: 'every d',
    conditions: [],
  });
});

const falses: [string, VectorClaim, string][] = [
  ['a root forgotten', { ...noising, symbols: { abar: unit }, lhs: 'norm2(xt - abar*x0)', rhs: '(1 - abar)*norm2(eps)' }, 'd = 1'],
  ['noise without its root, as vectors', { ...noising, symbols: { abar: unit }, lhs: '(xt - sqrt(abar)*x0)/(1 - abar)', rhs: 'eps' }, 'd = 1'],
  ['equality in Cauchy and Schwarz, true in one dimension', { ...two, lhs: 'dot(x, y)^2', rhs: 'norm2(x)*norm2(y)' }, 'd = 2'],
  ['a Gram determinant of three vectors, zero in a plane', {
    symbols: {}, vectors: ['x', 'y', 'z'],
    lhs: 'norm2(x)*(norm2(y)*norm2(z) - dot(y, z)^2) - dot(x, y)*(dot(x, y)*norm2(z) - dot(y, z)*dot(x, z)) + dot(x, z)*(dot(x, y)*dot(y, z) - norm2(y)*dot(x, z))',
    rhs: '0',
  }, 'd = 3'],
  ['a divergence that forgets d at the variances', {
    symbols: { v: positive, w: positive }, vectors: ['m', 'n'],
    lhs: isotropicKl({ mean: 'm', variance: 'v' }, { mean: 'n', variance: 'w' }),
    rhs: 'norm2(m - n)/(2*w) + 1/2*(v/w - d + log(w/v))',
  }, 'd = 2'],
  ['the weight of L_{t-1} not squared', {
    ...step, vectors: ['x0', 'guess', 'xt'],
    lhs: isotropicKl({ mean: mean('x0'), variance: 'sigma2' }, { mean: mean('guess'), variance: 'sigma2' }),
    rhs: 'abarPrev*beta/(2*sigma2*(1 - abar)^2)*norm2(x0 - guess)',
  }, 'd = 1'],
]; // prettier-ignore

test.each(falses)('%s is refuted by actual vectors', (_, claim, dimensions) => {
  const found = decideVectors(claim);
  expect([found.verdict, found.dimensions]).toEqual(['refuted', dimensions]);
  // The counterexample is a point that can be written down, in the dimension it says.
  const d = Number(dimensions.at(-1));
  const { point } = found.counterexample!;
  expect(point.d).toBe(`${d}`);
  const vectors = Object.values(point).filter((value) => value.startsWith('('));
  expect(vectors.length).toBeGreaterThan(0);
  for (const value of vectors) expect(value.split(',')).toHaveLength(d);
});

test('what no vectors refute is not refuted, though free Gram symbols would', () => {
  const wide = { ...two, symbols: { d: '[1,inf)' } };
  expect(decideVectors({ ...wide, lhs: 'sqrt((norm2(x)*norm2(y) - dot(x, y)^2)^2)', rhs: 'norm2(x)*norm2(y) - dot(x, y)^2' }).verdict).toBe('proved');
  expect(decideVectors({ ...two, lhs: 'sqrt(norm2(x - y))^2', rhs: 'norm2(x - y)' }).conditions).toEqual([]);
  expect(decideVectors({ ...two, lhs: 'norm2(x)/norm2(x)', rhs: '1' }).conditions).toHaveLength(1);
}); // prettier-ignore

test('vectors and scalars are not mixed', () => {
  expect(() => decideVectors({ ...two, lhs: 'x*y', rhs: '1' })).toThrow(
    'a product of two vectors: expected dot(u, v)',
  );
  expect(() => decideVectors({ ...two, lhs: 'x', rhs: '1' })).toThrow(
    'one side is a vector, the other is not',
  );
  expect(() => decideVectors({ ...two, lhs: 'norm2(x + 1)', rhs: '1' })).toThrow(
    'a scalar added to a vector',
  );
  expect(() => decideVectors({ ...two, lhs: 'dot(x)', rhs: '1' })).toThrow('expected 2 vectors');
  expect(() => decideVectors({ ...two, lhs: 'norm2(x', rhs: '1' })).toThrow('a bracket is not closed');
});

test('a derivation goes on Gram symbols that range over realizable ones only', () => {
  const space = vectorSpace({
    vectors: { x0: 'x_0', eps: '\\epsilon' },
    defined: { xt: 'sqrt(abar)*x0 + sqrt(1 - abar)*eps' },
  });
  const symbols = declare({ abar: { tex: '\\bar\\alpha_t', domain: unit, meaning: '' }, ...space.symbols });
  const start = (text: string) => derive('Residual', space.read(text), { symbols, given: space.given });
  const proof = start('norm2(xt - sqrt(abar)*x0)').step(space.read('(1 - abar)*norm2(eps)')).check();
  expect(proof.steps[1].tex).toContain('\\lVert \\epsilon \\rVert^2');
  start('abs(norm2(x0)*norm2(eps) - dot(x0, eps)^2)')
    .step(space.read('norm2(x0)*norm2(eps) - dot(x0, eps)^2'))
    .check();
  const wrong = start('norm2(xt)').step(space.read('abar*norm2(x0) + (1 - abar)*norm2(eps)')).steps[1];
  expect(wrong.verdict).toBe('refuted');
  expect(wrong.counterexample!.point.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['x0__1', 'eps__1']),
  );
});

interface Row { m: number[]; n: number[]; x: number[]; v: number; w: number; kl: number; density: number; entropy: number } // prettier-ignore
const { isotropic } = JSON.parse(
  readFileSync(new URL('../reference/gaussian_calculus.json', import.meta.url), 'utf8'),
) as { isotropic: Row[] };

test('isotropic KL, density and entropy agree with full covariance matrices in 1, 2 and 3 dimensions', () => {
  const names = ['m', 'n', 'x'];
  const reader = new Reader(names, {});
  const p = { mean: 'm', variance: 'v' };
  for (const row of isotropic) {
    const d = row.m.length;
    const values: Record<string, number> = { d, v: row.v, w: row.w };
    names.forEach((name) =>
      row[name as 'm'].forEach((value, axis) => (values[`${name}__${axis + 1}`] = value)),
    );
    const entry = { tex: 'x', domain: '(-inf,inf)', meaning: '' };
    const symbols = declare(Object.fromEntries(Object.keys(values).map((name) => [name, entry])));
    const at = (text: string): number =>
      formula('value', {
        tex: 'f',
        expr: toText(inComponents(reader.scalar(text), names, d)),
        cite: '',
        symbols,
      }).evaluate(values);
    expect(at(isotropicKl(p, { mean: 'n', variance: 'w' }))).toBeCloseTo(row.kl, 10);
    expect(at(isotropicLogDensity('x', p))).toBeCloseTo(row.density, 10);
    expect(at(isotropicEntropy(p))).toBeCloseTo(row.entropy, 10);
  }
});

test('a set that no vectors realize is undecided, and the scope in d is what the claim allows', () => {
  const impossible = ['norm2(x)*norm2(y) < dot(x,y)^2'];
  const sides = { lhs: 'abs(dot(x,y)^2 - norm2(x)*norm2(y))', rhs: 'dot(x,y)^2 - norm2(x)*norm2(y)' };
  const empty = decideVectors({ ...sides, symbols: {}, vectors: ['x', 'y'], given: impossible });
  expect(empty.verdict).toBe('undecided');
  const none = {
    lhs: 'abs(d-3)*norm2(x)',
    rhs: 'norm2(x)*(3-d)',
    symbols: { d: '[1.2,1.7]' },
    vectors: ['x'],
  };
  expect(decideVectors(none).verdict).toBe('undecided');
  const one = { lhs: 'd*norm2(x)', rhs: 'd^2*norm2(x)', symbols: { d: '[1,1]' }, vectors: ['x'] };
  expect(decideVectors(one)).toMatchObject({ verdict: 'proved', dimensions: 'd in [1,1]' });
});

test('a name that the checker makes for itself cannot be declared', () => {
  const symbols = { inner__0: '(0,1)' };
  const claim = { lhs: 'norm2(x) + inner__0', rhs: '2*norm2(x)', symbols, vectors: ['x'] };
  expect(() => decideVectors(claim)).toThrow(/inner__0/);
});

test('inner products of vectors with underscores in their names are told apart', () => {
  const vectors = ['a', 'b_c', 'a_b', 'c'];
  const verdict = (lhs: string, rhs: string) => decideVectors({ lhs, rhs, vectors, symbols: {} }).verdict;
  expect(verdict('2*dot(a, b_c)', 'dot(a, b_c) + dot(a_b, c)')).toBe('refuted');
  expect(verdict('norm2(a + b_c) - norm2(a - b_c)', '4*dot(b_c, a)')).toBe('proved');
  const space = vectorSpace({ vectors: { a: 'a', b_c: 'b', a_b: 'u', c: 'c' } });
  expect(Object.keys(space.symbols)).toHaveLength(10 + 10); // Gram symbols and components
  expect(() => space.read('norm2(a) + inner__0')).toThrow('inner__');
});

test('what holds in few dimensions only is decided by components', () => {
  const verdict = (lhs: string, rhs: string, vectors: string[], d: string) => {
    const found = decideVectors({ lhs, rhs, vectors, symbols: { d } });
    return [found.verdict, found.dimensions, found.conditions];
  };
  const parallel = ['dot(x,y)^2', 'norm2(x)*norm2(y)', ['x', 'y']] as const;
  expect(verdict(parallel[0], parallel[1], ['x', 'y'], '[1,1]')).toEqual(['proved', 'd in [1,1]', []]);
  expect(verdict(parallel[0], parallel[1], ['x', 'y'], '[1,2]')[0]).toBe('refuted');
  expect(verdict('x', 'dot(x,y)*y/norm2(y)', ['x', 'y'], '[1,1]')).toEqual([
    'proved',
    'd in [1,1]',
    ['y[1]*y[1] ≠ 0'],
  ]);
  const gram3 =
    'norm2(x)*norm2(y)*norm2(z) + 2*dot(x,y)*dot(y,z)*dot(x,z) - norm2(x)*dot(y,z)^2 - norm2(y)*dot(x,z)^2 - norm2(z)*dot(x,y)^2';
  expect(verdict(gram3, '0', ['x', 'y', 'z'], '[1,2]')[0]).toBe('proved');
  expect(verdict(gram3, '0', ['x', 'y', 'z'], '[1,3]')[0]).toBe('refuted');
});

test('claims of the dimension itself are refuted beyond the number of vectors', () => {
  const found = (lhs: string, rhs: string, d = '[1,inf)') =>
    decideVectors({ lhs, rhs, vectors: ['x'], symbols: { d } });
  expect(found('d', '1')).toMatchObject({ verdict: 'refuted', dimensions: 'd = 2' });
  expect(found('abs(d - 5)', '5 - d')).toMatchObject({ verdict: 'refuted', dimensions: 'd = 6' });
  expect(found('(d - 1)*(d - 2)*(d - 3)*norm2(x)', '0').counterexample!.point.x).toMatch(
    /^\(\S+, 0, 0, 0\)$/,
  );
  expect(found('(d - 1)*(d - 2)*(d - 3)*norm2(x)', '0', '[1,3]').verdict).not.toBe('refuted');
});

test('a Gaussian that is none is refused with what was expected', () => {
  expect(() => isotropicEntropy('v' as never)).toThrow('expected { variance: \'…\' } with texts, got "v"');
  expect(() => isotropicKl({ mean: 'm', variance: 'v' }, { mean: 'm' } as never)).toThrow('expected { mean:');
  expect(() => isotropicLogDensity('x', { mean: 'm', variance: 2 } as never)).toThrow('expected { mean:');
  expect(() => gaussianModel({ x: { variance: '-1' } })).toThrow(
    'the variance of x is -1: expected 0 or more',
  );
  expect(() => gaussian('0', '1 - 3/2')).toThrow('the variance is 1 - 3/2: expected 0 or more');
});

test('vectors may be defined in any order, but not by themselves', () => {
  const claim = { lhs: 'norm2(z)', rhs: '4*norm2(x)', symbols: {}, vectors: ['x', 'y', 'z'] };
  expect(decideVectors({ ...claim, given: ['z = y + y', 'y = -x'] }).verdict).toBe('proved');
  expect(() => decideVectors({ ...claim, given: ['z = y', 'y = z'] })).toThrow(
    'vector z is defined by itself (z → y → z)',
  );
});

test('0 is the zero of vectors too', () => {
  const verdict = (lhs: string, rhs: string, given: string[] = []): string =>
    decideVectors({ lhs, rhs, symbols: { v: '(0,inf)' }, vectors: ['x', 'y'], given }).verdict;
  expect(verdict('x - x', '0')).toBe('proved');
  expect(verdict('0', 'x')).toBe('refuted');
  expect(verdict('norm2(x + y)', 'norm2(x)', ['y = 0'])).not.toBe('refuted');
  const towardsZero = isotropicKl({ mean: 'x', variance: 'v' }, { mean: '0', variance: 'v' });
  expect(verdict(towardsZero, 'norm2(x)/(2*v)')).toBe('proved');
  expect(() => verdict('x + 1', 'x')).toThrow('a scalar added to a vector');
  expect(() => verdict('x', '1')).toThrow('one side is a vector, the other is not');
});

describe('vectors that are made of one another many times over', () => {
  const made = (n: number, rule: (before: string) => string, rhs: string): VectorClaim => ({
    lhs: `norm2(y${n})`,
    rhs,
    symbols: {},
    vectors: ['u', ...Array.from({ length: n + 1 }, (_, i) => `y${i}`)],
    given: ['y0 = u', ...Array.from({ length: n }, (_, i) => `y${i + 1} = ${rule(`y${i}`)}`)],
  });
  const doubled = (n: number, rhs: string): VectorClaim => made(n, (y) => `${y} + ${y}`, rhs);

  test.each([3, 18, 60])('doubled %i times, the squared norm is multiplied by a power of four', (n) => {
    expect(decideVectors(doubled(n, `4^${n}*norm2(u)`)).verdict).toBe('proved');
    expect(decideVectors(doubled(n, `4^${n - 1}*norm2(u)`)).verdict).toBe('refuted');
  });

  test('hundreds of definitions are read in whatever order they stand', () => {
    const chain = made(800, (y) => `${y} + u`, '801^2*norm2(u)');
    expect(decideVectors(chain).verdict).toBe('proved');
    const given = [...chain.given!].reverse();
    expect(decideVectors({ ...chain, given }).verdict).toBe('proved');
    const cyclic = given.map((text) => (text === 'y0 = u' ? 'y0 = y800' : text));
    expect(() => decideVectors({ ...chain, given: cyclic })).toThrow('vector y800 is defined by itself');
  });

  test('coefficients may be products that are long when written out', () => {
    const cubed = (n: number, rhs: string): VectorClaim => made(n, (y) => `norm2(${y})*${y}`, rhs);
    expect(decideVectors(cubed(3, 'norm2(u)^27')).verdict).toBe('proved');
    const { verdict } = decideVectors(cubed(30, 'norm2(u)'), { timeLimitMs: 500 });
    expect(['refuted', 'undecided']).toContain(verdict);
  });

  test('reading ends with the time limit too, as a verdict', () => {
    const { verdict, reason } = decideVectors(doubled(3, 'norm2(u)'), { timeLimitMs: 0 });
    expect({ verdict, reason }).toEqual({ verdict: 'undecided', reason: 'time limit of 0 ms reached' });
  });

  test('what is malformed is thrown as the mistake of the author that it is', () => {
    const claim = { lhs: 'norm2(x)', rhs: 'x', symbols: {}, vectors: ['x'] };
    for (const wrong of [
      claim,
      { ...claim, lhs: 'norm2(x' },
      { ...claim, lhs: 'x*x' },
      { ...claim, rhs: 'dot(x)' },
      { ...claim, rhs: '1', vectors: ['x__1'] },
      { ...claim, rhs: '1', given: ['x = x'] },
      { ...claim, rhs: '1', given: ['1 < 2 < 3'] },
    ])
      expect(() => decideVectors(wrong)).toThrow(ClaimError);
  });
});
