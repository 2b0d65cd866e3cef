import { expect, test } from 'vitest';
import { declare, formula, type Algebra } from '../../src/symbolic/index.ts';

const symbols = declare({
  a: { tex: 'a', domain: '(0,1)', meaning: 'a share' },
  b: { tex: 'b_t', domain: '(-inf,inf)', meaning: 'a number' },
  aPrev: { tex: "a'", domain: '(0,1)', meaning: 'an earlier share' },
});
const line = formula('line', { tex: 'y', expr: 'sqrt(a)*b + 0.1', cite: 'Nobody 2020, eq. 1', symbols });

test('a formula is evaluated on numbers', () => {
  expect(line.evaluate({ a: 0.25, b: 4 })).toBe(2.1);
});

test('a formula is evaluated on arrays, element by element, numbers held constant', () => {
  expect(line.evaluate({ a: [0.25, 1], b: 4 })).toEqual(Float64Array.of(2.1, 4.1));
  expect(line.evaluate({ a: Float64Array.of(0.25, 1), b: [0, 10] })).toEqual(Float64Array.of(0.1, 10.1));
});

test('arrays of different lengths are refused', () => {
  expect(() => line.evaluate({ a: [0, 1, 1], b: [1, 2] })).toThrow('line: arrays of 3 and 2 entries');
});

test('a missing symbol is named beside those that are needed', () => {
  expect(() => line.evaluate({ a: 0.5 })).toThrow('line needs a, b: b is missing');
});

test('a misspelt symbol gets a suggestion, one that is declared but not read is ignored', () => {
  expect(() => line.evaluate({ a: 1, b: 1, aprev: 1 })).toThrow('unknown symbol aprev; did you mean aPrev?');
  expect(line.evaluate({ a: 0.25, b: 4, aPrev: 7 })).toBe(2.1);
});

test('values that are not numbers are refused by name', () => {
  const values = { a: 0.5, b: 'x' } as unknown as Record<string, number>;
  expect(() => line.evaluate(values)).toThrow('line: b is x; expected a number, number[] or Float64Array');
});

test('the edge of a domain is a value like any other, 0/0 is not', () => {
  const ratio = formula('ratio', { tex: 'r', expr: '(1-aPrev)/(1-a)', cite: '', symbols });
  expect(ratio.evaluate({ a: 0.5, aPrev: 1 })).toBe(0);
  expect(ratio.evaluate({ a: 1, aPrev: 0.5 })).toBe(Infinity);
  expect(() => ratio.evaluate({ a: 1, aPrev: 1 })).toThrow('ratio is not a number at aPrev = 1, a = 1');
});

test('inherited property names are not symbols', () => {
  expect(() => line.evaluate({ a: 0.5, b: 1, constructor: 1 })).toThrow('unknown symbol constructor');
});

test('pi has its value without being given', () => {
  const turns = formula('turns', { tex: 'n', expr: 'b/(2*pi)', cite: '', symbols });
  expect(turns.reads).toEqual(['b']);
  expect(turns.evaluate({ b: 2 * Math.PI })).toBe(1);
});

test('an undeclared symbol is refused when the formula is made', () => {
  expect(() => formula('bad', { tex: 'y', expr: 'a + c', cite: '', symbols })).toThrow(
    'bad: unknown symbol c',
  );
  expect(() => formula('bad', { tex: 'y', expr: 'a +* b', cite: '', symbols })).toThrow(
    /^bad: .* at character/,
  );
});

/** An algebra that is a class instance: its methods live on the prototype. */
class Shout implements Algebra<string> {
  number = (n: bigint, d: bigint): string => `${n}/${d}`;
  pi(): string {
    return 'π';
  }
  symbol(name: string): string {
    return name.toUpperCase();
  }
  add(xs: string[]): string {
    return `(+ ${xs.join(' ')})`;
  }
  mul(xs: string[]): string {
    return `(* ${xs.join(' ')})`;
  }
  div(a: string, b: string): string {
    return `(/ ${a} ${b})`;
  }
  neg(a: string): string {
    return `(- ${a})`;
  }
  pow(base: string, exponent: string | { n: bigint; d: bigint }): string {
    return `(^ ${base} ${typeof exponent === 'string' ? exponent : exponent.n})`;
  }
  call(name: string, argument: string): string {
    return `(${name} ${argument})`;
  }
}

test('a formula is applied to any algebra, values first', () => {
  expect(line.apply(new Shout(), { a: 'p', b: 'q' })).toBe('(+ (* (sqrt p) q) 1/10)');
  expect(() => line.apply(new Shout(), { a: 'p' })).toThrow('b is missing');
});

test('with() makes a changed copy and leaves the formula as it was', () => {
  const changed = line.with('sqrt(a)*b - 0.1');
  expect(changed.evaluate({ a: 0.25, b: 4 })).toBe(1.9);
  expect(line.evaluate({ a: 0.25, b: 4 })).toBe(2.1);
  expect(changed.cite).toBe(line.cite);
});

test('a formula written into an expression is bracketed', () => {
  const twice = formula('twice', { tex: 'z', expr: `2*${line}`, cite: '', symbols });
  expect(twice.evaluate({ a: 0.25, b: 4 })).toBe(4.2);
});

test('a table refuses names and domains it cannot use', () => {
  const entry = { tex: 'x', domain: '(0,1)', meaning: '' };
  expect(() => declare({ 'a b': entry })).toThrow('symbol name "a b"');
  expect(() => declare({ x: { ...entry, domain: 'positive' } })).toThrow(
    'expected an interval such as (0,1)',
  );
  expect(() => symbols.extend({ a: { ...entry, tex: 'b' } })).toThrow('declared already');
});
