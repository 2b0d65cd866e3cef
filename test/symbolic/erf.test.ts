import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decide, decideInequality, declare, derivative, formula, parse } from '../../src/symbolic/index.ts';
import { decimalText } from '../../src/symbolic/counterexample.ts';
import { erf } from '../../src/symbolic/erf.ts';
import { evaluateBall } from '../../src/symbolic/evaluate.ts';
import { parseDecimal } from '../../src/symbolic/rational.ts';

const real = '(-inf,inf)';
const points = JSON.parse(readFileSync(new URL('../reference/erf.json', import.meta.url), 'utf8')) as {
  x: string;
  erf: string;
}[];

test('the error function agrees with mpmath in float64 and to fifty digits', () => {
  for (const { x, erf: expected } of points) {
    expect(Math.abs(erf(Number(x)) - Number(expected))).toBeLessThan(1e-15);
    const found = evaluateBall(parse('erf(x)'), new Map([['x', parseDecimal(x)!]]), 224);
    expect(found.state).toBe('value');
    const shown = decimalText(found, 50);
    const far = Math.abs(Number(x)) >= 12; // 1 − 1e−64 and beyond is 1 to fifty digits
    expect(far ? Number(shown) : shown).toBe(far ? Math.sign(Number(x)) : shortened(expected));
    // The ball holds the value: its radius is far below the last digit compared, and not 0.
    expect(found.r).toBeGreaterThan(0n);
  }
});

/** A decimal of mpmath rounded to 50 significant digits, as decimalText writes it. */
function shortened(text: string): string {
  const value = parseDecimal(text)!;
  return decimalText(evaluateBall(parse('x'), new Map([['x', value]]), 400), 50);
}

test('erf is known to be odd and increasing, whatever it is written of, and nothing is proved that needs more', () => {
  const claim = { symbols: { x: real, y: real } };
  const verdict = (lhs: string, rhs: string) => decide({ ...claim, lhs, rhs }).verdict;
  expect(verdict('normalCdf(x) + normalCdf(-x)', '1')).toBe('proved');
  expect(verdict('2*normalCdf(x*sqrt(2)) - 1', 'erf(x)')).toBe('proved');
  expect(verdict('erf((x^2 - y^2)/(x - y))', '-erf(-x - y)')).toBe('proved');
  expect(verdict('abs(erf(x))', 'erf(abs(x))')).toBe('proved');
  expect(verdict('erf(x)', 'erf(-x)')).toBe('refuted');
  expect(verdict('normalCdf(x)', '(1 + erf(x))/2')).toBe('refuted');
  expect(verdict('normalCdf(x) + normalCdf(-x)', '2/3 + 1/3 + 1e-20')).toBe('refuted');
  expect(verdict('erf(x + y)', 'erf(x) + erf(y)')).toBe('refuted');
  const positive = { symbols: { x: '(0,inf)' }, lhs: 'erf(x)' };
  expect(decideInequality({ ...positive, relation: '>', rhs: '0' }).verdict).toBe('proved');
  const order = { symbols: { x: real, y: real }, lhs: 'erf(x)', rhs: 'erf(y)', relation: '<' } as const;
  expect(decideInequality({ ...order, given: ['x < y'] }).verdict).toBe('proved');
  expect(decideInequality({ ...order, given: ['y < x'] }).verdict).toBe('refuted');
  expect(decideInequality({ ...order, rhs: 'erf(x + 1)' }).verdict).toBe('proved');
  expect(decideInequality({ ...positive, relation: '≤', rhs: 'x' }).verdict).toBe('refuted');
  expect(decideInequality({ ...positive, relation: '≤', rhs: '1' }).verdict).toBe('undecided');
});

test('erf is typeset, evaluated and differentiated', () => {
  const entry = { tex: 'x', domain: real, meaning: '' };
  const symbols = declare({ x: entry });
  const cdf = formula('normal cdf', { tex: '\\Phi', expr: 'normalCdf(x)', cite: '', symbols });
  expect(cdf.evaluate({ x: 1.959963984540054 })).toBeCloseTo(0.975, 14);
  expect(cdf.typeset()).toContain('\\operatorname{erf}');
  const slope = derivative(parse('erf(x)'), 'x');
  const h = 1e-5;
  const at = (x: number): number => (erf(x + h) - erf(x - h)) / (2 * h);
  const value = formula('slope', { tex: 'f', expr: '2/sqrt(pi)*exp(-x^2)', cite: '', symbols });
  expect(value.evaluate({ x: 0.7 })).toBeCloseTo(at(0.7), 8);
  const same = { lhs: slope, rhs: '2/sqrt(pi)*exp(-x^2)', symbols: { x: real } };
  expect(['proved', 'vacuous']).toContain(decide(same).verdict);
}); // prettier-ignore
