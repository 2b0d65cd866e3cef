/** Claims that nobody would write, drawn at random: deep, wide, tiny, huge, empty, chained. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { ClaimError, decide, decideInequality, ParseError, type Claim } from '../../src/symbolic/index.ts';

const names = ['x', 'y', 'z'];
const numbers = ['0', '2', '1/3', '1e-70', '10^(-400)', '2^(10^9)', '10^(-100000)', '1e5000', '3^(1/1000001)', '2^(1/2^40)', 'pi', '0^0', '1/0', `0.${'3'.repeat(1500)}`]; // prettier-ignore
const domains = [
  '(-inf,inf)',
  '(0,1)',
  '(0,inf)',
  '[0,1]',
  '(200,300)',
  '(0,1e-40)',
  '(1e300,inf)',
  '[2,2]',
  '(1,0)',
];
const powers = ['2', '-1', '1/2', '1/3', '64', '1000', '10^9', 'x', '2^64', '1/2^30'];

const leaf = fc.constantFrom(...names, ...names, ...numbers);
const expression = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('e'), fc.constantFrom('+', '-', '*', '/'), tie('e'))
      .map(([a, op, b]) => `(${a})${op}(${b})`),
    fc.tuple(tie('e'), fc.constantFrom(...powers)).map(([a, power]) => `(${a})^(${power})`),
    fc
      .tuple(fc.constantFrom('sqrt', 'exp', 'log', 'abs', 'erf', 'sin', '-'), tie('e'))
      .map(([f, a]) => `${f}(${a})`),
    fc.tuple(fc.constantFrom('min', 'max'), tie('e'), tie('e')).map(([f, a, b]) => `${f}(${a},${b})`),
  ),
})).e;

const links = [
  'A+B',
  'A*B',
  'A/B',
  'sqrt(A)',
  'exp(-A)',
  'log(1+A^2)',
  'abs(A-B)',
  'A^2',
  'min(A,B)',
  'A^60',
  'erf(A)',
];
/** Definitions of which each reads the two before it. */
const given = fc.array(fc.constantFrom(...links), { maxLength: 80 }).map((chosen) =>
  chosen.map((link, i) => {
    const before = (back: number): string => (i < back ? names[i + 2 - back] : `w${i - back}`);
    return `w${i} = ${link.replaceAll('A', before(1)).replaceAll('B', before(2))}`;
  }),
);

const claim = fc
  .tuple(expression, expression, given, fc.array(fc.constantFrom(...domains), { minLength: 3, maxLength: 3 }))
  .map(([lhs, rhs, definitions, chosen]): Claim => {
    const symbols = Object.fromEntries(names.map((name, i) => [name, chosen[i]]));
    for (const i of definitions.keys()) symbols[`w${i}`] = '(-inf,inf)';
    const last = definitions.length === 0 ? lhs : `w${definitions.length - 1} + ${lhs}`;
    return { lhs: last, rhs, symbols, given: definitions };
  });

const LIMIT_MS = 100;
/** What a decision may take beyond its limit on a busy machine; without its clock it takes minutes. */
const SLACK_MS = 3000;

/** Every claim gets a verdict in time, or is refused as malformed; none is a fault of the checker. */
export function fuzzDecisions(numRuns: number, seed: number): void {
  const settled = (ask: () => { verdict: string; reason?: string; ms: number }): void => {
    try {
      const { verdict, reason, ms } = ask();
      expect({ verdict, reason }).not.toMatchObject({ verdict: 'error' });
      expect(ms).toBeLessThan(LIMIT_MS + SLACK_MS);
    } catch (error) {
      if (!(error instanceof ClaimError) && !(error instanceof ParseError)) throw error;
    }
  };
  fc.assert(
    fc.property(claim, (asked) => {
      settled(() => decide(asked, { timeLimitMs: LIMIT_MS }));
      settled(() => decideInequality({ ...asked, relation: '≤' }, { timeLimitMs: LIMIT_MS }));
    }),
    { numRuns, seed, endOnFailure: true },
  );
}
