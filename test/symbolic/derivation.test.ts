import { expect, test } from 'vitest';
import { decide, declare, derive, formula, meanOf, varianceOf } from '../../src/symbolic/index.ts';

const real = { domain: '(-inf,inf)', meaning: '' };
const positive = { domain: '(0,inf)', meaning: '' };
const symbols = declare({
  x: { tex: 'x', ...real },
  y: { tex: 'y', ...real },
  m: { tex: 'm', ...real },
  a: { tex: 'a', ...positive },
  b: { tex: 'b', ...positive },
});
const quick = { symbols, mutants: false };
const verdict = (start: string, next: string, step: object = {}, more: object = {}): string =>
  derive('t', start, { ...quick, ...more }).step(next, step).steps[1].verdict;

test('equal lines are proved, unequal ones refuted at a point that shows it', () => {
  expect(verdict('(x + y)^2', 'x^2 + 2*x*y + y^2')).toBe('proved');
  const [, step] = derive('t', '(x + y)^2', quick).step('x^2 + y^2').steps;
  expect(step.verdict).toBe('refuted');
  const { point, lhs, rhs } = step.counterexample!;
  const { x, y } = Object.fromEntries(point.map(({ name, value }) => [name, Number(value)]));
  expect((x + y) ** 2).toBeCloseTo(Number(lhs), 3);
  expect(x ** 2 + y ** 2).toBeCloseTo(Number(rhs), 3);
});

test('a line that only names or reorders the one before is vacuous', () => {
  expect(verdict('x + y', 'y + x')).toBe('vacuous');
  expect(verdict('a', 'b + 1', {}, { given: ['a = b + 1'] })).toBe('vacuous');
});

test('a derivation of vacuous lines alone proves nothing', () => {
  expect(() => derive('t', 'x + y', quick).step('y + x').check()).toThrow('t: nothing is proved');
});

test('up to a term: what is dropped must be free of the variable', () => {
  const about = { relation: '+c', about: 'x' };
  expect(verdict('(x - m)^2', 'x^2 - 2*x*m', about)).toBe('proved');
  expect(verdict('(x - m)^2', 'x^2 - x*m', about)).toBe('refuted');
  expect(verdict('(x - m)^2', 'x^2 - 2*x*m', { relation: '+c', about: 'm' })).toBe('refuted');
});

test('up to a factor: densities are compared by their exponents', () => {
  const about = { relation: '∝', about: 'x' };
  expect(verdict('exp(-(x - m)^2/2)', 'exp(-x^2/2 + x*m)', about)).toBe('proved');
  expect(verdict('exp(-(x - m)^2/2)/sqrt(a)', '3*exp(x*m)*exp(-x^2/2)', about)).toBe('proved');
  expect(verdict('exp(-(x - m)^2/2)', 'exp(-x^2/2 - x*m)', about)).toBe('refuted');
  expect(verdict('a*x^2 + a', 'b*(x^2 + 1)', about)).toBe('proved');
  expect(verdict('a*x^2 + b', 'x^2 + 1', about)).toBe('refuted');
});

test('nothing but zero is proportional to zero', () => {
  expect(verdict('x^2 + 1', '0*x', { relation: '∝', about: 'x' })).not.toBe('proved');
  expect(verdict('exp(x)', '(m - m)*exp(x)', { relation: '∝', about: 'x' })).not.toBe('proved');
});

test('a definition that hides the variable is unfolded before anything is called free of it', () => {
  const about = { relation: '+c', about: 'x' };
  expect(verdict('x^2 + y', 'x^2', about)).toBe('proved');
  expect(verdict('x^2 + y', 'x^2', about, { given: ['y = 3*x'] })).toBe('refuted');
  expect(() => verdict('x + y', 'x', { relation: '+c', about: 'y' }, { given: ['y = 3*x'] })).toThrow(
    'y is defined by',
  );
});

test('an inequality holds for both values that are compared', () => {
  const about = { relation: '+c', about: 'x' };
  expect(verdict('abs(x - y)', 'x', about, { given: ['y < x'] })).toBe('proved');
  expect(verdict('abs(x - y)', 'x', about)).toBe('refuted');
});

test('a line with a kink is not taken for a quadratic', () => {
  expect(() => derive('t', '-x*abs(x)', quick).so(varianceOf('x'), '1').steps).toThrow('quadratic in x');
});

test('a step up to something needs to say about what', () => {
  expect(() => verdict('x', 'x + 1', { relation: '+c' })).toThrow("{ relation: '+c', about: 'x' }");
});

