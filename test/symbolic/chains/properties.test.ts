import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edits } from '../../../src/symbolic/chains/edits.ts';
import { coprimeBase, exact, isZero } from '../../../src/symbolic/chains/exact.ts';
import { finiteCheck } from '../../../src/symbolic/chains/finite-check.ts';
import { proveByRules } from '../../../src/symbolic/chains/prove.ts';
import { separated } from '../../../src/symbolic/chains/separation.ts';
import { chainModel, decideChain, parseChain, type ChainExpr } from '../../../src/symbolic/index.ts';
import { gcd, rational } from '../../../src/symbolic/rational.ts';
import { bound, ddim, ddpm, negativeElbo } from './models.ts';

/** Rewritings that hold for any densities, as text: each has two sides that may stand for each other. */
const laws: [string, string][] = [
  ['log q(x_{1:T}|x_0)', 'sum_{t=1}^{T} log q(x_t|x_{t-1})'],
  ['log p(x_{0:T})', '(log p(x_T) + sum_{t=1}^{T} log p(x_{t-1}|x_t))'],
  ['log q(x_T|x_0)', '(log q(x_1|x_0) + sum_{t=2}^{T} log(q(x_t|x_0) / q(x_{t-1}|x_0)))'],
  ['log q(x_1|x_0)', '(log q(x_0,x_1) - log q(x_0))'],
  ['log q(x_1|x_0)', '(log q(x_0|x_1) + log(q(x_1) / q(x_0)))'],
  ['log p(x_0|x_1)', '(log p(x_1|x_0) + log p(x_0) - log p(x_1))'],
  ['KL(q(x_T|x_0) || p(x_T))', 'E_{q(x_{1:T}|x_0)}[log q(x_T|x_0) - log p(x_T)]'],
  ['H(q(x_1|x_0))', '-E_{q(x_{1:T}|x_0)}[log q(x_1|x_0)]'],
  ['E_{q(x_1|x_0)}[log p(x_0|x_1)]', 'E_{q(x_T|x_0)}[E_{q(x_1|x_T,x_0)}[log p(x_0|x_1)]]'],
  ['log p(x_0)', 'log int_{x_1} p(x_1) p(x_0|x_1)'],
];
const term = fc.tuple(fc.constantFrom(...laws), fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.boolean());

/** A combination of terms, and the same with some of them rewritten and all of them shuffled. */
const identity = fc.array(term, { minLength: 1, maxLength: 4 }).chain((terms) => {
  const pieces = terms.map(([[a, b], k, left, right]) =>
    [left ? b : a, right ? b : a].map((side) => `${k < 0 ? '- ' : '+ '}${Math.abs(k)} * (${side})`),
  );
  const join = (list: string[]) => `E_{q(x_{1:T}|x_0)}[${list.join(' ').replace(/^\+ /, '')}]`;
  return fc
    .shuffledSubarray(pieces, { minLength: pieces.length })
    .map((shuffled) => ({ lhs: join(pieces.map(([a]) => a)), rhs: join(shuffled.map(([, b]) => b)) }));
});

test('identities made by rewriting are proved for all densities, and never refuted', () => {
  fc.assert(
    fc.property(identity, ({ lhs, rhs }) => {
      const { verdict, scope, reason } = decideChain(ddpm, `${lhs} = ${rhs}`);
      if (verdict === 'vacuous') return;
      expect([verdict, scope, reason]).toEqual(['proved', 'all densities, all $T \\ge 1$', undefined]);
    }),
    { numRuns: 25, seed: 4 },
  );
});

const mutantsOf = (text: string): ChainExpr[] => edits(parseChain(text), ['q', 'p']).map(({ expr }) => expr);

test.each([
  ['the DDPM bound', ddpm],
  ['the DDIM bound', ddim],
])('no single slip in %s is proved: the rules and the tables never contradict each other', (_, model) => {
  const lhs = parseChain(negativeElbo);
  const count = { proved: 0, refuted: 0, meaningless: 0, open: 0 };
  for (const rhs of mutantsOf(bound)) {
    const byTables = finiteCheck(model, { lhs, relation: '=', rhs }, { quick: true, seed: 9 }).kind;
    const byRules = proveByRules(model, { lhs, rhs }, [], 1).kind;
    if (byRules === 'proved') count.proved++;
    if (byTables === 'refuted') count.refuted++;
    else if (byTables === 'unable') count.meaningless++;
    else count.open++;

    expect(byRules === 'proved' && byTables === 'refuted').toBe(false);
  }
  // Without a meaning are slips to x_{T+1}, and to one variable on both sides of a bar: no table tells anything of them.
  expect([count.proved, count.open]).toEqual([0, 0]);
  expect(count.refuted).toBeGreaterThanOrEqual(30);
});

