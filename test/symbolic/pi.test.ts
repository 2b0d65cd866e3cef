import { describe, expect, test } from 'vitest';
import {
  decide,
  decideInequality,
  decideVectors,
  declare,
  derivative,
  derive,
  formula,
  induct,
  isotropicEntropy,
  parse,
  toText,
  typeset,
  type Comparison,
} from '../../src/symbolic/index.ts';
import { tensorAlgebra } from '../../src/diffusion/execute.ts';
import { symbols as field } from '../../src/formulas/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';
const none = declare({});

// Digits of π and values of erf: mpmath at 50 digits.
const DIGITS = '3.14159265358979323846264338327950288419716939937510';

describe('π is one number to every engine', () => {
  test.each<[string, Comparison, string, Record<string, string>]>([
    ['pi', '<', '355/113', {}],
    ['pi', '>', '3.14159265', {}],
    ['pi', '>', DIGITS, {}],
    ['pi', '<', `${DIGITS.slice(0, -1)}1`, {}],
    ['x*pi', '<', 'x*355/113', { x: positive }],
    ['erf(x)', '≤', '2*x/sqrt(pi)', { x: positive }],
    ['erf(x)', '<', '2*x/sqrt(pi)', { x: positive }],
    ['erf(x)', '≤', '2*x/sqrt(3.1)', { x: positive }],
    ['exp(pi)', '>', 'pi^exp(1)', {}],
    ['exp(1)', '<', '2.7182818284590452354', {}],
  ])('%s %s %s is proved', (lhs, relation, rhs, symbols) => {
    expect(decideInequality({ lhs, relation, rhs, symbols }).verdict).toBe('proved');
  });

  test.each<[string, Comparison, string, Record<string, string>]>([
    ['pi', '>', '355/113', {}],
    ['pi', '<', '3.14159265', {}],
    ['pi', '≥', `${DIGITS.slice(0, -1)}1`, {}],
    ['erf(x)', '≤', '2*x/sqrt(3.15)', { x: positive }],
    ['exp(1)', '>', '2.7182818284590452354', {}],
  ])('%s %s %s is refuted', (lhs, relation, rhs, symbols) => {
    expect(decideInequality({ lhs, relation, rhs, symbols }).verdict).toBe('refuted');
  });

  test.each([
    ['log(2*pi*x)', 'log(2) + log(pi) + log(x)', 'proved'],
    ['log(2*pi*x + 2*pi*y)', 'log(2*pi) + log(x + y)', 'proved'],
    ['sqrt((pi - 22/7)^2)', '22/7 - pi', 'proved'],
    ['sqrt((pi - 22/7)^2)', 'pi - 22/7', 'refuted'],
    ['abs(pi - 355/113)*x', '(355/113 - pi)*x', 'proved'],
    ['pi', DIGITS, 'refuted'],
    ['2*π', 'pi + pi', 'proved'],
  ])('%s = %s is %s', (lhs, rhs, verdict) => {
    const found = decide({ lhs, rhs, symbols: { x: positive, y: positive } });
    expect(found).toMatchObject({ verdict, conditions: [] });
    expect(Object.keys(found.counterexample?.point ?? {})).not.toContain('pi');
  });

  test('it is typeset, printed, evaluated, executed and differentiated as a number', () => {
    const area = formula('area', {
      tex: 'A',
      expr: 'pi*r^2',
      cite: '',
      symbols: declare({ r: { tex: 'r', domain: positive, meaning: '' } }),
    });
    expect(area.reads).toEqual(['r']);
    expect(area.evaluate({ r: 2 })).toBe(4 * Math.PI);
    expect(area.apply(tensorAlgebra({}), { r: 2 })).toBe(4 * Math.PI);
    expect(area.typeset()).toBe('A = \\pi r^{2}');
    expect(toText(parse('2*π'))).toBe('2*pi');
    expect(typeset(parse('sin(2*pi)'), none)).toContain('\\pi');
    expect(toText(derivative(parse('pi*x'), 'x'))).toBe('pi');
    expect(() => area.evaluate({ r: 2, pi: 3 })).toThrow('unknown symbol pi; it is the number π');
  });

  test('vectors, inductions and derivations know it too', () => {
    const entropy = { lhs: isotropicEntropy({ variance: 'v' }), symbols: { v: positive }, vectors: [] };
    expect(decideVectors({ ...entropy, rhs: 'd/2*log(2*pi*exp(1)*v)' }).verdict).toBe('proved');
    expect(decideVectors({ ...entropy, rhs: 'd/2*log(2*3.1416*exp(1)*v)' }).verdict).toBe('refuted');
    const turns = { families: { a: real }, given: ['a[0] = pi', 'a[t] = a[t-1] + pi'] };
    expect(induct('turns', { ...turns, claim: 'a[t] = pi*(t + 1)' }).verdict).toBe('proved');
    const step = derive('t', '2*pi', { symbols: none }).step('6.2832').steps[1];
    expect(step).toMatchObject({ verdict: 'refuted', counterexample: { point: [] } });
  });
});

describe('a name that means a constant', () => {
  const entry = { tex: 'p', domain: '(3,4)', meaning: '' };
  const claim = { lhs: 'a', rhs: 'a + 0', symbols: { a: real } };
  test.each([
    ['a symbol of a table', () => declare({ pi: entry })],
    ['a symbol of a claim', () => decide({ ...claim, symbols: { a: real, pi: '(3.14,3.15)' } })],
    ['the same in Greek', () => decide({ ...claim, symbols: { a: real, π: '(3.14,3.15)' } })],
    ['a definition', () => decide({ ...claim, given: ['pi = 3'] })],
    ['a vector', () => decideVectors({ lhs: 'norm2(pi)', rhs: '1', symbols: {}, vectors: ['pi'] })],
    ['a scalar beside vectors', () => decideVectors({ ...claim, symbols: { pi: '(3,4)' }, vectors: [] })],
    ['a family', () => induct('t', { families: { pi: real }, claim: 'pi[t] = 1' })],
  ])('%s named pi is refused, with the reason', (_, use) => {
    expect(use).toThrow('is the number π, known without a declaration');
  });

  test('the symbols of the field have no pi among them', () => {
    expect(field.has('pi')).toBe(false);
  });

  test('an undeclared e, Pi or PI is told how the constant is written', () => {
    expect(() => decide({ ...claim, rhs: 'a*e' })).toThrow("Euler's number is exp(1)");
    expect(() => decide({ ...claim, rhs: 'a*PI' })).toThrow('the number π is pi');
    expect(() => derive('t', 'Pi', { symbols: none })).toThrow('the number π is pi');
  });
});
