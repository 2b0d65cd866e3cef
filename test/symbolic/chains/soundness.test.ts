import { expect, test } from 'vitest';
import { finiteCheck } from '../../../src/symbolic/chains/finite-check.ts';
import { proveByRules } from '../../../src/symbolic/chains/prove.ts';
import { chainModel, decideChain, deriveChain, parseStatement } from '../../../src/symbolic/index.ts';
import type { IndexRange } from '../../../src/symbolic/chains/syntax.ts';
import { ddpm, pair, vae } from './models.ts';

const verdictOf = (statement: string, model = pair) => decideChain(model, statement, { diagnose: false });

test('the volume of a space is no number: what integrates one over it is not proved', () => {
  for (const statement of [
    'E_{q(x)}[1/q(x)] = E_{q(y)}[1/q(y)]',
    'E_{q(x)}[1/q(x)] = E_{p(x)}[1/p(x)]',
    'E_{q(x)}[f(y)/q(x)] = E_{p(x)}[f(y)/p(x)]',
    'int_{x} int_{y} q(x|y) = int_{x} int_{y} p(x|y)',
    'int_{x} 1 = 2',
  ])
    expect(verdictOf(statement).verdict, statement).not.toBe('proved');
  const { verdict, reason } = verdictOf('E_{q(x)}[f(y)/q(x)] = E_{p(x)}[f(y)/p(x)]');
  expect([verdict, reason]).toEqual(['undecided', 'an integral over x of what does not depend on it']);
});

test('where the densities of an importance weight cancel, they are positive and the integral is finite', () => {
  const { verdict, scope, conditions } = verdictOf('E_{q(x)}[h(x)/q(x)] = E_{p(x)}[h(x)/p(x)]');
  expect([verdict, scope]).toEqual(['proved', 'all densities']);
  expect(conditions).toEqual(['p, q > 0', '\\text{the integrals are finite}']);
  expect(verdictOf('E_{q(x)}[h(x) p(x) / q(x)] = E_{p(x)}[h(x)]').conditions).toEqual(['q > 0']);
});

test('variables of different families differ in their numbers of states: equal volumes are refuted', () => {
  const statement = parseStatement('E_{q(x)}[1/q(x)] = E_{q(y)}[1/q(y)]');
  const found = finiteCheck(pair, statement, { quick: true });
  expect(found.kind).toBe('refuted');
  if (found.kind === 'refuted') expect(found.counterexample.states).toEqual({ x: 2, y: 3 });
  // One chain is one family.
  const volumes = parseStatement('E_{q(x_0)}[1/q(x_0)] = E_{q(x_T)}[1/q(x_T)]');
  expect(finiteCheck(ddpm, volumes, { quick: true }).kind).toBe('unrefuted');
  expect(proveByRules(ddpm, volumes, [], 1)).toMatchObject({ kind: 'open', diverges: true });
});

test('finite chains prove nothing of a sum that has no terms on them', () => {
  const nested = 'sum_{t=1}^{T-5} sum_{s=1}^{t-5} KL(q(x_s) || p(x_s))'; // empty below T = 11
  expect(verdictOf(`log p(x_0) + ${nested} = log p(x_0)`, ddpm).verdict).toBe('undecided');
  expect(
    verdictOf('sum_{t=1}^{10000} 1 + sum_{t=5}^{T} KL(q(x_t) || p(x_t)) = 10000', ddpm).verdict,
  ).not.toBe('proved');
  const filled = verdictOf('sum_{t=1}^{T} sum_{s=1}^{t} 1 = sum_{t=1}^{T} sum_{s=t}^{T} 1', ddpm);
  expect([filled.verdict, filled.scope]).toEqual(['tested', expect.stringContaining('T = 1, 2, 3, 4')]);
  const chain = deriveChain('nested', `log p(x_0) + ${nested}`, { model: ddpm, mutants: false });
  expect(() => chain.step('log p(x_0)').check()).toThrow('no terms at the lengths tried');
});

test('a variable given itself has no density', () => {
  for (const statement of [
    'q(x_0|x_0) = 1',
    'q(x_0,x_1|x_0) = q(x_1|x_0)',
    'KL(q(x_0|x_0) || p(x_0|x_0)) >= 0',
  ]) {
    const { verdict, reason } = verdictOf(statement, ddpm);
    expect([verdict, reason], statement).toEqual([
      'undecided',
      expect.stringContaining('both sides of the bar'),
    ]);
  }
  // What is given twice, or a mean given what it averages, exists.
  expect(verdictOf('q(x_1|x_0,x_0) = q(x_1|x_0)', ddpm).verdict).not.toBe('undecided');
  expect(verdictOf('E_{q(x_0|x_0)}[p(x_0)] = p(x_0)', ddpm).verdict).not.toBe('undecided');
});

