import { expect, test } from 'vitest';
import { chainModel, decideChain, deriveChain } from '../../../src/symbolic/index.ts';
import { pair } from './models.ts';

const decide = (statement: string) => decideChain(pair, statement, { diagnose: false });

test('a function has any sign unless it is declared positive, and what rests on that says so', () => {
  const any = decide('E_{q(x)}[f(x)] >= 0');
  expect(any.verdict).toBe('refuted');
  const values = any.counterexample!.tables.filter(({ name }) => name.startsWith('f('));
  expect(values.some(({ value }) => value.startsWith('-'))).toBe(true);
  for (const statement of [
    'E_{q(x)}[h(x)] >= 0',
    'log(h(x) / q(x)) = log h(x) - log q(x) + 0',
    '1 / h(x) >= 0',
  ]) {
    const { verdict, conditions } = decide(statement);
    expect([verdict, conditions], statement).toEqual(['proved', expect.arrayContaining(['h > 0'])]);
  }
  expect(decide('E_{q(x)}[h(x) - f(x)] = E_{q(x)}[h(x)] - E_{q(x)}[f(x)]').conditions).not.toContain('h > 0');
});

test('a counterexample can be worked out by hand: the functions are in it', () => {
  const { tables, lhs } = decide('E_{q(x)}[f(x)] >= 0').counterexample!;
  const value = (name: string) => tables.find((table) => table.name === name)!.value;
  const number = (text: string) => {
    const [n, d = '1'] = text.split('/');
    return Number(n) / Number(d);
  };
  // q(x,y): x has two states, y has three.
  const cells = value('q(x,y)').split(', ').map(number);
  const marginal = [0, 1].map((x) => cells.slice(3 * x, 3 * x + 3).reduce((a, b) => a + b));
  const mean = marginal[0] * number(value('f(0)')) + marginal[1] * number(value('f(1)'));
  expect(Number(lhs) / mean).toBeCloseTo(1, 3);
});

test('what was only tested drew positive functions so, and says so', () => {
  const { verdict, conditions } = decide('log E_{q(x)}[h(x)] = log E_{q(x,y)}[h(x)]');
  expect([verdict, conditions]).toEqual(['tested', expect.arrayContaining(['h > 0'])]);
});

test('the logarithm of what may be negative has no meaning, and the remedy is told', () => {
  const { verdict, reason } = decide('log E_{q(x)}[f(x)] >= E_{q(x)}[log f(x)]');
  expect([verdict, reason]).toEqual([
    'undecided',
    "the logarithm of E_{q(x)}[f(x)], which may be negative; where f is positive, declare it: { positive: ['f'] }",
  ]);
  expect(decide('log(q(x) - p(x)) = log(q(x) - p(x)) + 0').verdict).toBe('undecided');
  expect(decide('log(f(x)^2) = log(f(x)^2) + 0').conditions.join()).toContain('> 0');
  const lines = deriveChain('Jensen', 'log E_{q(x)}[f(x)]', { model: pair, mutants: false });
  expect(() => lines.step('E_{q(x)}[log f(x)]', { relation: '>=' }).check()).toThrow("{ positive: ['f'] }");
});

test('bounds that need a sign are refuted or left open without it', () => {
  for (const statement of [
    'E_{q(x)}[1 / f(x)] >= 1 / E_{q(x)}[f(x)]',
    'E_{q(x)}[f(x)] * E_{q(x)}[g(x)] >= 0',
    'f(x) * g(x) >= 0',
    'f(x) >= 0',
    'f(x)^2 * g(x) >= 0',
    'E_{q(x)}[f(x) * q(x)] >= 0',
    'E_{q(x)}[f(x)^2] + f(y) >= E_{q(x)}[f(x)]^2',
  ])
    expect(decide(statement).verdict, statement).toBe('refuted');
  expect(decide('E_{q(x)}[1 / h(x)] >= 1 / E_{q(x)}[h(x)]').verdict).toBe('proved');
});

test('squares are not negative, nor are sums, means and products of them', () => {
  for (const statement of [
    'f(x)^2 >= 0',
    '0 <= f(x) * f(x)',
    '(f(x) - g(y))^2 >= 0',
    'E_{q(x)}[f(x)]^2 >= 0',
    'E_{q(x)}[f(x)^2] + E_{p(x)}[(f(x) - 2)^2 * h(x)] >= 0',
    'E_{q(x)}[log q(x)]^2 >= 0',
    'f(x) * g(y) * f(x) * g(y) >= 0',
    'f(x) / f(x) >= 0',
    'log p(x) + E_{q(x)}[f(x)]^2 >= log p(x)',
    'E_{q(x)}[f(x)^2] - E_{q(x)}[f(x)]^2 >= 0',
    '-E_{q(x)}[f(x)]^2 >= -E_{q(x)}[f(x)^2]',
  ]) {
    const { verdict, scope } = decide(statement);
    expect([verdict, scope], statement).toEqual(['proved', 'all densities']);
  }
  for (const statement of ['-f(x)^2 >= 0', '(f(x) - g(y)) * (g(y) - f(x)) >= 0', 'f(x)^2 >= 1', 'h(x) >= 1'])
    expect(decide(statement).verdict, statement).toBe('refuted');
  // By its sign alone nothing is an equation.
  expect(decide('E_{q(x)}[log q(x)]^2 = 0').verdict).toBe('undecided');
});

test('E[2fg] is at most E[f²] + E[g²], by the square that is the gap', () => {
  const { verdict, gap } = decideChain(
    pair,
    '2 * E_{q(x)}[f(x) g(x)] <= E_{q(x)}[f(x)^2] + E_{q(x)}[g(x)^2]',
    { gap: 'E_{q(x)}[(f(x) - g(x))^2]' },
  );
  expect([verdict, gap]).toEqual(['proved', expect.stringContaining('E_{q(x)}')]);
});

test('names are declared once and for what they are', () => {
  expect(() => chainModel('q(x)', { functions: ['q'] })).toThrow('as a density and as a function');
  expect(() => chainModel('q(x)', { postive: ['f'] } as object)).toThrow('a model declares no "postive"');
});
