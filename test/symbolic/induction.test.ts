import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { declare, formula, induct, type Induction, type InductionSpec } from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const x0 = { x0: { tex: 'x_0', domain: real, meaning: 'data' } };
const alpha = { tex: '\\alpha', domain: '(0,1)' };
const abar = { tex: '\\bar\\alpha', domain: '(0,1]' };
const variance = { tex: 'v', domain: '[0,inf)' };
const quick = { mutants: false, unrolled: 2 } as const;

const vp = {
  families: { alpha, abar, mean: real, variance },
  symbols: x0,
  given: [
    'abar[0] = 1',
    'abar[t] = alpha[t]*abar[t-1]',
    'mean[0] = x0',
    'mean[t] = sqrt(alpha[t])*mean[t-1]',
    'variance[0] = 0',
    'variance[t] = alpha[t]*variance[t-1] + 1 - alpha[t]',
  ],
};
const general = {
  families: { gamma: real, sigma: '[0,inf)', gbar: real, mean: real, variance },
  symbols: x0,
  products: { gbar: 'gamma[t]' },
  given: [
    'mean[0] = x0',
    'mean[t] = gamma[t]*mean[t-1]',
    'variance[0] = 0',
    'variance[t] = gamma[t]^2*variance[t-1] + sigma[t]^2',
  ],
};
const ve = {
  families: { level: '[0,inf)', mean: real, variance },
  symbols: x0,
  given: [
    'level[0] = 0',
    'level[t-1] < level[t]',
    'mean[0] = x0',
    'mean[t] = mean[t-1]',
    'variance[0] = 0',
    'variance[t] = variance[t-1] + level[t]^2 - level[t-1]^2',
  ],
};
const verdictOf = (spec: InductionSpec): string => induct('claim', { ...quick, ...spec }).verdict;

test('the closed form of the forward marginal is proved for every t', () => {
  const proof = induct('Forward marginal', {
    ...vp,
    claim: ['mean[t] = sqrt(abar[t])*x0', 'variance[t] = 1 - abar[t]'],
  }).check();
  expect(proof.scope).toBe('for all $t \\ge 0$');
  expect(proof.conditions).toEqual([]);
  expect(proof.steps.map(({ kind, verdict }) => [kind, verdict])).toEqual([
    ...Array<[string, string]>(6).fill(['so', 'proved']),
    ...Array<[string, string]>(2).fill(['conclusion', 'proved']),
  ]);
  // Every single-token edit of the closed form is refuted by an instance.
  expect(proof.steps.slice(-2).map(({ mutants }) => mutants!.survivors)).toEqual([[], []]);
  expect(proof.steps[2].tex).toBe(
    'm_{t} = \\sqrt{\\bar\\alpha_{t}}\\,x_0'.replace('m_{t}', '\\mathrm{mean}_{t}'),
  );
  expect(String(proof)).toContain('hence mean[t] = sqrt(abar[t])*x0');
});

test.each<[string, string]>([
  ['the root forgotten', 'mean[t] = abar[t]*x0'],
  ['the variance squared', 'variance[t] = (1 - abar[t])^2'],
  ['the standard deviation', 'variance[t] = sqrt(1 - abar[t])'],
  ['true at the start alone', 'mean[t] = x0'],
  ['true for one step alone', 'variance[t] = 1 - alpha[t]'],
])('a closed form with %s is refuted by an unrolled instance', (_, claim) => {
  const { verdict, counterexample } = induct('wrong', { ...vp, ...quick, claim });
  expect(verdict).toBe('refuted');
  expect(counterexample!.point.length).toBeGreaterThan(0);
  expect(() => induct('wrong', { ...vp, ...quick, claim }).check()).toThrow(/ is refuted: /);
});

test('a refuted closed form is told its repair', () => {
  const { steps } = induct('wrong', { ...vp, ...quick, claim: 'variance[t] = (1 - abar[t])^2' });
  expect(steps.at(-1)!.diagnosis).toMatch(/^tested on the first instances alone: /);
  expect(steps.at(-1)!.diagnosis).toContain('holds with $1 - \\bar\\alpha_{t}$');
});