test('what is too long to write out, or takes too long, is undecided and says so', () => {
  const triple = (n: number) => `sum_{t=1}^{${n}} sum_{s=1}^{${n}} sum_{r=1}^{${n}} 1 = ${n ** 3}`;
  for (const statement of [
    triple(200),
    'sum_{t=1}^{1000000} 1 = 1000000',
    'sum_{t=1}^{99999999999999999999} 1 = 3',
    'sum_{t=1}^{T} sum_{s=1}^{999999999} q(x_t) = 1',
    'q(x_{0:99999999999999999999}) = 1',
    `q(x_${'9'.repeat(400)}) = 1`,
  ])
    expect(verdictOf(statement, ddpm), statement).toMatchObject({
      verdict: 'undecided',
      reason: expect.stringMatching(/when its sums are written out|is not among/),
    });
  const late = decideChain(ddpm, triple(20), { timeLimitMs: 0 });
  expect([late.verdict, late.reason]).toEqual(['undecided', 'time limit of 0 ms reached']);
  const range = decideChain(ddpm, 'q(x_t) = p(x_t)', { for: 't = 0..99999999999999999999' });
  expect(range.verdict).toBe('undecided');
  expect(() => verdictOf(`${'('.repeat(40)}q(x)${')^2'.repeat(40)} = 1`)).toThrow('squares of squares');
  expect(() => chainModel('q(x_{0:T}) = q(x_0) prod_{t=1}^{99999999999999999999} q(x_t|x_{t-1})')).toThrow(
    'values of t',
  );
  expect(verdictOf('log p(x) = log p(x) + 0', vae).verdict).toBe('proved');
});

test('the rules alone tell an index that a sum binds from a free one of the same name', () => {
  const model = chainModel('q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})', { functions: ['f', 'g'] });
  const names = { densities: new Set(['q']), functions: model.functions };
  const free = [{ index: 't', from: { base: '', plus: 1 }, to: { base: 'T', plus: 0 } }];
  const byRules = (statement: string) => proveByRules(model, parseStatement(statement, names), free, 1).kind;
  for (const statement of [
    '(sum_{t=1}^{T} f(x_t)) * g(x_t) = sum_{t=1}^{T} (f(x_t) * g(x_t))',
    'E_{q(x_t)}[sum_{t=1}^{T} f(x_t)] = sum_{t=1}^{T} E_{q(x_t)}[f(x_t)]',
    'log(prod_{t=1}^{T} q(x_t)) + 0 * f(x_t) = sum_{s=1}^{T} log q(x_t)',
  ])
    expect(byRules(statement), statement).toBe('open');
  expect(byRules('g(x_t) * sum_{t=1}^{T} f(x_T) = (sum_{s=1}^{T} f(x_T)) * g(x_t)')).toBe('proved');
});

test('logarithms that vanish on every table may still be beyond the residues', () => {
  const same = 'KL(q(x_1) || q(x_1))';
  const found = verdictOf(`log p(x_0) * int_{x_1} ${same} = log p(x_0) * int_{x_1} (${same} + 0)`, ddpm);
  expect(found.verdict).toBe('undecided');
});

const chain = chainModel('q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})', {
  functions: ['f', 'g'],
  positive: ['h', 'k'],
});
const byRulesOn = (statement: string, range: IndexRange[] = [], least = 1) => {
  const names = { densities: new Set(['q']), functions: chain.functions };
  return proveByRules(chain, parseStatement(statement, names), range, least).kind;
};

test('the rules alone multiply what a product multiplies, which no sum of factors is', () => {
  for (const [statement, product] of [
    ['prod_{t=1}^{T} 0', '1'],
    ['prod_{t=1}^{T} (1 + 1)', '1'],
    ['prod_{t=1}^{T} (q(x_t) + q(x_0))', 'prod_{t=1}^{T} (q(x_t) * q(x_0))'],
    ['log prod_{t=1}^{T} (q(x_t) + q(x_{t-1}))', 'sum_{t=1}^{T} (log q(x_t) + log q(x_{t-1}))'],
    ['prod_{t=1}^{2} (q(x_0) + q(x_1))', '(q(x_0) * q(x_1))^2'],
  ])
    expect(byRulesOn(`${statement} = ${product}`), statement).toBe('open');
  expect(byRulesOn('prod_{t=1}^{2} (2 * q(x_0)) = 4 * q(x_0)^2')).toBe('proved');
});

