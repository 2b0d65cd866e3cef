import { expect, test } from 'vitest';
import { declare, derive, formula, gaussianModel, meanOf, varianceOf } from '../../src/symbolic/index.ts';

const real = { domain: '(-inf,inf)', meaning: '' };
const symbols = declare({
  x: { tex: 'x', ...real },
  y: { tex: 'y', ...real },
  m: { tex: 'm', ...real },
  a: { tex: 'a', domain: '(0,inf)', meaning: '' },
  u: { tex: 'u', domain: '(0,1)', meaning: '' },
});
const q = { symbols, mutants: false };
const F = (expr: string) => formula(expr, { tex: 'f', expr, cite: '', symbols });
const normal = (x: string, mean: string, variance: string) => ({ x, mean: F(mean), variance: F(variance) });

test('what was dropped about one variable forbids reading a density of another', () => {
  const dropped = derive('t', 'exp(-x^2/2 + y^2)', q).step('exp(-3*x^2 + y^2)', {
    relation: '∝',
    about: 'y',
  });
  expect(() => dropped.so(varianceOf('x'), '1/6')).toThrow(/∝ about y may have dropped what depends on x/);
  expect(() => dropped.concludes(normal('x', '0*m', '1/6'))).toThrow(/may have dropped what depends on x/);
});

test('a bound is no density', () => {
  const bounded = derive('t', '-x^2', q).step('-x^2/2', { relation: '≤' });
  expect(() => bounded.concludes(normal('x', '0*m', '1 + 0*m'))).toThrow(/came by ≤ is a bound/);
});

test('a factor that depends on the variable is not overlooked', () => {
  expect(() => derive('t', 'x^2*exp(-x^2/2)', q).so(varianceOf('x'), '1')).toThrow(/factor .* depends on x/);
  expect(() => derive('t', '(x + 5)^2*exp(-x^2/2)', q).so(meanOf('x'), '0')).toThrow(
    /factor .* depends on x/,
  );
});

test('a variance that is negative and a density that is not positive are refused', () => {
  expect(() => derive('t', 'exp(a*x^2/2)', q).so(varianceOf('x'), '-1/a')).toThrow(
    /expected it to be positive/,
  );
  // A conclusion with a variance that is negative somewhere is wrong there: a verdict, with the point.
  const wrong = derive('t', 'exp(a*x^2/2)', q).concludes(normal('x', 'm - m', '-1/a'));
  expect(wrong.steps.at(-1)).toMatchObject({
    verdict: 'refuted',
    counterexample: { point: [{ name: 'a', value: '1' }], lhs: '-1', rhs: '0' },
  });
  expect(() => wrong.check()).toThrow('at a = 1: the -1/a is -1, what it must exceed 0');
  const open = derive('t', '-x^2/2', q).concludes(normal('x', '0*m', '1 + sin(m)'));
  expect(open.steps.at(-1)).toMatchObject({ verdict: 'undecided' });
  expect(() => derive('t', '-exp(-x^2/2)', q).concludes(normal('x', '0*m', '1 + 0*m'))).toThrow(/positive/);
  expect(() => derive('t', '(m - m)*exp(-x^2/2)', q).so(varianceOf('x'), '1')).toThrow(/positive/);
});

test('a variable that is confined has no Gaussian density', () => {
  expect(() => derive('t', 'exp(-u^2/2)', q).so(varianceOf('u'), '1')).toThrow('u ranges over (0,1)');
  const given = ['0 < x'];
  expect(() => derive('t', 'exp(-x^2/2)', { ...q, given }).so(varianceOf('x'), '1')).toThrow(/confines x/);
});

test('a model says by its slopes what depends on what', () => {
  const hidden = { x: { mean: 'm', variance: 'a' }, y: { mean: 'x', variance: '1' } };
  expect(() => gaussianModel(hidden)).toThrow('the mean of y reads x');
  const bent = { x: { mean: 'm', variance: 'a' }, y: { of: { x: 'x' }, variance: '1' } };
  expect(() => gaussianModel(bent)).toThrow('the slope on x of y reads x');
});

