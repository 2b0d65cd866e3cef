import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideInequality, type Comparison, type InequalityClaim } from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';
const unit = '(0,1)';
const chain = {
  symbols: { alpha: unit, abarPrev: unit, abar: unit, beta: unit },
  given: ['abar = alpha*abarPrev', 'beta = 1 - alpha'],
};
const claim = (
  text: string,
  symbols: Record<string, string>,
  more: Partial<InequalityClaim> = {},
): InequalityClaim => {
  const [, lhs, relation, rhs] = /^(.*?)\s*([≤<≥>])\s*(.*)$/.exec(text)!;
  return { lhs, rhs, relation: relation as Comparison, symbols, ...more };
};

test.each<[string, InequalityClaim]>([
  ['a square', claim('x^2 + y^2 ≥ 2*x*y', { x: real, y: real })],
  ['geometric and arithmetic mean', claim('sqrt(a*b) ≤ (a + b)/2', { a: positive, b: positive })],
  ['log below its tangent', claim('log(x) ≤ x - 1', { x: positive })],
  ['exp above its tangent', claim('exp(x) ≥ 1 + x', { x: real })],
  ['exp above its parabola, right of 0', claim('exp(x) ≥ 1 + x + x^2/2', { x: positive })],
  ['the divergence of two Gaussians', claim('(v/w - 1 - log(v/w))/2 + (m - n)^2/(2*w) ≥ 0', { v: positive, w: positive, m: real, n: real })],
  ['Jensen for the logarithm of two points', claim('log(w*a + (1 - w)*b) ≥ w*log(a) + (1 - w)*log(b)', { w: unit, a: positive, b: positive })],
  ['the posterior variance, strictly below beta', claim('beta*(1 - abarPrev)/(1 - abar) < beta', chain.symbols, chain)],
  ['signal falls from step to step', claim('abar < abarPrev', chain.symbols, chain)],
  ['a given inequality', claim('2*x < x + y', { x: real, y: real }, { given: ['x < y'] })],
  ['the triangle', claim('abs(x + y) ≤ abs(x) + abs(y)', { x: real, y: real })],
  ['a minimum, by cases', claim('min(a, b) ≤ a', { a: real, b: real })],
  ['log strictly below its tangent, away from where they touch', claim('log(1 + x) < x', { x: positive })],
  ['exp strictly above its tangent', claim('exp(x) > 1 + x', { x: positive })],
  ['the min-SNR weight', claim('min(snr, gamma)/snr ≤ 1', { snr: positive, gamma: positive })],
  ['clipping stays in its range', claim('max(-1, min(x, 1)) ≤ 1', { x: real })],
])('%s is proved', (_, posed) => {
  expect(decideInequality(posed)).toMatchObject({ verdict: 'proved', conditions: [] });
}); // prettier-ignore

test.each<[string, InequalityClaim]>([
  ['a parabola a little too low', claim('x ≤ x^2 + 0.2499', { x: real })],
  ['touching, strictly', claim('x < x^2 + 1/4', { x: real })],
  ['a parabola left of 0', claim('exp(x) ≥ 1 + x + x^2/2', { x: real })],
  ['Jensen the wrong way', claim('log(w*a + (1 - w)*b) ≤ w*log(a) + (1 - w)*log(b)', { w: unit, a: positive, b: positive })],
  ['a divergence without its logarithm', claim('(v/w - 1)/2 ≥ 0', { v: positive, w: positive })],
  ['the posterior variance above beta', claim('beta*(1 - abarPrev)/(1 - abar) ≥ beta', chain.symbols, chain)],
  ['the triangle turned over', claim('abs(x + y) ≥ abs(x) + abs(y)', { x: real, y: real })],
  ['a value against itself', claim('x < x', { x: real })],
  ['the maximum for the minimum', claim('max(a, b) ≤ a', { a: real, b: real })],
])('%s is refuted with a point at which it fails', (_, posed) => {
  const { verdict, counterexample } = decideInequality(posed);
  expect(verdict).toBe('refuted');
  const [lhs, rhs] = [Number(counterexample!.lhs), Number(counterexample!.rhs)];
  const holds = { '≤': lhs <= rhs, '<': lhs < rhs, '≥': lhs >= rhs, '>': lhs > rhs }[posed.relation];
  expect(holds).toBe(false);
}); // prettier-ignore

