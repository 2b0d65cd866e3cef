// What an induction may be given: definitions that can be carried out, and inequalities that some sequence meets.
import { describe, expect, it, test } from 'vitest';
import { induct, type Induction, type InductionSpec } from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const quick = { mutants: false, unrolled: 2 } as const;
const counts = { families: { S: real }, sums: { S: '1' }, claim: 'S[t] = t' };
const whole = (domain: string) => ({ T: { tex: 'T', domain, meaning: 'start' } });

const verdictOf = (spec: InductionSpec): string => induct('claim', { ...quick, ...spec }).verdict;
const posing =
  (spec: Partial<InductionSpec>): (() => Induction) =>
  () =>
    induct('claim', { ...quick, ...counts, ...spec });

test('a family that is driven out of its domain, however late, leaves nothing to claim', () => {
  const grows = { families: { a: '(0,10)', S: real }, given: ['a[0] = 1', 'a[t] = a[t-1] + 1'] };
  const { verdict, reason } = induct('grows', { ...quick, ...grows, sums: { S: '1' }, claim: 'S[t] = t' });
  expect(verdict).toBe('undecided');
  expect(reason).toContain('a[t] is not shown to stay in (0,10)');
  const wide = { ...grows, families: { a: '[1,inf)', S: real } };
  expect(verdictOf({ ...wide, sums: { S: '1' }, claim: 'S[t] = t' })).toBe('proved');
  const outside = { families: { a: '(0,1)', S: real }, given: ['a[0] = 1'], sums: { S: '1' } };
  expect(verdictOf({ ...outside, claim: 'S[t] = t' })).toBe('undecided');
});

test('an inequality that relations come to violate leaves nothing to claim', () => {
  const counts = (bound: string, claim = 'a[t] = t'): Induction =>
    induct('counts', {
      ...quick,
      families: { a: real, c: real },
      given: ['a[0] = 0', 'a[t] = a[t-1] + 1', 'c[0] = 0', 'c[t] = c[t-1] + max(a[t] - 20, 0)', bound],
      claim,
    });
  const { verdict, reason } = counts('a[t] < 10');
  expect([verdict, reason]).toEqual([
    'undecided',
    expect.stringContaining('a[t] < 10 is not shown to go on holding'),
  ]);
  for (const bound of ['a[t-1] < 10', 'a[0] < 0']) expect(counts(bound).verdict, bound).toBe('undecided');
  expect(() => counts('t < 10')).toThrow('the range of t is no relation');
  expect(() => counts('a[3] < 2')).toThrow('a[3] lies in the midst of a sequence');
  expect(counts('a[t] < 10', 'c[t] = 0').verdict).toBe('undecided');
  expect(counts('a[t-1] < 10', 'c[t] = 0').verdict).toBe('undecided');
  expect(counts('-1 < a[t]').verdict).toBe('proved');
  expect(counts('a[t-1] < a[t]').verdict).toBe('proved');
  // A start that nothing defines may be chosen to satisfy it.
  const free = { families: { a: real, b: real }, given: ['a[t] = a[t-1]', 'b[t] = b[t-1]', 'a[0] < b[0]'] };
  expect(verdictOf({ ...free, claim: 'a[t] = a[0]' })).toBe('proved');
});

test('inequalities must be met by some sequence at every index', () => {
  const stops = { ...quick, given: ['a[0] = 0', 'a[t] = min(a[t-1] + 1, 8)', 'a[t] < 5*u[t]'] };
  const late = induct('late', { ...stops, families: { a: real, u: '(0,1)' }, claim: 'a[t] = t' });
  expect(late.verdict).toBe('undecided');
  expect(late.reason).toContain('nothing is shown to meet');
  const counts = { ...quick, sums: { S: '1' }, claim: 'S[t] = t' };
  const falls = (given: string[]) => verdictOf({ ...counts, families: { S: real, b: '(0,10)' }, given });
  expect(falls(['b[t] < b[t-1] - 1'])).toBe('undecided');
  expect(falls(['b[t] < b[t-1]'])).toBe('proved');
});

test('an inequality is no premise of the domain that it rests on', () => {
  const circle = {
    families: { a: '(0,10)', S: real },
    given: ['a[0] = 1', 'a[t] = a[t-1] + 1', 'a[t] < 10'],
  };
  expect(verdictOf({ ...quick, ...circle, sums: { S: '1' }, claim: 'S[t] = t' })).toBe('undecided');
});