test('a line that equals the density on part of the reals only is no density', () => {
  const half = derive('t', '(abs(x) + x)/(abs(x) + x)*exp(-x^2/2)', q).step('exp(-x^2/2)');
  expect(half.steps[1].verdict).toBe('proved');
  const [, , conclusion] = half.concludes(normal('x', '0*m', '1 + 0*m')).steps;
  expect(conclusion).toMatchObject({ verdict: 'undecided' });
  expect(conclusion.reason).toContain('a density of x is needed everywhere');
});

test('a mean or a variance that reads the variable makes no Gaussian of it', () => {
  expect(() => derive('t', '0*x', q).concludes(normal('x', 'x', '1 + 0*m'))).toThrow('the mean reads x');
  expect(() => derive('t', '-x^2/(2*(1 + x^2))', q).concludes(normal('x', '0*m', '1 + x^2'))).toThrow(
    'the variance reads x',
  );
  const hidden = { ...q, given: ['y = x + m'] };
  expect(() => derive('t', '-(x - y)^2/2', hidden).concludes(normal('x', 'y', '1 + 0*m'))).toThrow(
    'the mean reads x',
  );
});

test('a density is known by never being negative, however it is written', () => {
  const proved = (line: string, mean: string, variance: string, given: string[] = []) =>
    expect(
      derive('t', line, { ...q, given })
        .concludes(normal('x', mean, variance))
        .steps.at(-1),
      line,
    ).toMatchObject({ verdict: 'proved', relation: '∝' });
  proved('sqrt(exp(-x^2))', '0*m', '1 + 0*m');
  proved('exp(-x^2/2)^a', '0*m', '1/a');
  proved('exp(-(x - m)^2/2)^(1 + u)*exp(-x^2/2)^(-u)', '(1 + u)*m', '1 + 0*m'); // classifier-free guidance
  proved('2^(-x^2)', '0*m', '1/(2*log(2))');
  proved('a*exp(-x^2/2) + exp(-x^2/2)', '0*m', '1 + 0*m');
  expect(derive('t', 'exp(-x^2/2)^a', q).so(varianceOf('x'), '1/a').steps[1].verdict).toBe('proved');
});

test('a Gaussian by = has its whole constant, and no Gaussian comes by a bound', () => {
  const end = (line: string) =>
    derive('t', line, q)
      .concludes(normal('x', '0*m', '1 + 0*m'), { relation: '=' })
      .steps.at(-1)!.verdict;
  expect(end('exp(-x^2/2)/sqrt(2*pi)')).toBe('proved');
  expect(end('-x^2/2 - log(2*pi)/2')).toBe('proved');
  expect(end('exp(-x^2/2)')).toBe('refuted');
  expect(end('-x^2/2')).toBe('refuted');
  const standard = derive('t', '-x^2/2 - 1', q);
  expect(() => standard.concludes(normal('x', '0*m', '1 + 0*m'), { relation: '≤' })).toThrow(
    'a log density by ≤',
  );
});

test('a conclusion rests on the conditions of the steps before it', () => {
  const conclusion = derive('t', 'abs(x)', q).step('sqrt(x)^2').step('x').concludes(F('x')).steps.at(-1)!;
  expect(conclusion.conditions).toEqual(['x \\ge 0']);
  const bounded = derive('t', 'x^2', q).step('x^2 + 1', { relation: '<' }).concludes(F('x^2 + 1'));
  expect(bounded.steps.at(-1)!.scope).toBe('of the last line, reached by <');
});

test('a density comes by ∝ of densities, a log density by +c of log densities', () => {
  const by = (relation: '∝' | '+c') => ({ relation, about: 'x' });
  expect(() =>
    derive('t', '-x^2/2 - 1', q)
      .step('-x^2 - 2', by('∝'))
      .concludes(normal('x', '0*m', '1/2 + 0*m')),
  ).toThrow('a step by ∝ to a log density of x');
  expect(() =>
    derive('t', 'exp(-x^2/2) + 1', q).step('exp(-x^2/2)', by('+c')).so(varianceOf('x'), '1'),
  ).toThrow('a step by +c to a density of x');
  expect(() =>
    derive('t', '-exp(-x^2/2)', q)
      .step('exp(-x^2/2)', by('∝'))
      .concludes(normal('x', '0*m', '1 + 0*m')),
  ).toThrow('starts with is not shown to be positive');
  const bounded = derive('t', '-x^2/2', { ...q, of: '\\log p(x)', relation: '≤' });
  expect(() => bounded.concludes(normal('x', '0*m', '1 + 0*m'))).toThrow('came by ≤ is a bound');
});

