import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { philox as otherPhilox } from '../../src/engine/random/philox.ts';
import { parse, type Expr } from '../../src/symbolic/index.ts';
import { prepare } from '../../src/symbolic/claim.ts';
import { startClock } from '../../src/symbolic/clock.ts';
import { add, call, div, mul, neg, pow, sub, symbol } from '../../src/symbolic/expr.ts';
import { FieldLimit } from '../../src/symbolic/numbers.ts';
import { Normal } from '../../src/symbolic/normal.ts';
import { philox, Random } from '../../src/symbolic/random.ts';
import { realCheck } from '../../src/symbolic/real.ts';

const symbols = { a: '(0,1)', b: '(0,1)', s: '(0,inf)', x: '(-inf,inf)' };
const [a, b, s, x] = ['a', 'b', 's', 'x'].map(symbol);

/** Positive on the whole set, so that the label of what is built from them is known. */
const { positive } = fc.letrec<{ positive: Expr }>((tie) => ({
  positive: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(a, b, s, sub(parse('1'), a), call('exp', x), parse('x^2+1'), parse('2/3')),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => add(p, q)),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => mul(p, q)),
    fc.tuple(tie('positive'), tie('positive')).map(([p, q]) => div(p, q)),
    tie('positive').map((p) => call('sqrt', p)),
    tie('positive').map((p) => call('abs', neg(p))),
  ),
}));

/** Pairs p, q of positive expressions in which the sides are equal, whatever p and q are. */
const identities: ((p: Expr, q: Expr) => [Expr, Expr])[] = [
  (p, q) => [mul(call('sqrt', p), call('sqrt', q)), call('sqrt', mul(p, q))],
  (p, q) => [sub(pow(p, { n: 2n, d: 1n }), pow(q, { n: 2n, d: 1n })), mul(sub(p, q), add(p, q))],
  (p, q) => [call('log', div(p, q)), sub(call('log', p), call('log', q))],
  (p, q) => [call('sqrt', pow(sub(p, q), { n: 2n, d: 1n })), call('abs', sub(q, p))],
  (p, q) => [div(parse('1'), add(div(parse('1'), p), div(parse('1'), q))), div(mul(p, q), add(p, q))],
  (p, q) => [call('exp', add(call('log', p), neg(call('log', q)))), div(p, q)],
  (p, q) => [div(sub(p, q), add(call('sqrt', p), call('sqrt', q))), sub(call('sqrt', p), call('sqrt', q))],
];

function engines(lhs: Expr, rhs: Expr): { real: string; field: string } {
  const prepared = prepare({ lhs, rhs, symbols });
  const clock = startClock(4000);
  const real = realCheck(prepared, Random.of('real'), clock).kind;
  try {
    const normal = new Normal(prepared, Random.of('field'), clock);
    return { real, field: normal.field.equal(normal.read(prepared.lhs), normal.read(prepared.rhs)).kind };
  } catch (error) {
    if (!(error instanceof FieldLimit)) throw error;
    return { real, field: 'unable' };
  }
}

const twoSides = fc
  .tuple(positive, positive, fc.constantFrom(...identities))
  .map(([p, q, identity]) => identity(p, q));

describe('the two engines', () => {
  it('never deny what is true by construction', () => {
    let equal = 0;
    fc.assert(
      fc.property(twoSides, ([lhs, rhs]) => {
        const { real, field } = engines(lhs, rhs);
        expect(real).not.toBe('refuted');
        expect(field).not.toBe('differs');
        if (field === 'equal') equal++;
      }),
      { numRuns: 250, seed: 13 },
    );
    expect(equal).toBeGreaterThan(200);
  });

  it('never both accept what is false by construction, however small the gap', () => {
    let refuted = 0;
    const gap = fc.tuple(fc.integer({ min: 6, max: 40 }), positive);
    fc.assert(
      fc.property(twoSides, gap, ([lhs, rhs], [digits, p]) => {
        const { real, field } = engines(lhs, add(rhs, mul(parse(`1e-${digits}`), p)));
        expect(field).not.toBe('equal');
        if (real === 'refuted') refuted++;
      }),
      { numRuns: 250, seed: 14 },
    );
    expect(refuted).toBeGreaterThan(240);
  });

  it('never contradict each other on any pair', () => {
    fc.assert(
      fc.property(positive, positive, (lhs, rhs) => {
        const { real, field } = engines(lhs, rhs);
        if (field === 'equal') expect(real).not.toBe('refuted');
      }),
      { numRuns: 250, seed: 15 },
    );
  });
});

it('the random words of the checker are those of the other Philox, which Random123 checks', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
      expect(philox(counter, key)).toEqual([...otherPhilox(counter, key)]);
    }),
  );
});