test('the general chain keeps its mean and variance in closed form', () => {
  expect(verdictOf({ ...general, claim: 'mean[t] = gbar[t]*x0' })).toBe('proved');
  // σ̄²_t / γ̄²_t as a sum over the steps: the variance unrolled.
  const unrolled = {
    ...general,
    families: { ...general.families, gamma: '(0,inf)', gbar: '(0,inf)', S: real },
    sums: { S: 'sigma[t]^2/gbar[t]^2' },
  };
  expect(verdictOf({ ...unrolled, claim: 'variance[t] = gbar[t]^2*S[t]' })).toBe('proved');
  expect(verdictOf({ ...unrolled, claim: 'variance[t] = gbar[t]*S[t]' })).toBe('refuted');
});

test('a chain whose variance explodes has the variance of its level', () => {
  expect(verdictOf({ ...ve, claim: ['mean[t] = x0', 'variance[t] = level[t]^2'] })).toBe('proved');
  expect(verdictOf({ ...ve, claim: 'variance[t] = level[t]' })).toBe('refuted');
});

const ddim = (squared: string): InductionSpec => ({
  from: 'T',
  direction: 'down',
  to: 1,
  families: { alpha, abar: { ...abar, domain: '(0,1)' }, sigma: '[0,inf)', mean: real, variance },
  symbols: x0,
  given: [
    'abar[1] = alpha[1]',
    'abar[t] = alpha[t]*abar[t-1]',
    'sigma[t]^2 < 1 - abar[t-1]',
    'mean[T] = sqrt(abar[T])*x0',
    'variance[T] = 1 - abar[T]',
    `mean[t-1] = sqrt(abar[t-1])*x0 + sqrt(${squared})*(mean[t] - sqrt(abar[t])*x0)/sqrt(1 - abar[t])`,
    `variance[t-1] = sigma[t]^2 + (${squared})/(1 - abar[t])*variance[t]`,
  ],
  claim: ['mean[t] = sqrt(abar[t])*x0', 'variance[t] = 1 - abar[t]'],
  ...quick,
});

test('every member of the DDIM family has the marginals of DDPM, downwards from any T', () => {
  const proof = induct('Marginals of DDIM', ddim('1 - abar[t-1] - sigma[t]^2')).check();
  expect(proof.scope).toMatch(/^for all \$T \\ge t \\ge 1\$ and all sequences with/);
  const wrong = induct('Marginals of DDIM', ddim('1 - abar[t-1]'));
  expect(wrong.verdict).toBe('refuted');
  expect(wrong.counterexample!.point.some(({ name }) => name.startsWith('sigma['))).toBe(true);
});

test('sums and products telescope between symbolic limits', () => {
  const families = { f: real, S: real, P: '(0,inf)', g: '(0,inf)' };
  const telescope = { from: 's', families, sums: { S: 'f[t] - f[t-1]' }, products: { P: 'g[t]/g[t-1]' } };
  expect(verdictOf({ ...telescope, claim: 'S[t] = f[t] - f[s]' })).toBe('proved');
  expect(verdictOf({ ...telescope, claim: 'S[t] = f[t] + f[s]' })).toBe('refuted');
  expect(verdictOf({ ...telescope, claim: 'P[t] = g[t]/g[s]' })).toBe('proved');
  // alpha-bar over a stretch is the ratio of alpha-bars
  const stretch = { from: 's', families: { alpha, abar: alpha, P: alpha.domain.replace(')', ']') } };
  const ratio = { ...stretch, given: ['abar[t] = alpha[t]*abar[t-1]'], products: { P: 'alpha[t]' } };
  expect(verdictOf({ ...ratio, claim: 'P[t] = abar[t]/abar[s]' })).toBe('proved');
});