test('what one step alone is given about the variable leaves no density of it', () => {
  const half = derive('t', '-x*abs(x)/2', q);
  const standard = normal('x', '0*m', '1 + 0*m');
  expect(() => half.step('-x^2/2', { given: ['0 < x'] }).so(meanOf('x'), '0')).toThrow('bears on x');
  expect(() => half.step('-x^2/2', { given: ['0 < x'] }).concludes(standard)).toThrow('bears on x');
  expect(() => half.concludes(standard, { given: ['0 < x'] })).toThrow('bears on x');
  expect(() => derive('t', '-(x - y)^2/2', q).concludes(standard, { given: ['y = 2*x'] })).toThrow(
    'bears on x',
  );
});

test('a conclusion carries what its steps were given, and says no more than they', () => {
  const square = derive('t', 'x*abs(x)', q).step('x^2', { given: ['0 < x'] });
  expect(() => square.concludes(F('x*x'))).toThrow("proved given '0 < x' only");
  const everywhere = derive('t', 'x*abs(x)', { ...q, given: ['0 < x'] });
  expect(() => everywhere.concludes(F('x^2'))).toThrow("proved given '0 < x' only");
  const twice = derive('t', 'm - m + 1', q).step('a', { given: ['a = 1'] });
  expect(() => twice.step('2', { given: ['a = 2'] })).toThrow('given both');
  const named = derive('t', '(x + 1)^2', q)
    .step('(x + y)^2', { given: ['y = 1'] })
    .concludes(F('x^2 + 2*x*y + y^2'));
  expect(named.steps.at(-1)).toMatchObject({ verdict: 'proved', uses: ['y = 1'] });
});

test('an exponential that does not read the variable makes no density of a log density', () => {
  const precise = derive('t', '-exp(-m)*(x - y)^2/2', q).concludes(normal('x', 'y', 'exp(m)'));
  expect(precise.steps.at(-1)).toMatchObject({ verdict: 'proved', relation: '+c' });
});

test('a definition that confines the variable leaves no Gaussian of it', () => {
  const entry = (domain: string) => ({ tex: 'x', domain, meaning: '' });
  const real = '(-inf,inf)';
  const table = declare({ x: entry(real), z: entry(real), w: entry('(0,inf)'), y: entry('[0,1]') });
  const from = (line: string, given: string[]) =>
    derive('t', line, { symbols: table, given, mutants: false });
  const confined = /confines x|depends on x and is confined/;
  const unit = (expr: string) => formula(expr, { tex: 'f', expr, cite: '', symbols: table });
  // Half of a Gaussian, and two truncated ones.
  for (const [line, given] of [
    ['-x*abs(x)/2', 'w = x'],
    ['-x^2/2 - max(x^2 - 1, 0)', 'y = x^2'],
    ['-x^2/2 - max(x - 3, 0)', 'z = log(3 - x)'],
  ]) {
    const half = from(line, [given]).step('-x^2/2');
    expect(() => half.so(varianceOf('x'), '1').check(), given).toThrow(confined);
    expect(() => half.concludes({ x: 'x', mean: unit('0'), variance: unit('1') }).check(), given).toThrow(
      confined,
    );
  }
  expect(from('-x^2/2', ['z = x^2']).so(varianceOf('x'), '1').check().steps).toHaveLength(2);
});

test('a step free of x is about both values of it, so what confines x is said by an inequality', () => {
  const entry = (domain: string) => ({ tex: 'x', domain, meaning: '' });
  const table = declare({ x: entry('(-inf,inf)'), z: entry('(-inf,inf)') });
  const about = { relation: '∝', about: 'x' } as const;
  const by = (given: string[]) =>
    derive('t', 'abs(x)', { symbols: table, given, mutants: false }).step('x', about).steps[1];
  expect(() => by(['z = log(x)'])).toThrow(
    '"z = log(x)" confines x: a step about x needs that as an inequality',
  );
  expect(by(['0 < x']).verdict).toBe('proved');
});