test('mean and variance are read off a log density, and only off a quadratic one', () => {
  const start = derive('t', '-(x - m)^2/(2*a)', quick);
  const derivation = start.so(varianceOf('x'), 'a').so(meanOf('x'), 'm').check();
  expect(derivation.steps.map((step) => step.verdict)).toEqual(['vacuous', 'proved', 'proved']);
  expect(start.so(varianceOf('x'), '1/a').steps[1].verdict).toBe('refuted');
  expect(derive('t', 'exp(-x^2*a/2 + b*x)', quick).so(meanOf('x'), 'b/a').steps[1].verdict).toBe('proved');
  expect(() => derive('t', '-x^4', quick).so(varianceOf('x'), '1').steps).toThrow(
    'expected a line that is quadratic in x',
  );
});

test('a side statement is gone on from, and the main line stays', () => {
  const target = formula('square', { tex: 's', expr: 'm^2', cite: '', symbols });
  const derivation = derive('t', '-(x - m)^2/(2*a)', quick)
    .so(meanOf('x'), 'm')
    .so('(m + 1)^2 - 2*m - 1', 'm*m')
    .concludes(target)
    .so(varianceOf('x'), 'a');
  expect(derivation.steps.map((step) => step.verdict)).toEqual([
    'vacuous',
    'proved',
    'proved',
    'proved',
    'proved',
  ]);
});

test('a cited assumption is shown and not counted as proved', () => {
  const derivation = derive('t', '(x + 1)^2', quick)
    .step('x^2 + 2*x + 1')
    .assume('x \\to 0', { cite: 'Someone 1999' });
  expect(derivation.summary).toBe('3 steps · 1 proved · 1 assumed · 1 vacuous');
  expect(derivation.check()).toBe(derivation);
});

test('an undecided step fails unless it is marked open', () => {
  const undecided = '2*sin(x)*cos(x)';
  const start = derive('t', '(x + 1)^2', quick).step('x^2 + 2*x + 1');
  expect(() => start.so('sin(2*x)', undecided).check()).toThrow(
    /step 3 is undecided: .*mark it \{ open: true \}/,
  );
  expect(() => start.so('sin(2*x)', undecided, { open: true }).check()).not.toThrow();
});

test('a refuted step fails with its counterexample, open or not', () => {
  const bad = derive('t', '2*x', quick).step('3*x', { open: true });
  expect(() => bad.check()).toThrow(/step 2 is refuted: 3\*x at x = \S+: left \S+, right \S+/);
});

test("another value of the variable is shown as x', never by the name that the checker gives it", () => {
  const about = { relation: '∝', about: 'x' } as const;
  const bad = derive('t', 'exp(-(x - m)^2/2)', quick).step('exp(-x^2/2 - x*m)', about);
  const { point } = bad.steps[1].counterexample!;
  expect(point.map(({ name, tex }) => [name, tex])).toContainEqual(["x'", "x'"]);
  for (const shown of [bad.toString(), JSON.stringify(bad.steps)]) {
    expect(shown).toContain("x'");
    expect(shown).not.toContain('xPrime');
  }
});

test('only the relations that a step needs are reported', () => {
  const [, step] = derive('t', '(a + 1)^2 + y - y', { ...quick, given: ['a = b + 1', 'm = y'] }).step(
    '(b + 2)^2',
  ).steps;
  expect(step.verdict).toBe('proved');
  expect(step.uses).toEqual(['a = b + 1']);
});

test('what the domains do not imply is a condition of the step', () => {
  const [, step] = derive('t', 'x/x', quick).step('1').steps;
  expect(step.verdict).toBe('proved');
  expect(step.conditions).toEqual(['x \\ne 0']);
});

test('single-token edits of a proved step are refuted', () => {
  const [, step] = derive('t', '(x + y)^2', { symbols }).step('x^2 + 2*x*y + y^2').steps;
  expect(step.mutants!.total).toBeGreaterThan(5);
  expect(step.mutants!.refuted).toBe(step.mutants!.total);
});

test('a refuted step is told which single edit repairs it', () => {
  const [, step] = derive('t', '(x + y)^2', { symbols }).step('x^2 + 3*x*y + y^2').steps;
  expect(step.verdict).toBe('refuted');
  expect(step.diagnosis).toContain('2');
});

test('the builder is immutable: two ends of one beginning do not see each other', () => {
  const start = derive('t', '(x + 1)^2', quick);
  const [right, wrong] = [start.step('x^2 + 2*x + 1'), start.step('x^2 + 1')];
  expect([start.steps.length, right.steps[1].verdict, wrong.steps[1].verdict]).toEqual([
    1,
    'proved',
    'refuted',
  ]);
});

test('misspelt symbols are refused when the step is written', () => {
  expect(() => derive('t', 'x', quick).step('xx')).toThrow('unknown symbol xx');
  expect(() => derive('t', 'x', { ...quick, given: ['c = x'] })).toThrow('unknown symbol c');
  expect(() => derive('t', 'x', { ...quick, given: ['x*2 = a'] })).toThrow('expected one symbol left of =');
});