test('the rules alone put an index into a sum that binds its name without mistaking the one for the other', () => {
  const caught = 'sum_{s=r}^{r} sum_{r=1}^{1} (f(x_s) - f(x_1))';
  const free: IndexRange[] = [{ index: 'r', from: { base: '', plus: 1 }, to: { base: 'T', plus: 0 } }];
  expect(byRulesOn(`${caught} = 0`, free)).toBe('open');
  expect(byRulesOn(`${caught} = f(x_r) - f(x_1)`, free)).toBe('proved');
  expect(byRulesOn(`sum_{r=1}^{T} (${caught}) = 0`)).toBe('open');
  expect(byRulesOn(`sum_{r=1}^{T} (${caught}) = sum_{t=1}^{T} (f(x_t) - f(x_1))`)).toBe('proved');
});

test('what a mean is given is not what an integral within it binds, beside a product over an index too', () => {
  const path = 'prod_{t=1}^{T} q(x_t)';
  const nested = `E_{q(x_T|x_{T-1})}[E_{q(x_{T-1})}[${path}]]`;
  expect(byRulesOn(`${nested} = E_{q(x_T,x_{T-1})}[${path}]`)).toBe('open');
});

test('a function reads no variable beyond the end of the chain', () => {
  const beyond = 'sum_{t=9}^{T} (f(x_{t+1}) - f(x_{t+1}))';
  expect(byRulesOn(`${beyond} + log q(x_0) = log q(x_0)`)).toBe('open');
  expect(byRulesOn('sum_{t=0}^{T-1} (f(x_{t+1}) - f(x_t)) = f(x_T) - f(x_0)')).toBe('proved');
});

test('a sum that is empty on the smallest chains is tried where it has terms', () => {
  for (const statement of [
    'prod_{t=4}^{T} 0 = 1',
    'prod_{t=5}^{T} (1 + 1) = 1',
    'sum_{r=4}^{T} sum_{s=r}^{r} sum_{r=1}^{1} (f(x_s) - f(x_1)) = 0',
  ])
    expect(verdictOf(statement, chain).verdict, statement).toBe('refuted');
});

test('a difference of what may be infinite rests on its being finite', () => {
  const finite = (statement: string) => {
    const { verdict, conditions } = verdictOf(statement, chain);
    return [verdict, conditions.join().includes('are finite')];
  };
  for (const statement of [
    'E_{q(x_0)}[h(x_0) - k(x_0)] = E_{q(x_0)}[h(x_0)] - E_{q(x_0)}[k(x_0)]',
    'int_{x_0} q(x_1|x_0) - int_{x_0} q(x_1|x_0) = 0',
    'E_{q(x_0)}[1 / q(x_1)] - E_{q(x_1)}[q(x_0)] = 1 / q(x_1) - E_{q(x_1)}[q(x_0)] + 0',
  ])
    expect(finite(statement), statement).toEqual(['proved', true]);
  expect(finite('E_{q(x_0)}[h(x_0) + k(x_0)] = E_{q(x_0)}[h(x_0)] + E_{q(x_0)}[k(x_0)]')).toEqual([
    'proved',
    false,
  ]);
});

test('what is never negative is proved so only where its sums are known to have a meaning', () => {
  for (const statement of [
    'sum_{t=9}^{T} KL(q(x_t,x_9) || p(x_t,x_9)) >= 0',
    'sum_{t=9}^{T} q(x_{t+1}) >= 0',
  ])
    expect(verdictOf(statement, ddpm).verdict, statement).toBe('undecided');
  expect(verdictOf('sum_{t=5}^{T} KL(q(x_t,x_4) || p(x_t,x_4)) >= 0', ddpm).verdict).toBe('proved');
});

test('a KL between densities of different variables has no meaning', () => {
  for (const statement of [
    'KL(q(x) || p(x,y)) = -H(q(x)) - E_{q(x)}[log p(x,y)]',
    'KL(q(x) || p(y)) = E_{q(x)}[log q(x)] - log p(y)',
    'KL(q(x,y) || p(x)) >= 0',
  ])
    expect(verdictOf(statement), statement).toMatchObject({
      verdict: 'undecided',
      reason: expect.stringContaining('densities of different variables'),
    });
  expect(verdictOf('KL(q(x|y) || p(x)) >= 0').verdict).toBe('proved');
});