test('a value in the midst of a sequence, or at its other end, is refused', () => {
  const count = ['a[0] = 0', 'a[t] = a[t-1] + 1'];
  const families = { a: real, S: real };
  expect(posing({ families, given: [...count, 'a[9] = 7'] })).toThrow('"a[9] = 7": a[9] lies in the midst');
  expect(posing({ families, given: count, claim: 'a[t] = a[3] + t - 3' })).toThrow('a[3] lies in the midst');
  const down = { from: 'T', direction: 'down', families: { a: real }, sums: {}, claim: 'a[t] = 1' } as const;
  const both = ['a[T] = 1', 'a[t-1] = a[t]', 'a[0] = 5'];
  expect(posing({ ...down, given: both })).toThrow('a[0] is defined twice: "a[T] = 1" and "a[0] = 5"');
  expect(posing({ ...down, given: both.slice(1) })).toThrow('"a[t-1] = a[t]" defines a from T on');
  expect(posing({ ...down, given: ['a[T] = 1', 'a[t] = a[t-1]'] })).toThrow('defines a from 0 on');
});

test('relations are definitions that can be carried out one index after another', () => {
  const families = { a: real, b: '(0,inf)', S: real };
  const refused = (given: string[], more: Partial<InductionSpec> = {}) =>
    expect(posing({ families, given, ...more }), given.join());
  // b would have to start above 30 to be positive at 30: no sequence does, however it starts.
  refused(['b[0] < 30', 'b[t-1] = b[t] + 1']).toThrow('solve it for b[t], or go down from a symbol');
  refused(['a[t] = a[t] + S[t-1]']).toThrow('the relations define a[t] by itself: a[t] → a[t]');
  refused(['a[t] = b[t]', 'b[t] = a[t]*2']).toThrow('a[t] → b[t] → a[t]');
  refused(['a[0] = b[0]', 'a[t] = a[t-1]', 'b[t] = a[t]']).toThrow('a[0] → b[0] → a[0]');
  refused(['a[t] = a[0] + 1']).toThrow('a[0] → a[0]');
  refused(['a[0] = 2*b[0]']).toThrow('b[0] is not known before a[0]');
  refused(['a[0] = t']).toThrow('must not depend on t');
  refused(['t = 3']).toThrow('t is the index');
  const down = {
    from: 'T',
    direction: 'down',
    families: { a: real, b: real },
    sums: {},
    claim: 'a[t] = 1',
  } as const;
  refused(['a[t] = a[t-1] + b[t]', 'b[t-1] = b[t] + a[t]'], down).toThrow('a goes forwards and reads b');
  refused(['a[t] = a[t-1] + a[T]'], down).toThrow('a[T] comes after a[t]');
});

test('the index starts at a whole number that its domain holds', () => {
  const down = {
    from: 'T',
    direction: 'down',
    families: { a: real },
    given: ['a[T] = 1', 'a[t-1] = a[t]'],
  } as const;
  const posed = (domain: string, to = 0) =>
    posing({ ...down, sums: {}, to, symbols: whole(domain), claim: 'a[t] = 1' });
  expect(posed('[0,3]', 5)).toThrow('T in [0,3]: expected a domain with a whole number from 5 on');
  expect(posed('(0,1)')).toThrow('expected a domain with a whole number');
  expect(posed('[2,inf)')().verdict).toBe('proved');
  expect(posed('[2,2]')().verdict).toBe('proved');
  expect(posed('[1000,inf)')()).toMatchObject({
    verdict: 'undecided',
    reason: expect.stringMatching(/too far from 0/),
  });
  expect(posing({ from: 1 / 2 })).toThrow('from: 0.5: expected a whole number');
  expect(posing({ unrolled: 0 })).toThrow('unrolled: 0: expected a whole number of instances, 1 or more');
});

test('instances refute in numbers, with all that is known at both ends', () => {
  const down = { from: 'T', direction: 'down', to: 1, sums: {} } as const;
  const halves = { ...down, families: { a: real }, given: ['a[1] = 1/2', 'a[t] = a[t-1]'] };
  // True, but no induction downwards shows it: what starts at the low end is not known at a symbolic T.
  expect(verdictOf({ ...counts, ...halves, claim: 'a[t] = 1/2' })).toBe('undecided');
  expect(verdictOf({ ...counts, ...halves, claim: 'a[t] = 1/3' })).toBe('refuted');
  const carried = {
    ...down,
    families: { abar: '(0,1)', c: real },
    given: ['abar[1] = 1/2', 'abar[t] = abar[t-1]', 'c[T] = abar[T]', 'c[t-1] = c[t]'],
  };
  expect(verdictOf({ ...counts, ...carried, claim: 'c[t] = 1/2' })).toBe('undecided');
  expect(verdictOf({ ...counts, ...carried, claim: 'c[t] = 1/4' })).toBe('refuted');
  const late = { ...down, to: 0, symbols: whole('[2,inf)'), families: { a: real } };
  const falls = { ...late, given: ['a[T] = 3*T', 'a[t-1] = a[t] - 3'] };
  expect(verdictOf({ ...counts, ...falls, claim: 'a[t] = 3*t' })).toBe('proved');
  expect(verdictOf({ ...counts, ...falls, claim: 'a[t] = 4*t' })).toBe('refuted');
});