test('plain text and TeX hold every line, with prose escaped', () => {
  const derivation = derive('50% of $x$', '2*x', quick).step('x + x', { because: 'a_b & $x_0$' });
  expect(String(derivation)).toContain('proved: a_b & $x_0$');
  expect(derivation.toTeX()).toContain('\\text{a\\_b \\& $x_0$: proved}');
  expect(derivation.toTeX()).toContain('\\textbf{50\\% of $x$}');
});

test('the same derivation twice says the same, timing aside', () => {
  const run = () => derive('t', '(x + y)^2', { symbols }).step('x^2 + 2*x*y + y^2').step('x^2 + y^2').steps;
  const timeless = run().map((step) => ({ ...step, ms: 0 }));
  expect(run().map((step) => ({ ...step, ms: 0 }))).toEqual(timeless);
});

test('a formula does not bring its own premises into its proof', () => {
  const wrong = formula('wrong twice', { tex: 'w', expr: '2*b', cite: '', symbols, given: ['b = a/2'] });
  expect(() => derive('t', 'a', quick).concludes(wrong)).toThrow(
    "t: the wrong twice holds given 'b = a/2', which this derivation is not given; add given: ['b = a/2']",
  );
  const declared = derive('t', 'a', { ...quick, given: ['b = a / 2'] }).concludes(wrong);
  expect(declared.steps[1]).toMatchObject({ uses: ['b = \\frac{a}{2}'] });
});

test('proportional lines vanish at the same places, and nowhere else', () => {
  const about = { relation: '∝', about: 'x' };
  expect(verdict('(abs(x) + x)/2', 'x', about)).toBe('refuted');
  expect(verdict('x*y', '2*x', about)).toBe('proved');
  const conditions = (start: string, next: string) =>
    derive('t', start, quick).step(next, { relation: '∝', about: 'x' }).steps[1].conditions;
  expect(conditions('y*exp(-x^2)', '2*exp(-x^2)')).toEqual(['y \\ne 0']);
  expect(conditions('a*(x^2 + 1)', 'x^2 + 1')).toEqual([]);
});

test('a formula that is a step brings its relations, which the step lists', () => {
  const twice = formula('twice', { tex: 'w', expr: '2*b', cite: '', symbols, given: ['b = a/2'] });
  const [, step, next] = derive('t', 'a', quick).step(twice).step('b + b').steps;
  expect(step).toMatchObject({ verdict: 'proved', uses: ['b = \\frac{a}{2}'] });
  expect(next).toMatchObject({ verdict: 'proved', uses: [] });
  expect(derive('t', 'a', quick).step(twice).step('a').steps[2].verdict).toBe('refuted');
});

test('a formula is not concluded over more than the derivation ranges over', () => {
  const wide = symbols.relabel({});
  const root = (table: typeof symbols) =>
    formula('root', { tex: 'r', expr: 'sqrt(a^2)', cite: '', symbols: table });
  const real = declare({ a: { tex: 'a', domain: '(-inf,inf)', meaning: '' } });
  expect(() => derive('t', 'a', quick).concludes(root(real))).toThrow(
    't: the root is declared for a in (-inf,inf), and this derivation ranges over (0,inf)',
  );
  expect(derive('t', 'a', quick).concludes(root(wide)).steps[1].verdict).toBe('proved');
});

test('a chain of lines compares one way only', () => {
  const up = derive('t', 'x', quick).step('x + a', { relation: '<' });
  expect(() => up.step('x', { relation: '>' })).toThrow('says nothing of the two ends');
  expect(up.step('x + 2*a', { relation: '≤' }).check().steps).toHaveLength(3);
});

test('a line that is 0 without being written so is proportional to nothing', () => {
  const zero = '(x + 1)^2 - x^2 - 2*x - 1';
  const about = { relation: '∝', about: 'x' };
  expect(verdict(zero, 'exp(x)', about)).not.toBe('proved');
  expect(verdict('exp(x)', zero, about)).not.toBe('proved');
  expect(verdict('((m + 1)^2 - y^2 - 2*y - 1)*exp(x)', 'exp(x)', about, { given: ['y = m'] })).not.toBe(
    'proved',
  );
  const [, step] = derive('t', '2*(x - m)', { symbols }).step('3*(x - m)', {
    relation: '∝',
    about: 'x',
  }).steps;
  const zeros = step.mutants!.survivors.filter(({ text }) => ['x → m', 'm → x'].includes(text));
  expect(zeros.map(({ verdict: found }) => found)).not.toContain('proved');
});