test('sums of powers of the index have their closed forms', () => {
  const sums = { S: 't', Q: 't^2', H: '(1/2)^t' };
  const families = { S: real, Q: real, H: real };
  expect(verdictOf({ families, sums, claim: 'S[t] = t*(t + 1)/2' })).toBe('proved');
  expect(verdictOf({ families, sums, claim: 'Q[t] = t*(t + 1)*(2*t + 1)/6' })).toBe('proved');
  expect(verdictOf({ families, sums, claim: 'H[t] = 1 - (1/2)^t' })).toBe('proved');
  expect(verdictOf({ families, sums, claim: 'S[t] = t^2' })).toBe('refuted');
  expect(verdictOf({ families, sums, claim: 'S[t] = t*(t - 1)/2' })).toBe('refuted');
});

test('inequalities that confine the sequences are part of the scope', () => {
  expect(induct('DDIM', ddim('1 - abar[t-1] - sigma[t]^2')).scope).toContain(
    'all sequences with $\\sigma_{t}^{2} < 1 - \\bar\\alpha_{t-1}$',
  );
});

test('what holds at the first instances but not for ever is not proved', () => {
  const product = '(t - 1)*(t - 2)';
  const { verdict, reason } = induct('agrees twice', {
    ...quick,
    families: { S: real },
    sums: { S: '1' },
    claim: `S[t] = t + t*${product}`,
  });
  expect(verdict).toBe('undecided');
  expect(reason).toContain('it does not follow at t = ');
});

test('a true claim too weak to carry itself is undecided, and stronger together it is proved', () => {
  const families = { a: real, b: real };
  const given = ['a[0] = 0', 'b[0] = 0', 'a[t] = a[t-1] + b[t-1]', 'b[t] = 2*b[t-1]'];
  expect(verdictOf({ families, given, claim: 'a[t] = 0' })).toBe('undecided');
  expect(verdictOf({ families, given, claim: ['a[t] = 0', 'b[t] = 0'] })).toBe('proved');
});

test('a wrong base alone keeps a claim from being proved', () => {
  const step = { families: { S: real }, given: ['S[0] = 0', 'S[t] = S[t-1] + 1'] };
  expect(verdictOf({ ...step, claim: 'S[t] = t + 1' })).toBe('refuted');
  // No start is given: nothing is claimed of S[0], and nothing is refuted or proved.
  expect(verdictOf({ ...step, given: ['S[t] = S[t-1] + 1'], claim: 'S[t] = t' })).toBe('refuted');
});

test('a step that needs a condition does not carry an induction past the index where it fails', () => {
  const families = { a: real, r: real };
  const given = ['a[t] = a[t-1] + 1', 'r[0] = 1', 'r[t] = r[t-1]*a[t]/a[t]'];
  const cancelled = induct('cancelled', { ...quick, families, given, claim: 'r[t] = 1' });
  expect(cancelled).toMatchObject({ verdict: 'undecided', reason: expect.stringMatching(/at every index/) });
  const late = ['S[0] = 1', 'S[t] = S[t-1]*(t-9)/(t-9)'];
  const ninth = induct('the ninth', { ...quick, families: { S: real }, given: late, claim: 'S[t] = 1' });
  expect(ninth.verdict).toBe('undecided');
});

test('a start outside its domain leaves nothing to prove', () => {
  const open = { ...vp, families: { ...vp.families, abar: alpha } };
  expect(verdictOf({ ...open, claim: 'mean[t] = sqrt(abar[t])*x0' })).toBe('undecided');
});

test('repeating a relation is no proof, and carrying a start along the recursion is one', () => {
  const given = ['a[0] = x0', 'a[t] = a[t-1]', 'b[t] = 2*a[t]'];
  const families = { a: real, b: real };
  expect(verdictOf({ families, symbols: x0, given, claim: 'b[t] = 2*a[t]' })).toBe('vacuous');
  expect(verdictOf({ families, symbols: x0, given, claim: 'a[t] = x0' })).toBe('proved');
  expect(verdictOf({ families: { a: real }, given: ['a[t] = a[t-1]'], claim: 'a[t] = a[0]' })).toBe('proved');
  expect(verdictOf({ families: { a: real }, given: ['a[t] = a[t-1]'], claim: 'a[t] = 3' })).toBe('refuted');
});

