import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, toText, type Expr } from '../../src/symbolic/index.ts';
import {
  add,
  call,
  div,
  equalExpr,
  mul,
  neg,
  number,
  pow,
  symbol,
  symbolsOf,
} from '../../src/symbolic/expr.ts';

/** Every shape of tree that parsing can give. */
const { tree } = fc.letrec<{ tree: Expr }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(symbol('x'), symbol('abar'), number(2), number(0), number(1n, 2n), number(12n, 1000n)),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((args) => add(...args)),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((args) => mul(...args)),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => div(a, b)),
    tie('tree').map(neg),
    fc
      .tuple(tie('tree'), fc.bigInt(-5n, 5n), fc.bigInt(1n, 4n))
      .map(([base, n, d]) => pow(base, { n: d === 1n ? n : 4n * n + 1n, d: d === 3n ? 1n : d })),
    fc
      .tuple(tie('tree'), tie('tree'))
      .filter(([, exponent]) => symbolsOf(exponent).length > 0)
      .map(([base, exponent]) => pow(base, exponent)),
    fc.tuple(fc.constantFrom('sqrt', 'exp', 'log', 'abs'), tie('tree')).map(([fn, arg]) => call(fn, arg)),
  ),
}));

it('parsing the text of an expression gives the expression', () => {
  fc.assert(
    fc.property(tree, (expr) => {
      const text = toText(expr);
      expect(equalExpr(parse(text), expr), text).toBe(true);
    }),
    { numRuns: 3000, seed: 12 },
  );
});

it.each([
  'alpha - alpha*abarPrev',
  '1 - 1/t',
  'xt - sqrt(1 - abar)*eps',
  'a - b*c/d + e',
  'a - (b + c)',
  'a - (b - c)',
  '-(a*b) + c',
  'a/b*c - a/(b*c)',
  'x^(-1) - x^2*y',
  '-x^2 - -y',
])('%s is printed as it is', (text) => expect(toText(parse(text))).toBe(text));