test('edits and repairs of a closed form are tried on instances, its start among them', () => {
  const families = { a: real };
  const late = { from: 'T', direction: 'down', symbols: whole('[2,inf)'), families } as const;
  const falls = induct('falls', { ...late, given: ['a[T] = 3*T', 'a[t-1] = a[t] - 3'], claim: 'a[t] = 3*t' });
  expect(falls.steps.at(-1)!.mutants!.survivors).toEqual([]);
  const level = induct('level', { ...late, given: ['a[T] = 1', 'a[t-1] = a[t]'], claim: 'a[t] = 2' });
  expect(level.steps.at(-1)!.diagnosis).toContain('holds with $1$ in place of $2$');
  const start = induct('start', {
    families,
    given: ['a[0] = 3', 'a[t] = 0*a[t-1] + t'],
    claim: 'a[t] = 2*t',
  });
  expect(start.verdict).toBe('refuted');
  expect(start.steps.at(-1)!.diagnosis ?? '').not.toContain('holds with $t$');
});

test('what no sequence meets is no premise, even where the claim does not touch it', () => {
  const free = { a: real, b: real, S: real };
  const still = ['a[t] = a[t-1]', 'b[t] = b[t-1]'];
  expect(posing({ families: free, given: [...still, 'a[0] < b[0]', 'b[0] < a[0]'] })().verdict).toBe(
    'undecided',
  );
  expect(posing({ families: free, given: [...still, 'a[0] < b[0]'] })().verdict).toBe('proved');
  const constant = { tex: 'x', domain: real, meaning: '' };
  const symbols = { x: constant, y: constant };
  expect(posing({ symbols, given: ['x < y', 'y < x'] })()).toMatchObject({
    verdict: 'undecided',
    reason: expect.stringMatching(/no point was found that meets all relations given/),
  });
  expect(posing({ symbols, given: ['x < y'] })().verdict).toBe('proved');
});

test('a relation must define its family at every index', () => {
  const families = { r: real, S: real };
  for (const right of ['1/(t - 5)', 'log(5 - t)', 'sqrt(3 - t)']) {
    const { verdict, reason } = posing({ families, given: [`r[t] = ${right}`] })();
    expect([verdict, reason], right).toEqual([
      'undecided',
      expect.stringContaining('is not shown to be defined'),
    ]);
  }
  expect(posing({ families, given: ['r[t] = 1/(t + 5)'] })().verdict).toBe('proved');
});

test('the index has its own range, and a claim is a closed form', () => {
  const index = { t: { tex: 't', domain: '[0,6]', meaning: '' } };
  expect(posing({ symbols: index, claim: 'S[t] = t + max(t - 6, 0)' })).toThrow('t is the index');
  expect(posing({ from: 't' })).toThrow('t is the index');
  expect(posing({ claim: [] })).toThrow('claim: expected "family[t] = expression"');
  expect(posing({ claim: 'S[t] = 2*S[t]' })).toThrow('reads S[t], which is claimed too');
  expect(posing({ from: 'T', direction: 'down' })).toThrow('sums and products run upwards');
  expect(posing({ families: { S: real, u: '(1,1)' } })).toThrow('domain of u is "(1,1)", which is empty');
  const below = { s: { tex: 's', domain: '(-inf,-1]', meaning: 'start' } };
  expect(posing({ from: 's', symbols: below, claim: 'S[t] = t - s' })().verdict).toBe('proved');
});

test('a domain is shown of itself, not of what rests on it', () => {
  const grows = ['a[0] = 1', 'a[t] = a[t-1] + 1'];
  const spec = (families: Record<string, string>, given: string[], more: Partial<InductionSpec> = {}) =>
    posing({ families: { S: real, ...families }, given: [...grows, ...given], ...more })().verdict;
  // Each of these ends at t = 9, where no sequence goes on.
  expect(spec({ a: '(0,10)', u: '[0,inf)' }, ['a[t-1] < 9', 'a[t-1] < a[t] + u[t]'])).toBe('undecided');
  const beside = ['b[t] = a[t-1] + 1', 'a[t-1] < 9', 'a[t-1] < b[t] + u[t]'];
  expect(spec({ a: real, b: '(-inf,10)', u: '[0,inf)' }, beside)).toBe('undecided');
  const down = { from: 'T', direction: 'down', sums: {} } as const;
  const meets = ['c[T] = a[T]', 'c[t-1] = c[t] - 1', 'a[t-1] < c[t] + 100'];
  const both = { a: '(0,10)', c: '(0,10)' };
  expect(spec(both, meets, { ...down, claim: 'c[t] = a[t]' })).toBe('undecided');
  const still = { families: { a: '[1,1]' }, given: ['a[0] = 1', 'a[t] = a[t-1] + max(t - 8, 0)'] };
  expect(posing({ ...down, ...still, claim: 'a[t] = 1' })().verdict).toBe('undecided');
});