test('an index has one range', () => {
  const twice = () => decideChain(chain, 'f(x_t) * sum_{s=4}^{t} 1 = 0', { for: 't = 1..T; t = 1..3' });
  expect(twice).toThrow('gives t two ranges: expected one for each index');
});

test('a product over an index of one sum is a product of sums, on chains too long for more than one table too', () => {
  for (const statement of [
    'prod_{t=1}^{1} sum_{s=8}^{T} q(x_s) = prod_{s=8}^{T} q(x_s)',
    'prod_{t=1}^{2} sum_{s=8}^{T} q(x_s) = prod_{s=8}^{T} q(x_s)^2',
  ]) {
    expect(byRulesOn(statement, [], 8), statement).toBe('open');
    expect(decideChain(chain, statement, { for: 'T >= 8', diagnose: false }).verdict).not.toBe('proved');
  }
});

test('the rules alone put the first and last values into a sum before what multiplies it binds a variable', () => {
  const [sum, mean] = ['(sum_{t=1}^{T-1} f(x_0,x_t))', 'E_{q(x_2|x_0)}'];
  for (const [apart, within] of [
    [`${sum} * ${mean}[q(x_2)]`, `${mean}[${sum} * q(x_2)]`],
    [`${mean}[q(x_2)] * ${sum}`, `${mean}[q(x_2) * ${sum}]`],
  ]) {
    expect(byRulesOn(`${apart} = ${within}`, [], 3), apart).toBe('open');
    expect(byRulesOn(`${apart} = ${mean}[q(x_2)] * ${sum}`, [], 3), apart).toBe('proved');
  }
});

test('the rules alone read no run that goes backwards and no integral beyond the end of the chain', () => {
  for (const nothing of ['E_{q(x_{t:0})}[f(x_1)]', 'q(x_{t:0})', 'int_{x_{t+1}} 0', 'int_{x_{t:T+1}} 0'])
    expect(
      byRulesOn(`log q(x_0) + sum_{t=9}^{T} (${nothing} - ${nothing}) = log q(x_0)`, [], 9),
      nothing,
    ).toBe('open');
  expect(byRulesOn('int_{x_{T:2}} 0 = 0', [], 2)).toBe('open');
  expect(byRulesOn('sum_{t=1}^{T} int_{x_t} 0 = 0')).toBe('proved');
  expect(byRulesOn('E_{q(x_{1:0},x_1)}[f(x_1)] = E_{q(x_1)}[f(x_1)]')).toBe('proved');
});

test('a shape proves nothing of variables that are one on chains longer than those tried', () => {
  for (const [statement, range] of [
    ['q(x_5,x_{T-5}) >= 0'],
    ['log p(x_0) + q(x_5,x_{T-5}) >= log p(x_0)'],
    ['E_{q(x_0)}[q(x_5|x_{T-5})]^2 <= E_{q(x_0)}[q(x_5|x_{T-5})^2]'],
    ['KL(q(x_t,x_{T-7}) || p(x_t,x_{T-7})) >= 0', 't = 5..T'],
    ['int_{x_5,x_{T-5}} q(x_0) q(x_0) >= 0'],
  ])
    expect(decideChain(ddpm, statement, { for: range, diagnose: false }).verdict, statement).toBe(
      'undecided',
    );
  for (const [statement, range] of [
    ['q(x_1,x_T) >= 0'],
    ['KL(q(x_{1:T-1}|x_0,x_T) || p(x_{1:T-1}|x_0,x_T)) >= 0'],
    ['KL(q(x_t,x_{t-2}) || p(x_t,x_{t-2})) >= 0', 't = 2..T'],
    ['E_{q(x_5,x_{T-5})}[q(x_5)] >= 0'],
  ])
    expect(decideChain(ddpm, statement, { for: range, diagnose: false }).verdict, statement).toBe('proved');
});

test('0 times what may be infinite rests on its being finite', () => {
  const { verdict, conditions } = verdictOf('0 * E_{q(x_0)}[h(x_0)] = 0', chain);
  expect([verdict, conditions]).toEqual(['proved', ['\\text{the expectations are finite}']]);
});