test('a symbol that a user declares is never taken for a member', () => {
  const b = { tex: 'b', domain: real, meaning: '' };
  const twice = { families: { a: real, b: real }, given: ['a[t] = b[t] + b[t]'] };
  expect(verdictOf({ ...twice, symbols: { b__t: b }, claim: 'a[t] = 2*b__t' })).toBe('refuted');
  expect(() => induct('', { ...twice, symbols: { b__at_t_p0: b }, claim: 'a[t] = 2*b__at_t_p0' })).toThrow(
    '"b__at_t_p0" is a name that the checker makes itself',
  );
  // a[tm1], an index of its own, is not a[t-1].
  const index = { tm1: { tex: 'm', domain: '[0,inf)', meaning: '' } };
  const given = ['a[0] = 0', 'a[t] = a[t-1] + 1'];
  const between = { families: { a: real }, symbols: index, given, claim: 'a[t] = a[tm1] + 1' };
  expect(() => induct('', between)).toThrow('a[tm1] lies in the midst of a sequence');
});

test('a symbolic start is tried as several numbers', () => {
  const from = (claim: string, domain = '[0,inf)') =>
    induct('from s', {
      mutants: false,
      from: 's',
      symbols: { s: { tex: 's', domain, meaning: 'start' } },
      families: { S: real },
      sums: { S: 't' },
      claim,
    }).verdict;
  expect(from('S[t] = (t^2 + t)/2 - (s^2 + s)/2')).toBe('proved');
  expect(from('S[t] = (t^2 + t)/2 - s')).toBe('refuted'); // true from 0 and from 1
  expect(from('S[t] = (t^2 + t)/2 - (s^2 + s)/2 + max(s - 2, 0)', '(0,2]')).toBe('proved');
  const T = { T: { tex: 'T', domain: '[0,2]', meaning: 'start' } };
  const down = {
    from: 'T',
    direction: 'down',
    given: ['a[T] = 0', 'a[t-1] = a[t] + max(T - 2, 0)'],
  } as const;
  expect(verdictOf({ ...down, unrolled: 4, symbols: T, families: { a: real }, claim: 'a[t] = 0' })).toBe(
    'proved',
  );
});

test('signs alternate along the index', () => {
  const sum = (term: string, claim: string, more: Partial<InductionSpec> = {}) =>
    verdictOf({ families: { S: real }, sums: { S: term }, claim: `S[t] = ${claim}`, ...more });
  expect(sum('(-1)^t', '((-1)^t - 1)/2')).toBe('proved');
  expect(sum('(-1)^(t-1)*t', '(1 - (-1)^t*(2*t + 1))/4')).toBe('proved');
  expect(sum('(-1)^(2*t+1)', '-t')).toBe('proved');
  expect(sum('(-1)^t', '((-1)^t + 1)/2')).toBe('refuted');
  expect(sum('(-1)^t', '((-1)^t - (-1)^s)/2', { from: 's' })).toBe('proved');
  expect(sum('(-1)^t', '((-1)^t - 1)/2', { from: 's' })).toBe('refuted');
});

test('downwards to 1 the start is no 0', () => {
  const down = {
    families: { a: real },
    from: 'T',
    direction: 'down',
    given: ['a[T] = 1', 'a[t-1] = a[t]*(t-1)/t'],
  } as const;
  expect(verdictOf({ ...down, to: 1, claim: 'a[t] = t/T' })).toBe('proved');
});

test('a claim whose step does not follow is looked at further along', () => {
  const late = { mutants: false, families: { S: real }, sums: { S: '1' }, claim: 'S[t] = t + max(t - 6, 0)' };
  expect(induct('late', late).verdict).toBe('refuted');
});