test('what is defined nowhere, empty, or beyond the engines is undecided with the reason', () => {
  const reasonOf = (posed: InequalityClaim): string => {
    const { verdict, reason } = decideInequality(posed);
    expect(verdict).toBe('undecided');
    return reason!;
  };
  expect(reasonOf(claim('1/(x - x) ≥ 0', { x: real }))).toContain('no point of the set');
  expect(reasonOf(claim('x ≥ 0', { x: '(1,0)' }))).toContain('the domain of "x" is empty');
  expect(reasonOf(claim('x ≥ 0', { x: unit }, { given: ['2 < x'] }))).toContain('no point of the set');
  expect(reasonOf(claim('sin(x) ≤ 1', { x: real }))).toContain('no engine decides sin');
  expect(reasonOf(claim('exp(x) - 3*x ≥ -3/10', { x: positive }))).toContain('no certificate');
});

test('a root that may not be defined leaves its condition', () => {
  expect(decideInequality(claim('sqrt(x) ≥ 0', { x: real })).conditions).toEqual(['x ≥ 0']);
  expect(decideInequality(claim('x ≤ x', { x: real })).verdict).toBe('vacuous');
});

test('a derivative is not trusted across a pole or a kink', () => {
  // −1/x rises wherever it is defined, and is 0 nowhere: no minimum at an end proves it.
  expect(decideInequality(claim('-1/x ≥ -1', { x: '(-1,1)' })).verdict).not.toBe('proved');
  expect(decideInequality(claim('log(abs(x)) ≤ x - 1', { x: real })).verdict).toBe('refuted');
  expect(decideInequality(claim('abs(x - 1/1000) ≥ 1/2000', { x: '[0,1]' })).verdict).toBe('refuted');
});

/** Random quadratics with a known least value: proved at it, refuted beyond it, never the other way round. */
test('quadratics are bounded by their least value and by nothing above it', () => {
  const small = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      small,
      small,
      fc.integer({ min: 1, max: 1000 }),
      (a, b, c, n) => {
        const f = `${a}*x^2 + (${b})*x + (${c})`;
        const least = `(${c}) - (${b * b})/${4 * a}`;
        expect(decideInequality(claim(`${f} ≥ ${least}`, { x: real })).verdict).toBe('proved');
        expect(decideInequality(claim(`${f} ≥ ${least} + 1/${n}`, { x: real })).verdict).toBe('refuted');
      },
    ),
    { numRuns: 25, seed: 3 },
  );
});

/** Claims a ≤ b with b − a of no certain sign: double evaluation at many points must never contradict a proof. */
test('no random inequality is proved that fails at a point', () => {
  const atom = fc.constantFrom('x', 'y', '1', '2', 'x*y', 'x^2', 'sqrt(y)', 'log(y)', 'exp(x)', 'abs(x - y)', '1/y');
  const side = fc.tuple(atom, fc.constantFrom('+', '-', '*'), atom).map(([p, op, q]) => `${p} ${op} ${q}`);
  const points = [-2, -0.5, 0.3, 1, 2.5].flatMap((x) => [0.05, 0.4, 1, 3].map((y) => ({ x, y })));
  fc.assert(
    fc.property(side, side, (lhs, rhs) => {
      const { verdict } = decideInequality(claim(`${lhs} ≤ ${rhs}`, { x: real, y: positive }), {
        timeLimitMs: 500,
      });
      const { sqrt, log, exp, abs } = Math;
      const value = new Function('x', 'y', 'sqrt', 'log', 'exp', 'abs', `return (${rhs}) - (${lhs})`.replaceAll('^', '**'));
      const fails = points.some(({ x, y }) => (value(x, y, sqrt, log, exp, abs) as number) < -1e-9);
      if (fails) expect(verdict).not.toBe('proved');
    }),
    { numRuns: 60, seed: 11 },
  );
}); // prettier-ignore

test('a proof says that it is exact, or how likely it is to be wrong', () => {
  expect(decideInequality(claim('x^2 + y^2 ≥ 2*x*y', { x: real, y: real })).errorBound).toBe(-Infinity);
  const related = claim('log(x^2*y) - log(y) - 2*log(x) ≤ abs(y)', { x: positive, y: positive });
  expect(decideInequality(related).errorBound).toBeLessThan(-15);
});
