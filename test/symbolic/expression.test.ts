import { describe, expect, it } from 'vitest';
import { foldExpr, parse, ParseError, substitute, symbolsOf, toText } from '../../src/symbolic/index.ts';
import { equalExpr } from '../../src/symbolic/expr.ts';

const failure = (text: string): ParseError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
};

describe('parse', () => {
  it('keeps every digit of a literal', () => {
    const literal = '12345678901234567890.000000000000000000001';
    expect(toText(parse(literal))).toBe(literal);
    expect(parse('0.1')).toMatchObject({ kind: 'number', n: 1n, d: 10n });
    expect(parse('1e-30')).toMatchObject({ n: 1n, d: 10n ** 30n });
  });

  it.each([
    ['1e', 1, 'expected digits of an exponent'],
    ['x + 1e', 5, 'expected digits of an exponent'],
    ['1_000', 1, 'no _ within a number'],
    ['2*0x10', 3, 'numbers are decimal'],
    ['0b1', 1, 'numbers are decimal'],
    ['max(1)', 1, 'max takes two arguments or more, got 1'],
    ['1 + min()', 5, 'min takes two arguments or more, got 0'],
    ['normalCdf(x, y)', 1, 'normalCdf takes one argument, got 2'],
    ['f(x)', 1, 'known: sqrt, exp, log, abs, sin, cos, erf, min, max, normalCdf'],
  ])('refuses %s at character %i: %s', (text, position, message) => {
    const error = failure(text);
    expect(error.position).toBe(position);
    expect(error.message).toContain(message);
  });

  it.each(['x_1', 'x1_2', '2x', '3 e', '2e_x', '1e5', '1e-5', 'a0x1', 'h1e'])('still reads %s', (text) => {
    expect(() => parse(text)).not.toThrow();
  });

  it.each([
    ['-a^2', '-a^2'],
    ['a-b-c', 'a - b - c'],
    ['a-(b-c)', 'a - (b - c)'],
    ['a/b/c', 'a/b/c'],
    ['a/(b*c)', 'a/(b*c)'],
    ['(a+b)*c', '(a + b)*c'],
    ['2^3^2', '2^9'],
    ['x^(1/2)', 'x^(1/2)'],
    ['x^-2', 'x^(-2)'],
    ['0.5x', '0.5*x'],
    ['-(a*b)', '-(a*b)'],
    ['(-x)^2', '(-x)^2'],
    ['a*-b', 'a*-b'],
    ['x^(a+1)', 'x^(a + 1)'],
  ])('reads %s as %s', (text, printed) => {
    const expr = parse(text);
    expect(toText(expr)).toBe(printed);
    expect(equalExpr(parse(printed), expr)).toBe(true);
  });

  it.each([
    ['x +* 2', 4],
    ['(x', 3],
    ['x)', 2],
    ['x + f(y)', 5],
    ['2 + sqrt', 5],
    ['x; y', 2],
    ['a b = 3', 5],
    ['x!', 2],
    ['[1]', 1],
    ['x.y', 2],
    ['"s"', 1],
    ['a mod b', 3],
    ['1/2x', 2],
    ['', 1],
  ])('refuses %s and names position %i', (text, position) => {
    expect(failure(text).position).toBe(position);
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'x.constructor',
    'constructor(1)',
  ])('refuses %s, a way into the prototype', (text) => expect(failure(text)).toBeInstanceOf(ParseError));

  it.each([
    ['brackets', '('.repeat(5000) + 'x' + ')'.repeat(5000)],
    ['signs', '-'.repeat(5000) + 'x'],
    ['powers', 'x^'.repeat(5000) + 'x'],
    ['quotients', 'x/'.repeat(5000) + 'x'],
    ['length', 'x+'.repeat(200_000) + 'x'],
    ['digits', '1'.repeat(10_000)],
    ['exponent', '1e999999999'],
  ])('refuses boundless %s at once', (_, text) => expect(failure(text)).toBeInstanceOf(ParseError));

  it('reads long sums', () => {
    const sum = parse('x + '.repeat(3000) + 'x');
    expect(sum.kind === 'add' && sum.args.length).toBe(3001);
  });
});

describe('expressions', () => {
  it('substitutes all at once', () => {
    expect(toText(substitute(parse('a*b'), { a: parse('b'), b: parse('a') }))).toBe('b*a');
  });

  it('lists symbols in order of appearance', () => {
    expect(symbolsOf(parse('sqrt(b)*a^c + b'))).toEqual(['b', 'a', 'c']);
  });

  it('visits a shared definition once', () => {
    let e = parse('x+1');
    for (let i = 0; i < 60; i++) e = substitute(parse('y*y'), { y: e });
    let visits = 0;
    const count = (): number => visits++;
    foldExpr(e, {
      number: count,
      pi: count,
      symbol: count,
      add: count,
      mul: count,
      div: count,
      neg: count,
      pow: count,
      call: count,
    });
    expect(visits).toBeLessThan(200);
  });
});
