import { expect, test } from 'vitest';
import { chainModel, decideChain, deriveChain } from '../../../src/symbolic/index.ts';
import { bound, ddpm, negativeElbo, pair } from './models.ts';

const forward = 'q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})';

test('a variable that is named twice, or given, has no density, wherever it stands', () => {
  for (const [statement, range] of [
    ['q(x_0|x_0) = 1'],
    ['q(x_0|x_0) = q(x_0|x_0)'],
    ['q(x_0,x_0) = q(x_0)'],
    ['q(x_1,x_1|x_0) = q(x_1|x_0)'],
    ['log q(x_{0:T},x_T) = log q(x_{0:T})'],
    ['H(q(x_0,x_0)) = H(q(x_0))'],
    ['KL(q(x_0,x_0) || p(x_0,x_0)) = KL(q(x_0) || p(x_0))'],
    ['KL(q(x_0,x_0) || p(x_0,x_0)) >= 0'],
    ['E_{q(x_1)}[log q(x_1|x_1)] = 0'],
    ['int_{x_0,x_0} q(x_0) = 1'],
    ['sum_{t=0}^{T} log q(x_t|x_0) = sum_{t=1}^{T} log q(x_t|x_0)'],
    ['q(x_t,x_0) = q(x_0,x_t)', 't = 0..T'],
  ]) {
    const { verdict, method, reason } = decideChain(ddpm, statement, { for: range });
    expect([verdict, method], statement).toEqual(['undecided', 'reading']);
    expect(reason, statement).toMatch(/on both sides of the bar|names x_\d twice/);
  }
});

test('rules know it too where it begins beyond the chains that are written out', () => {
  const twice = 'sum_{t=9}^{T} (log q(x_t,x_9|x_8) - log q(x_t,x_9|x_8) * 1)';
  expect(decideChain(ddpm, `${twice} = 0 * log q(x_0)`).verdict).not.toBe('proved');
});

test('what is given may be named twice, and means over a variable given itself exist', () => {
  for (const statement of [
    'q(x_1|x_0,x_0) = q(x_1|x_0)',
    'E_{q(x_0|x_0)}[p(x_0)] = p(x_0)',
    'E_{q(x_0,x_0)}[log p(x_0)] = E_{q(x_0)}[log p(x_0)]',
  ])
    expect(decideChain(ddpm, statement).verdict, statement).toBe('proved');
});

test('a sum that starts where a variable is given itself is told where it has a meaning', () => {
  const line = deriveChain('early', negativeElbo, { model: ddpm }).step(bound.replace('t=2', 't=1'));
  expect(() => line.check()).toThrow(
    /step 2 is undecided: .*q\(x_0\|x_1,x_0\) has x_0 on both sides of the bar.*holds with sum from t = 2/,
  );
  const bayes = 'q(x_t|x_{t-1}) = q(x_{t-1}|x_t,x_0) q(x_t|x_0) / q(x_{t-1}|x_0)';
  expect(decideChain(ddpm, bayes, { for: 't = 1..T' }).diagnosis).toBe('holds for t = 2..T');
});

test('where the shortest chains give a statement no meaning, it is about the longer ones, and says so', () => {
  // x_2 is missing at T = 1; x_0 is given itself at T = 1; x_1 is named twice at T = 2.
  for (const [statement, least] of [
    ['q(x_2|x_1,x_0) = q(x_2|x_1)', 2],
    ['q(x_T|x_{T-1}) = q(x_{T-1}|x_T,x_0) q(x_T|x_0) / q(x_{T-1}|x_0)', 2],
    ['q(x_1,x_{T-1}) = int_{x_0} q(x_0) q(x_1,x_{T-1}|x_0)', 3],
  ] as const) {
    const { verdict, scope, conditions } = decideChain(ddpm, statement, { for: `T >= ${least}` });
    expect([verdict, scope], statement).toEqual(['proved', `all densities, all $T \\ge ${least}$`]);
    expect(conditions).toContain(`T \\ge ${least}`);
  }
  expect(decideChain(ddpm, 'q(x_2|x_1,x_0) = q(x_2|x_1)').scope).toBe('all densities, all $T \\ge 2$');
});