test('malformed claims and indices are refused with the place', () => {
  const bad = (spec: Partial<InductionSpec>): (() => Induction) => {
    return () => induct('bad', { ...vp, claim: 'mean[t] = x0', ...spec });
  };
  expect(bad({ claim: 'mean[t] = m[t]' })).toThrow('unknown family m in " m[t]"');
  expect(bad({ claim: 'mean[t] = abar*x0' })).toThrow('abar is a family, write abar[t]');
  expect(bad({ claim: 'mean[t-1] = x0' })).toThrow('expected "family[t] = expression in t"');
  expect(bad({ claim: 'mean[t] = mean[t-2]' })).toThrow('expected no index but t and t-1');
  expect(bad({ claim: 'mean[t] = mean[2*t]' })).toThrow('index "2*t"');
  expect(bad({ given: ['mean[t] < '] })).toThrow();
  const twice = [...vp.given, 'mean[t] = 2*mean[t-1]'];
  expect(bad({ given: twice })).toThrow('mean[t] is defined twice: "mean[t] = sqrt(alpha[t])*mean[t-1]" and');
  expect(bad({ given: [...vp.given, 'mean[0] = 1'] })).toThrow('mean[0] is defined twice');
});

interface Fixture {
  chains: { kind: string; x0: string; rows: Record<string, string | number>[] }[];
  sums: { n: number; first: number; squares: number; halves: string }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../reference/induction.json', import.meta.url), 'utf8'),
) as Fixture;

test('the closed forms that are proved agree with chains run step by step in mpmath', () => {
  const entry = { tex: 'x', domain: real, meaning: '' };
  const symbols = declare({ x0: entry, abar: entry, gbar: entry, level: entry, n: entry });
  const value = (expr: string, values: Record<string, number>): number =>
    formula('closed form', { tex: 'f', expr, cite: '', symbols }).evaluate(values);
  const closed: Record<string, [string, string | null]> = {
    vp: ['sqrt(abar)*x0', '1 - abar'],
    general: ['gbar*x0', null],
    ve: ['x0', 'level^2'],
  };
  for (const { kind, x0: data, rows } of fixture.chains) {
    for (const row of rows) {
      const values = {
        x0: Number(data),
        abar: Number(row.abar),
        gbar: Number(row.gbar),
        level: Number(row.level),
      };
      const [mean, spread] = closed[kind];
      expect(value(mean, values)).toBeCloseTo(Number(row.mean), 12);
      if (spread) expect(value(spread, values)).toBeCloseTo(Number(row.variance), 12);
    }
  }
  for (const { n, first, squares, halves } of fixture.sums) {
    expect(value('n*(n + 1)/2', { n })).toBe(first);
    expect(value('n*(n + 1)*(2*n + 1)/6', { n })).toBe(squares);
    expect(value('1 - (1/2)^n', { n })).toBeCloseTo(Number(halves), 14);
  }
});

test('only whole multiples of the index make a power of −1 alternate', () => {
  const turned = (exponent: string, more: object = {}) =>
    verdictOf({
      ...quick,
      families: { a: real },
      given: ['a[0] = 1', `a[t] = a[t-1]*(-1)^(${exponent})`],
      claim: 'a[t] = 1',
      ...more,
    });
  expect(turned('0.5*t*t - 0.5*t', { unrolled: 1 })).not.toBe('proved');
  expect(turned('t*t')).toBe('refuted');
  expect(turned('2*t')).toBe('proved');
  // 0 for t up to 7, odd at 8
  const late = '(t*(t-1)*(t-2)*(t-3)*(t-4)*(t-5)*(t-6)*(t-7))/128';
  expect(turned(late)).not.toBe('proved');
  const flips = { ...quick, families: { a: real }, given: ['a[0] = 1', 'a[t] = -a[t-1]'] };
  for (const claim of ['(-1)^(t + 2)', '-(-1)^(t - 1)', '(-1)^(3*t)', '(-1)^(t + 1)*(-1)'])
    expect(verdictOf({ ...flips, claim: `a[t] = ${claim}` }), claim).toBe('proved');
  expect(verdictOf({ ...flips, claim: 'a[t] = (-1)^(t + 1)' })).toBe('refuted');
});
