import { describe, expect, test } from 'vitest';
import { decide, decideInequality, decideVectors, type Comparison } from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';
const refuted = (lhs: string, rhs: string, symbols: Record<string, string>, given: string[] = []) => {
  const { verdict, counterexample } = decide({ lhs, rhs, symbols, given }, { diagnose: false });
  expect(verdict).toBe('refuted');
  return counterexample!;
};
const digits = (text: string): number => text.replace(/e.*$/, '').replace(/^[-0.]*|\./g, '').length;

describe('the digits of a counterexample', () => {
  test('are those that are certain, also where nearly all of them cancel', () => {
    const { point, lhs, rhs } = refuted('(1 + x) - 1', '2*x', { x: '(0,1e-60)' });
    const [n, d] = point.x.split('/');
    const x = Number(n) / Number(d ?? 1);
    expect([Number(lhs) / x, Number(rhs) / x]).toEqual([1, 2]); // both sides are decimals of x exactly
    expect(digits(lhs)).toBeLessThan(4);
  });

  test('are no more than tell the sides apart', () => {
    expect(refuted('exp(x)', 'exp(x) + 1e-40', { x: '[1,1]' })).toMatchObject({
      // e to 50 digits: 2.7182818284590452353602874713526624977572470936999…
      lhs: '2.7182818284590452353602874713526624977572',
      rhs: '2.7182818284590452353602874713526624977573',
    });
    expect(refuted('x', 'x + 10^(-70)', { x: '[2,2]' })).toMatchObject({
      lhs: '2',
      rhs: `2.${'0'.repeat(69)}1`,
    });
  });

  test.each<[string, Comparison, string, string]>([
    ['sqrt(2)*sqrt(3)', '<', 'sqrt(6)', '2.44948974278'],
    ['1 + (sqrt(2)*sqrt(3) - sqrt(6))', '>', '1', '1'],
  ])('%s %s %s fails by equality, which takes no digits to see', (lhs, relation, rhs, side) => {
    const { counterexample } = decideInequality({ lhs, relation, rhs, symbols: {} });
    expect(counterexample).toMatchObject({ lhs: side, rhs: side });
  });
});

describe('the symbols of a counterexample', () => {
  const listed = (...claim: Parameters<typeof refuted>): string[] =>
    Object.keys(refuted(...claim).point).sort();

  test('are those that the claim reads', () => {
    const symbols = { x: real, y: real, z: positive, u: '(0,1)', one: '[1,1]' };
    expect(listed('x', 'x + 1', symbols)).toEqual(['x']);
    expect(listed('x', 'x + one', symbols)).toEqual(['one', 'x']);
    expect(listed('x', 'x + 1', symbols, ['y = 2*z', 'u < z'])).toEqual(['x']);
  });

  test('and those that what is given ties to them', () => {
    const symbols = { x: real, y: real, z: positive, u: '(0,1)' };
    expect(listed('x', 'x + 1', symbols, ['x = 2*z', 'u < z'])).toEqual(['u', 'x', 'z']);
    expect(listed('z', 'z + 1', symbols, ['u = z*x'])).toEqual(['u', 'x', 'z']); // u is confined to (0,1)
    expect(listed('z', 'z + 1', symbols, ['y = z*x'])).toEqual(['z']); // y is not
    expect(listed('z', 'z + 1', symbols, ['y = z*x', 'y < 5'])).toEqual(['x', 'y', 'z']);
  });

  test('of equal vectors are the vectors themselves, with both sides as vectors', () => {
    const claim = {
      lhs: 'a*x + y',
      rhs: 'x + y',
      symbols: { a: '[3,3]', b: real },
      vectors: ['x', 'y', 'z'],
    };
    const { counterexample, dimensions } = decideVectors(claim);
    const { x, y, ...others } = counterexample!.point;
    expect(dimensions).toBe('d = 1');
    expect(others).toEqual({ a: '3', d: '1' });
    const number = (text: string): number => Number(text.slice(1, -1));
    expect(number(counterexample!.lhs)).toBe(3 * number(x) + number(y));
    expect(number(counterexample!.rhs)).toBe(number(x) + number(y));
  });
});

describe('a condition that what is given implies is not printed', () => {
  test.each([
    [['0 < s']],
    [['1 < s^2']],
    [['0 < s*t']],
    [['0 < s/t']],
    [['1 < t', 't < s']],
    [['0 < log(s)']],
    [['v = s^3']],
    [['w = log(abs(s))']],
    [['s < t', 't < 0']],
  ])('s/s = 1 given %j', (given) => {
    const claim = { lhs: 's/s', rhs: '1', symbols: { s: real, t: real, v: positive, w: real }, given };
    expect(decide(claim)).toMatchObject({ verdict: 'proved', conditions: [] });
    expect(decideInequality({ ...claim, relation: '≤' })).toMatchObject({
      verdict: 'proved',
      conditions: [],
    });
  });

  test.each([[['s < 1']], [['-1 < s^2']], [['0 < s + t']], [['w = s^3']], [['u = s^2']]])(
    's/s = 1 given %j keeps it', (given) => {
      const claim = { lhs: 's/s', rhs: '1', symbols: { s: real, t: real, w: real, u: '[0,1]' }, given };
      expect(decide(claim)).toMatchObject({ verdict: 'proved', conditions: ['s ≠ 0'] });
    }); // prettier-ignore

  test('of vectors neither', () => {
    const claim = { lhs: 'norm2(x)/norm2(x)', rhs: '1', symbols: {}, vectors: ['x'] };
    expect(decideVectors({ ...claim, given: ['0 < norm2(x)'] }).conditions).toEqual([]);
    expect(decideVectors(claim).conditions).toEqual(['norm2(x) ≠ 0']);
  });
});