test('text and TeX say where a step holds', () => {
  const derivation = derive('t', 'x/x', quick).step('1');
  expect(String(derivation)).toContain('proved, where $x \\ne 0$');
  expect(derivation.toTeX()).toContain('where $x \\ne 0$');
});

test('a repair that holds on a part only says where, and one that holds everywhere is preferred', () => {
  const diagnosis = (lhs: string, rhs: string) =>
    decide({ lhs, rhs, symbols: { x: '(-inf,inf)' } }).diagnosis;
  expect(diagnosis('log(x^2)', 'log(x)')).toBe('holds with x^2 in place of x');
  expect(diagnosis('abs(x)', '-sqrt(x)^2')).toBe('holds with the opposite sign, where x ≥ 0');
});

test('two lines of which one is 0 whatever the rest are proportional to nothing', () => {
  const line = (domain: string) => ({ tex: 'x', domain, meaning: '' });
  const reals = declare({ x: line('(-inf,inf)'), m: line('(-inf,inf)') });
  const step = (start: string, next: string) =>
    derive('t', start, { symbols: reals, mutants: false }).step(next, { relation: '∝', about: 'x' }).steps[1];
  const none = { verdict: 'undecided', reason: expect.stringMatching(/nothing but 0 is proportional to 0/) };
  // For every m one side is 0, and their products at two places are 0 = 0.
  expect(step('max(m,0)*x', 'min(m,0)*exp(x)')).toMatchObject(none);
  expect(step('(abs(m) + m)*x', '(abs(m) - m)*exp(x)')).toMatchObject(none);
  expect(step('(abs(m) + m)*x', '(abs(m) - m)*exp(x) + 1').diagnosis ?? '').not.toContain('without');
  expect(step('(abs(m) + m)*x', '3*(abs(m) + m)^2*x').verdict).toBe('proved');
});

test('a definition confines what it reads, where it leaves its domain, is undefined, or is bounded', () => {
  const entry = (domain: string) => ({ tex: 'x', domain, meaning: '' });
  const real = '(-inf,inf)';
  const table = declare({ x: entry(real), y: entry(real), small: entry('[0,1]'), z: entry(real) });
  const step = (start: string, next: string, given: string[]) =>
    derive('t', start, { symbols: table, given, mutants: false }).step(next).steps[1];
  expect(step('x + max(x - 1, 0)', 'x', []).verdict).toBe('refuted');
  for (const given of [['y = x^2', 'y < 1'], ['small = x^2']])
    expect(step('x + max(x - 1, 0)', 'x', given).verdict, given.join()).not.toBe('refuted');
  expect(step('abs(x)', 'x', ['y = log(x)']).verdict).toBe('proved');
  expect(step('exp(log(x))', 'x', ['y = -x', '0 < y']).verdict).not.toBe('proved');
  // What always holds confines nothing, and stays out of the counterexample.
  const { counterexample } = step('x', '2*x', ['y = x^2', 'z = 1/(1 + x^2)']);
  expect(counterexample!.point.map(({ name }) => name)).toEqual(['x']);
});

test('nothing is said under relations that no point meets', () => {
  const entry = { tex: 'x', domain: '(-inf,inf)', meaning: '' };
  const table = declare({ x: entry, y: entry, z: entry });
  const step = (next: string, given: string[]) =>
    derive('t', '(x + 1)^2', { symbols: table, given, mutants: false }).step(next).steps[1];
  for (const next of ['x^2 + 2*x + 1', 'x^2'])
    expect(step(next, ['y < z', 'z < y'])).toMatchObject({
      verdict: 'undecided',
      reason: expect.stringMatching(/no point was found that meets all relations/),
    });
  expect(step('x^2 + 2*x + 1', ['y < z']).verdict).toBe('proved');
  // What each step is given for itself must hold together where a conclusion rests on all of it.
  const f = formula('f', { tex: 'f', expr: '-abs(x)', cite: '', symbols: table, given: ['0 < x', 'x < 0'] });
  const apart = derive('t', 'abs(x)', { symbols: table, mutants: false })
    .step('x', { given: ['0 < x'] })
    .step('-abs(x)', { given: ['x < 0'] })
    .concludes(f, { given: ['0 < x', 'x < 0'] });
  expect(apart.steps.at(-1)!.verdict).toBe('undecided');
  expect(() => apart.check()).toThrow('no point was found');
  // Sines are not evaluated, and take nothing away.
  const turned = declare({ x: entry, c: { ...entry, domain: '[-1,1]' } });
  const beside = derive('t', '(x + 1)^2', { symbols: turned, given: ['c = cos(x)'], mutants: false });
  expect(beside.step('x^2 + 2*x + 1').steps[1].verdict).not.toBe('refuted');
  expect(() => declare({ x: { ...entry, domain: '(1,1)' } })).toThrow('which is empty');
});
