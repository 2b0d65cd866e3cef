import fc from 'fast-check';
import { create, all } from 'mathjs';
import { describe, expect, it } from 'vitest';
import {
  claimMutationScore,
  decide,
  mutants,
  parse,
  substitute,
  toText,
  type Claim,
  type Expr,
} from '../../src/symbolic/index.ts';
import { add, call, div, equalExpr, mul, neg, number, pow, sub, symbol } from '../../src/symbolic/expr.ts';

const symbols = { a: '(0,1)', b: '(0,1)', x: '(-inf,inf)', y: '(-inf,inf)', s: '(0,inf)' };

/** Expressions that are defined on the whole set: roots and logarithms of positive things only. */
const { any: anyExpr } = fc.letrec<{ any: Expr; positive: Expr }>((tie) => ({
  positive: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Expr>(symbol('a'), symbol('b'), symbol('s'), sub(number(1), symbol('a'))),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => add(p, q)),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => mul(p, q)),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => div(p, q)),
    tie('positive').map((p) => call('sqrt', p)),
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Expr>(symbol('x'), symbol('y'), symbol('a'), number(2), number(1n, 3n)),
    fc.tuple(tie('any'), tie('any')).map(([p, q]) => add(p, q)),
    fc.tuple(tie('any'), tie('any')).map(([p, q]) => mul(p, q)),
    fc.tuple(tie('any'), tie('positive')).map(([p, q]) => div(p, q)),
    tie('any').map(neg),
    tie('any').map((p) => pow(p, { n: 2n, d: 1n })),
    tie('positive').map((p) => call('log', p)),
    tie('positive').map((p) => call('sqrt', p)),
    fc.constantFrom<Expr>(symbol('x'), symbol('a')).map((p) => call('exp', p)),
  ),
}));

/** Rewritings that keep the value everywhere on the set. */
const rewritings: ((e: Expr) => Expr)[] = [
  (e) => sub(add(e, symbol('x')), symbol('x')),
  (e) => mul(e, div(symbol('s'), symbol('s'))),
  (e) => neg(neg(e)),
  (e) => div(mul(e, call('sqrt', symbol('a'))), pow(symbol('a'), { n: 1n, d: 2n })),
  (e) => add(mul(symbol('b'), e), mul(sub(number(1), symbol('b')), e)),
  (e) =>
    div(sub(pow(add(e, number(1)), { n: 2n, d: 1n }), pow(sub(e, number(1)), { n: 2n, d: 1n })), number(4)),
  (e) =>
    add(
      e,
      call('log', mul(symbol('a'), symbol('b'))),
      neg(call('log', symbol('a'))),
      neg(call('log', symbol('b'))),
    ),
  (e) => mul(e, call('exp', symbol('y')), call('exp', neg(symbol('y')))),
];

const identity = fc
  .tuple(anyExpr, fc.array(fc.constantFrom(...rewritings), { minLength: 1, maxLength: 3 }))
  .map(([lhs, steps]): Claim => ({ lhs, rhs: steps.reduce((e, step) => step(e), lhs), symbols }));

describe('random identities', () => {
  it('are never refuted, and nearly always proved', () => {
    let total = 0;
    let proved = 0;
    fc.assert(
      fc.property(identity, (claim) => {
        const { verdict, counterexample } = decide(claim, { timeLimitMs: 2000, diagnose: false });
        total++;
        if (verdict === 'proved' || verdict === 'vacuous') proved++;
        expect([verdict, counterexample]).not.toContain('refuted');
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(proved / total).toBeGreaterThan(0.95);
  });

  it('with a term added are never proved', () => {
    const extra = fc.constantFrom('1e-30', '1e-30*x', '1e-12*(abs(y)-y)', '1e-20*sqrt(a)', '1e-9*log(s)');
    fc.assert(
      fc.property(identity, extra, (claim, term) => {
        const rhs = add(claim.rhs as Expr, parse(term));
        expect(decide({ ...claim, rhs }, { timeLimitMs: 2000, diagnose: false }).verdict).not.toBe('proved');
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});

describe('counterexamples', () => {
  // mathjs BigNumbers evaluate the texts: another parser and another arithmetic than ours.
  const math = create(all!, { number: 'BigNumber', precision: 100 });

  it('check out in another evaluator', () => {
    let refuted = 0;
    fc.assert(
      fc.property(anyExpr, anyExpr, (lhs, rhs) => {
        const { verdict, counterexample } = decide(
          { lhs, rhs, symbols },
          { timeLimitMs: 2000, diagnose: false },
        );
        if (verdict !== 'refuted') return;
        refuted++;
        const { point, lhs: left, rhs: right } = counterexample!;
        const scope = Object.fromEntries(
          Object.entries(point).map(([name, text]) => [name, math.evaluate(text) as unknown]),
        );
        const near = (expr: Expr, text: string): boolean => {
          const value = math.evaluate(toText(expr), scope) as {
            minus(x: unknown): { abs(): { lte(x: unknown): boolean } };
          };
          const printed = math.bignumber(text);
          return value.minus(printed).abs().lte(printed.abs().times(1e-10).plus(1e-90));
        };
        expect(near(lhs, left)).toBe(true);
        expect(near(rhs, right)).toBe(true);
        expect(left).not.toBe(right);
      }),
      { numRuns: 120, seed: 9 },
    );
    expect(refuted).toBeGreaterThan(60);
  });
});

describe('text', () => {
  it('reads back as the same expression', () => {
    fc.assert(
      fc.property(anyExpr, (expr) => {
        const read = parse(toText(expr));
        expect(toText(read)).toBe(toText(expr));
        expect(equalExpr(parse(toText(read)), read)).toBe(true);
      }),
      { numRuns: 300, seed: 10 },
    );
  });
});

describe('mutants', () => {
  const posterior: Claim = {
    lhs: '1/(alpha/beta + 1/(1-abarPrev))',
    rhs: 'beta*(1-abarPrev)/(1-abar)',
    symbols: { alpha: '(0,1)', beta: '(0,1)', abar: '(0,1)', abarPrev: '(0,1)' },
    given: ['abar = alpha*abarPrev', 'beta = 1-alpha'],
  };

  it('of the posterior variance are all refuted', () => {
    expect(claimMutationScore(posterior)).toEqual({ refuted: 13, total: 13, survivors: [] });
  });

  it('that change nothing are named as survivors', () => {
    const { survivors } = claimMutationScore({
      lhs: 'x',
      rhs: '0*y + x',
      symbols: { x: '(-inf,inf)', y: '(-inf,inf)' },
    });
    expect(survivors.length).toBeGreaterThan(0);
    for (const { verdict } of survivors) expect(['proved', 'vacuous']).toContain(verdict);
  });

  it('differ from the original', () => {
    fc.assert(
      fc.property(anyExpr, (expr) => {
        for (const mutant of mutants(expr)) expect(equalExpr(mutant, expr)).toBe(false);
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});

it('definitions unfold to the same verdict as substitution by hand', () => {
  const by = { t: parse('1 - exp(-s)') };
  const lhs = parse('t*x + t');
  const rhs = parse('t*(x+1)');
  const given = decide({ lhs, rhs, symbols: { ...symbols, t: '(0,1)' }, given: ['t = 1 - exp(-s)'] });
  const inline = decide({ lhs: substitute(lhs, by), rhs: substitute(rhs, by), symbols });
  expect([given.verdict, inline.verdict]).toEqual(['proved', 'proved']);
});
