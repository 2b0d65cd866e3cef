import { describe, expect, it } from 'vitest';
import { claims } from './chained.ts';
import {
  claimMutationScore,
  decide,
  declare,
  derive,
  induct,
  mutants,
  parse,
  symbolsOf,
  toText,
  type Claim,
  type Expr,
} from '../../src/symbolic/index.ts';
import { prepare } from '../../src/symbolic/claim.ts';
import { withinTime } from '../../src/symbolic/clock.ts';
import { equalExpr, nodesOf } from '../../src/symbolic/expr.ts';

const real = '(-inf,inf)';

describe('a tiny difference is the same difference wherever it is looked at', () => {
  it.each([
    ['log(1+exp(x))', 'x', '(200,300)'],
    ['erf(x)', '1', '(12,13)'],
    ['1+exp(-x^2)', '1', '(10,20)'],
    ['exp(x)', '1+x', '(0,1e-36)'],
    ...[38, 60, 67, 70, 130, 200, 260, 300, 500, 1000, 2000].map((k) => ['x', `x+10^(-${k})`, real] as const),
    // The difference shows in a repair that is tried.
    ['log(1+exp(x))', 'x+1', '(200,300)'],
    ['erf(x)', '1/2', '(12,13)'],
    ['x+10^(-70)', '2*x', real],
  ] as const)('%s = %s on %s is refuted', (lhs, rhs, x) => {
    expect(decide({ lhs, rhs, symbols: { x } }).verdict).toBe('refuted');
  });

  it('in a derivation too, whose other steps keep their verdicts', () => {
    const symbols = declare({ x: { tex: 'x', domain: '(200,300)', meaning: '' } });
    const derivation = derive('softplus', 'x + x', { symbols, mutants: false })
      .step('2*x')
      .step('2*log(1+exp(x))');
    expect(derivation.steps.map(({ verdict }) => verdict)).toEqual(['vacuous', 'proved', 'refuted']);
  });
});

describe('definitions that use one another are not written out', () => {
  it.each([10, 16, 40])('DDIM of %i steps with one fixed noise is proved', (steps) => {
    expect(decide(claims.ddim(steps)).verdict).toBe('proved');
  });

  it('and is refuted with a wrong coefficient', () => {
    const wrong = { ...claims.ddim(16), rhs: 'sqrt(A0)*x + sqrt(1-A1)*eps' };
    expect(decide(wrong, { diagnose: false }).verdict).toBe('refuted');
  });

  it.each([28, 200])('doubling %i times is multiplying by a power of two', (n) => {
    expect(decide(claims.doubled(n)).verdict).toBe('proved');
    expect(decide({ ...claims.doubled(n), rhs: `3*2^${n}*x` }, { diagnose: false }).verdict).toBe('refuted');
  });

  it('minima nested 26 deep are decided, true and false', () => {
    expect(decide(claims.minima(26)).verdict).toBe('proved');
    expect(decide({ ...claims.minima(26), rhs: 'max(x,y)' }).verdict).toBe('refuted');
  });

  it('a thousand definitions are decided, in whatever order they stand', () => {
    const chain = claims.counted(1000);
    expect(decide(chain).verdict).toBe('proved');
    expect(decide({ ...chain, given: [...chain.given!].reverse() }).verdict).toBe('proved');
  });

  it('a text too long to be read again is refused, and not made', () => {
    const { lhs } = claims.minima(60);
    expect(() => toText(parse(lhs as string))).toThrow(/more than 20000 characters/);
  });
});

describe('deep expressions', () => {
  const deep = (n: number, wrap: (e: Expr) => Expr): Expr => {
    let e: Expr = { kind: 'symbol', name: 'x' };
    for (let i = 0; i < n; i++) e = wrap(e);
    return e;
  };
  const one: Expr = { kind: 'number', n: 1n, d: 1n };
  const wraps: [string, (e: Expr) => Expr][] = [
    ['sums', (e) => ({ kind: 'add', args: [e, one] })],
    ['products', (e) => ({ kind: 'mul', args: [one, e] })],
    ['signs', (arg) => ({ kind: 'neg', arg })],
    ['fractions', (den) => ({ kind: 'div', num: one, den: { kind: 'add', args: [den, one] } })],
    ['roots', (arg) => ({ kind: 'call', fn: 'sqrt', arg: { kind: 'add', args: [arg, one] } })],
    ['exponentials', (arg) => ({ kind: 'call', fn: 'exp', arg: { kind: 'neg', arg } })],
    ['absolute values', (arg) => ({ kind: 'call', fn: 'abs', arg: { kind: 'add', args: [arg, one] } })],
    ['squares', (base) => ({ kind: 'pow', base, exponent: { n: 2n, d: 1n } })],
  ];

  it.each(wraps)('10,000 nested %s get a verdict', (_, wrap) => {
    const lhs = deep(10_000, wrap);
    const claim: Claim = { lhs, rhs: 'x', symbols: { x: '(0,1)' } };
    expect(['proved', 'refuted', 'undecided']).toContain(decide(claim, { timeLimitMs: 500 }).verdict);
    expect(symbolsOf(lhs)).toEqual(['x']);
    expect(nodesOf(lhs).length).toBeGreaterThan(10_000);
    expect(equalExpr(lhs, deep(10_000, wrap))).toBe(true);
    expect(equalExpr(lhs, deep(9_999, wrap))).toBe(false);
  });
});