const fromTwo = 'sum_{t=3}^{T} 1 = sum_{t=2}^{T} 1 - 1';

test('a statement that fails only on the shortest chains is told from which T on it holds', () => {
  const found = decideChain(ddpm, fromTwo);
  expect([found.verdict, found.diagnosis]).toEqual(['refuted', 'holds from T ≥ 2 on']);
  const inequality = decideChain(
    ddpm,
    'KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0)) + sum_{t=2}^{T} 1 - 1 >= sum_{t=3}^{T} 1',
  );
  expect([inequality.verdict, inequality.diagnosis]).toEqual(['refuted', 'holds from T ≥ 2 on']);
  // Refuted at T = 3 as well: nothing is said of larger ones.
  expect(decideChain(ddpm, '(sum_{t=1}^{T} 1) * (sum_{t=1}^{T} 1) = 4').diagnosis).toBeUndefined();
});

test('a least T is said of a statement, of a derivation or of a model, and shown', () => {
  const later = chainModel(forward, 'T >= 2');
  for (const [model, range] of [
    [ddpm, 'T >= 2'],
    [ddpm, ' T ≥ 2 '],
    [later, undefined],
  ] as const) {
    const { verdict, scope } = decideChain(model, fromTwo, { for: range });
    expect([verdict, scope]).toEqual(['proved', 'all densities, all $T \\ge 2$']);
  }
  const both = decideChain(ddpm, 'q(x_t|x_{t-1},x_0) = q(x_t|x_{t-1})', { for: 't = 2..T; T >= 3' });
  expect([both.verdict, both.scope]).toEqual(['proved', 'all densities, all $T \\ge 3$']);
  const lines = deriveChain('from two', 'sum_{t=3}^{T} 1', { model: ddpm, for: 'T >= 2' });
  expect(lines.step('sum_{t=2}^{T} 1 - 1').check().steps[1].scope).toBe('all densities, all $T \\ge 2$');
  // It is claimed of all of them: what fails later on is still refuted.
  expect(decideChain(ddpm, 'sum_{t=1}^{T} 1 = 2', { for: 'T >= 2' }).verdict).toBe('refuted');
});

test('a least T that says nothing is refused', () => {
  const decide =
    (range: string, model = ddpm) =>
    () =>
      decideChain(model, 'q(x_1) = p(x_1)', { for: range });
  expect(decide('T >= 40')).toThrow('expected T >= n with n from 1 to 8');
  expect(decide('T > 2')).toThrow('expected one such as t = 2..T');
  expect(() => decideChain(pair, 'q(x) = p(x)', { for: 'T >= 2' })).toThrow(
    'no density of the model is a chain',
  );
  expect(() => chainModel('q(x,y)', 'T >= 2')).toThrow('no density of the model is a chain');
});

test('what a density lacks is none of its variables, at any length', () => {
  const mixed = chainModel(forward, 'r(x_0,x_1)', 's(y)');
  for (const statement of [
    'r(x_T,x_0) = r(x_T) r(x_0)',
    'E_{q(w)}[s(y)] = s(y)',
    'E_{s(y)}[q(y)] = 1',
    'sum_{t=5}^{T} (log q(y_t) - log q(y_t)) = 0 * log q(x_0)',
  ])
    expect(decideChain(mixed, statement).verdict, statement).toBe('undecided');
  expect(decideChain(mixed, 'sum_{t=0}^{1} log r(x_t) = log r(x_1) + log r(x_0)').verdict).toBe('proved');
  expect(decideChain(pair, 'sum_{t=1}^{T} 1 = 1')).toMatchObject({
    verdict: 'undecided',
    reason: 'T is read, and no density of the model is a chain x_0 … x_T',
  });
});

test('a statement speaks of the points at which both sides are defined, and of nothing where there are none', () => {
  // At T = 1 the sum is empty, and its logarithm is none.
  const empty = 'log sum_{t=2}^{T} q(x_t)';
  const late = decideChain(ddpm, `${empty} = ${empty} + q(x_1) - q(x_1)`);
  expect(late.verdict).not.toBe('proved');
  expect(decideChain(ddpm, '1 / sum_{t=1}^{0} 1 = 2').reason).toBe('a division by 0 at T = 1');
});