test('what the start of the index decides is not chosen', () => {
  const y = { y: { tex: 'y', domain: real, meaning: '' } };
  for (const given of [
    ['y = (s - 1/2)^2', 'y < 1/10'],
    ['y = (-1)^s', '1/4 < y', 'y < 1/2'],
  ])
    expect(posing({ from: 's', symbols: y, given, claim: 'S[t] = t - s' })().verdict).toBe('undecided');
});

test('conditions of several claims are not taken to hold together', () => {
  const x = { x: { tex: 'x', domain: '[-1/2,1/2]', meaning: '' } };
  const given = ['a[t] = t + x', 'b[t] = t - x'];
  const claims = ['a[t] = exp(log(t + x))', 'b[t] = exp(log(t - x))'];
  const proofs = (claim: string | string[]) =>
    posing({ families: { a: real, b: real }, symbols: x, given, sums: {}, claim })();
  expect(proofs(claims[0])).toMatchObject({ verdict: 'proved', conditions: ['0 + x > 0'] });
  expect(proofs(claims).verdict).toBe('undecided');
});

test('a refuting instance meets every relation, those it is only read by included', () => {
  const half = { families: { a: '(0,1)', beta: '(0,1/2]', S: real }, given: ['beta[t] = 1 - a[t]'] };
  const sums = { S: 'abs(a[t] - 1/2) - (a[t] - 1/2)' };
  expect(posing({ ...half, sums, claim: 'S[t] = 0' })().verdict).not.toBe('refuted');
  const x = { x: { tex: 'x', domain: real, meaning: '' } };
  const falls = { families: { c: '(0,inf)' }, symbols: x, given: ['c[T] = x', 'c[t-1] = c[t] - 1'] };
  const whole = {
    from: 'T',
    direction: 'down',
    sums: {},
    ...falls,
    claim: 'c[t] = max(x,T) - T + t',
  } as const;
  expect(posing(whole)().verdict).not.toBe('refuted');
});

describe('rising and falling sequences', () => {
  const domains = ['(0,1)', '[0,1]', '(0,inf)', '(-inf,0)', '(1,2)', '(-1,0)', '(-inf,-3)', '(-inf,inf)'];
  const ways = ['a[t-1] < a[t]', 'a[t] < a[t-1]'];

  it.each(domains.flatMap((domain) => ways.map((way) => [way, domain])))(
    'telescope alike, given %s in %s',
    (way, domain) => {
      const found = induct('A telescope', {
        families: { a: domain, s: '(-inf,inf)' },
        sums: { s: 'a[t] - a[t-1]' },
        given: [way],
        claim: 's[t] = a[t] - a[0]',
        mutants: false,
      });
      expect(found.verdict).toBe('proved');
    },
  );

  it.each(ways)('and downwards from any T, given %s', (way) => {
    const found = induct('A telescope downwards', {
      from: 'T',
      direction: 'down',
      families: { a: '(0,1)', s: '(-inf,inf)' },
      given: ['s[T] = 0', 's[t-1] = s[t] + a[t-1] - a[t]', way],
      claim: 's[t] = a[t] - a[T]',
      mutants: false,
    });
    expect(found.verdict).toBe('proved');
  });
});

it('a claim is not refuted because one beside it is', () => {
  const found = induct('Two sums', {
    families: { s: '(-inf,inf)', r: '(-inf,inf)' },
    sums: { s: '1', r: 't' },
    claim: ['s[t] = t', 'r[t] = t^2'],
    mutants: false,
  });
  const conclusions = found.steps.filter(({ kind }) => kind === 'conclusion');
  expect(conclusions.map(({ text, verdict }) => [text, verdict])).toEqual([
    ['s[t] = t', 'proved'],
    ['r[t] = t^2', 'refuted'],
  ]);
  expect(conclusions[0].counterexample).toBeUndefined();
  expect(() => found.check()).toThrow('r[t] = t^2');
});