it('an edit that is defined nowhere is no mutant: log(x − 1) is none of log(1 + x) on (0,1)', () => {
  const claim = { lhs: 'log((1+x)^2)/2', rhs: 'log(1+x)', symbols: { x: '(0,1)' } };
  const { refuted, total, survivors } = claimMutationScore(claim);
  expect({ refuted, total, survivors }).toEqual({ refuted: total, total, survivors: [] });
  expect(total).toBeLessThan(mutants('log(1+x)').length);
});

describe('time limits', () => {
  const dense = Array.from({ length: 12 }, (_, i) => `(1 + x${i} + exp(x${i}))^7`).join('*');
  const real12 = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, real]));
  it.each([
    ['a large product', { lhs: `log(${dense})`, rhs: `log(${dense}+1)-1`, symbols: real12 }],
    ['a huge power', { lhs: '2^(10^9)*x', rhs: '4^(5*10^8)*x + x', symbols: { x: real } }],
    [
      'a tower of powers',
      { lhs: '((((x+1)^60)^60)^60)^60', rhs: '((((1+x)^60)^60)^60)^61', symbols: { x: real } },
    ],
    ['a thousand definitions', claims.counted(1000)],
    ['deep minima', claims.minima(100)],
  ] as [string, Claim][])('%s ends soon after its limit, whatever comes out', (_, claim) => {
    const { verdict, ms } = decide(claim, { timeLimitMs: 100 });
    expect(verdict).not.toBe('error');
    expect(ms).toBeLessThan(1000); // without a limit seconds, or no end
  });

  /** Milliseconds of computing, however busy the machine is. */
  const computing = (work: () => void): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const FIXED_MS = 200; // collecting garbage, and compiling

  it.each([1000, 4000])('hold for %i definitions to a fifth of the limit', (n) => {
    const timeLimitMs = 400;
    const spent = computing(() => decide({ ...claims.counted(n), rhs: 'x' }, { timeLimitMs }));
    expect(spent).toBeLessThan(1.2 * timeLimitMs + FIXED_MS);
  });

  it('are looked at while what a claim reads is gathered, in time that grows as the claim does', () => {
    const prepared = prepare(claims.counted(4000));
    const limit = 100;
    const spent = computing(() => expect(withinTime(limit, prepared.reads).size).toBe(4002));
    expect(spent).toBeLessThan(1.2 * limit + FIXED_MS);
    expect(() => withinTime(0, prepared.reads)).toThrow('time limit of 0 ms reached');
  });

  it('of an induction leaves what was not decided undecided', () => {
    const spec = { families: { s: real }, sums: { s: 't^3' }, claim: 's[t] = (t*(t+1)/2)^2' };
    expect(induct('Cubes', spec).verdict).toBe('proved');
    const cut = induct('Cubes', { ...spec, timeLimitMs: 0 });
    expect(cut.verdict).toBe('undecided');
    expect(cut.reason).toContain('time limit of 0 ms');
  });

  it('must be numbers', () => {
    expect(() => decide({ lhs: 'x', rhs: '2*x', symbols: { x: real } }, { timeLimitMs: NaN })).toThrow(
      /timeLimitMs.*expected a number/,
    );
  });
});

it('a line of minima is shown, though written out it would fill volumes', () => {
  const entry = { tex: 'x', domain: '(0,1)', meaning: '' };
  const symbols = declare({ x: entry, y: entry });
  const derivation = derive('Minima', claims.minima(40).lhs, { symbols, mutants: false }).step('min(x,y)');
  expect(derivation.steps[1].verdict).toBe('proved');
  expect(derivation.steps[0].text.length).toBeLessThan(3000);
  expect(derivation.steps[0].tex.length).toBeLessThan(50_000);
  expect(derivation.steps[0].text).toContain('…');
});