test('rules alone prove no slip in the laws that tables refute', () => {
  for (const [a, b] of laws) {
    for (const rhs of mutantsOf(`E_{q(x_{1:T}|x_0)}[${b}]`)) {
      const lhs = parseChain(`E_{q(x_{1:T}|x_0)}[${a}]`);
      if (proveByRules(ddpm, { lhs, rhs }, [], 1).kind !== 'proved') continue;
      expect(finiteCheck(ddpm, { lhs, relation: '=', rhs }, { quick: true }).kind).toBe('unrefuted');
    }
  }
});

test('an identity that holds but on the shortest chains is not proved for them', () => {
  // Σ_{t=3}^{T} is empty at T = 1 and T = 2, where a formal difference of sums would run backwards.
  const tail = 'sum_{t=3}^{T} log(q(x_t|x_0) / q(x_{t-1}|x_0))';
  expect(decideChain(ddpm, `${tail} = log(q(x_T|x_0) / q(x_2|x_0))`).conditions).toContain('T \\ge 2');
  expect(
    decideChain(ddpm, `${tail} + log q(x_1|x_0) = ${tail.replace('t=3', 't=2')} + log q(x_1|x_0)`).verdict,
  ).toBe('refuted');
  const [lhs, rhs] = ['sum_{t=3}^{T} 1', 'sum_{t=2}^{T} 1 - 1'].map((text) => parseChain(text));
  expect(decideChain(ddpm, { lhs, relation: '=', rhs }).verdict).toBe('refuted');
  expect([1, 2].map((least) => proveByRules(ddpm, { lhs, rhs }, [], least).kind)).toEqual(['open', 'proved']);
});

test('a combination of logarithms is zero exactly where the product of powers is one', () => {
  const factor = fc.tuple(fc.constantFrom(2n, 3n, 4n, 6n, 12n, 15n, 35n), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(fc.array(factor, { maxLength: 6 }), (factors) => {
      const sum = exact.total(
        factors.map(([n, k]) =>
          exact.times(exact.number(rational(BigInt(k))), exact.log(exact.number(rational(n)))),
        ),
      );
      const product = (sign: number) =>
        factors.filter(([, k]) => k * sign > 0).reduce((all, [n, k]) => all * n ** BigInt(Math.abs(k)), 1n);
      expect(isZero(sum)).toBe(product(1) === product(-1));
    }),
    { numRuns: 300 },
  );
});

test('a coprime base is coprime and makes every number', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 2n, max: 10n ** 9n }), { maxLength: 8 }), (numbers) => {
      const base = coprimeBase(numbers);
      base.forEach((a, i) => base.slice(i + 1).forEach((b) => expect(gcd(a, b)).toBe(1n)));
      for (const n of numbers) {
        let rest = n;
        for (const b of base) while (rest % b === 0n) rest /= b;
        expect(rest).toBe(1n);
      }
    }),
    { numRuns: 100 },
  );
});

test('a joint over a random graph splits into joints that the tables agree with', () => {
  const names = ['a', 'b', 'c', 'd'];
  const graph = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(graph, (edges) => {
      let k = 0;
      const parents = names.map((_, i) => names.slice(0, i).filter(() => edges[k++]));
      const factors = names.map(
        (name, i) => `p(${name}${parents[i].length > 0 ? `|${parents[i].join(',')}` : ''})`,
      );
      const model = chainModel(`p(a,b,c,d) = ${factors.join(' ')}`);
      const tables = names.map((name, i) => ({
        child: [name],
        parents: parents[i],
        label: { name: 'p', left: [], given: [] },
      }));
      for (const set of [names, ['a', 'b', 'd'], ['b', 'c', 'd'], ['a', 'd']]) {
        const parts = separated(tables, set).filter(({ names: part }) => part.length > 0);
        const sum = parts.map(
          ({ names: part, count }) =>
            `${count < 0 ? '-' : '+'} ${Math.abs(count)} * log p(${part.join(',')})`,
        );
        const rhs = parseChain(sum.join(' '));
        const statement = { lhs: parseChain(`log p(${set.join(',')})`), relation: '=', rhs } as const;
        expect(finiteCheck(model, statement, { quick: true }).kind).toBe('unrefuted');
      }
    }),
    { numRuns: 30 },
  );
});
