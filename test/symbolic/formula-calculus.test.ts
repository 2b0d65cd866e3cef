import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  declare,
  derivative,
  formula,
  gaussian,
  gaussianModel,
  klDivergence,
  logDensity,
  parse,
  product,
  toText,
  type Expr,
} from '../../src/symbolic/index.ts';

const entry = { tex: 'x', domain: '(-inf,inf)', meaning: '' };
const names = ['x', 'y', 'z', 'a', 'b', 'c', 'd', 'e', 'u', 'v', 'w'];
const symbols = declare(Object.fromEntries(names.map((name) => [name, entry])));
const at = (expr: Expr, values: Record<string, number>): number =>
  formula('value', { tex: 'f', expr: toText(expr), cite: '', symbols }).evaluate(values);

const positive = fc.double({ min: 0.2, max: 3, noNaN: true });

/** Random expressions in x and y that are smooth where both are positive. */
const smooth = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'e' },
    fc.constantFrom('x', 'y', '2', '0.5'),
    fc.tuple(tie('e'), tie('e')).map(([p, q]) => `(${p} + ${q})`),
    fc.tuple(tie('e'), tie('e')).map(([p, q]) => `(${p} - ${q})`),
    fc.tuple(tie('e'), tie('e')).map(([p, q]) => `${p}*${q}`),
    fc.tuple(tie('e'), tie('e')).map(([p, q]) => `${p}/(1 + (${q})^2)`),
    tie('e').map((p) => `sqrt(1 + (${p})^2)`),
    tie('e').map((p) => `exp(-(${p})^2)`),
    tie('e').map((p) => `log(2 + (${p})^2)`),
    tie('e').map((p) => `(1 + (${p})^2)^(1/3)`),
    tie('e').map((p) => `sin(${p})*cos(${p})`),
    tie('e').map((p) => `(1 + x^2)^(${p})`),
  ),
})).e;

test('derivatives are the limits of differences', () => {
  fc.assert(
    fc.property(smooth, positive, positive, (text, x, y) => {
      const f = parse(text);
      const slope = at(derivative(f, 'x', { constants: ['y'] }), { x, y });
      const h = 1e-5;
      // five-point difference: error O(h⁴)
      const points = [-2, -1, 1, 2].map((k) => at(f, { x: x + k * h, y }));
      const difference = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / (12 * h);
      const scale = Math.max(1, Math.abs(slope), ...points.map(Math.abs));
      fc.pre(scale < 1e6);
      expect(Math.abs(slope - difference) / scale).toBeLessThan(1e-6);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('what does not mention the variable has derivative 0, not a sum of zeros', () => {
  expect(toText(derivative(parse('y*exp(y)/sqrt(1 + y)'), 'x', { constants: ['y'] }))).toBe('0');
});

/** Independent oracle: the same model by matrices of numbers. */
test('a joint model agrees with numerical matrix algebra', () => {
  const model = gaussianModel({
    x: { mean: 'a', variance: 'b' },
    y: { of: { x: 'c' }, mean: 'd', variance: 'e' },
    z: { of: { x: 'u', y: 'v' }, variance: 'w' },
  });
  const values = { a: 0.3, b: 0.7, c: -1.2, d: 0.4, e: 0.5, u: 0.6, v: 0.9, w: 0.25, y: 1.5, z: -0.8, x: 0 };
  // S = L D Lᵀ, with L = (1 − A)⁻¹ written out by hand for three variables
  const { b, c, e, u, v, w } = values;
  const L = [
    [1, 0, 0],
    [c, 1, 0],
    [u + v * c, v, 1],
  ];
  const D = [b, e, w];
  const S = L.map((row) => L.map((other) => row.reduce((sum, l, k) => sum + l * D[k] * other[k], 0)));
  ['x', 'y', 'z'].forEach((p, i) =>
    ['x', 'y', 'z'].forEach((q, j) => expect(at(model.covariance(p, q), values)).toBeCloseTo(S[i][j], 12)),
  );
  // x given y and z by the 2×2 inverse
  const means = [values.a, c * values.a + values.d, u * values.a + v * (c * values.a + values.d)];
  const det = S[1][1] * S[2][2] - S[1][2] ** 2;
  const gain = [(S[0][1] * S[2][2] - S[0][2] * S[1][2]) / det, (S[0][2] * S[1][1] - S[0][1] * S[1][2]) / det];
  const given = model.conditional('x', { y: 'y', z: 'z' });
  const expected = means[0] + gain[0] * (values.y - means[1]) + gain[1] * (values.z - means[2]);
  expect(at(given.mean, values)).toBeCloseTo(expected, 12);
  expect(at(given.variance, values)).toBeCloseTo(S[0][0] - gain[0] * S[0][1] - gain[1] * S[0][2], 12);
});

test('a variable cannot depend on one that comes later, nor be conditioned on itself', () => {
  expect(() => gaussianModel({ x: { of: { y: '1' }, variance: '1' } })).toThrow(
    'x depends on y; expected a variable',
  );
  const model = gaussianModel({ x: { variance: '1' } });
  expect(() => model.conditional('x', { x: '1' })).toThrow('x is observed');
  expect(() => model.mean('y')).toThrow('no variable y in the model; it has x');
});

test('the product of two Gaussians has the sum of their log densities, up to a constant', () => {
  const [p, q] = [gaussian('a', 'b'), gaussian('c', 'e')];
  const values = { a: 0.3, b: 0.7, c: -1.2, e: 0.5 };
  const gap = (x: number): number =>
    at(logDensity('x', p), { ...values, x }) +
    at(logDensity('x', q), { ...values, x }) -
    at(logDensity('x', product(p, q)), { ...values, x });
  expect(gap(-2)).toBeCloseTo(gap(1.7), 12);
});

test('the divergence of two Gaussians is the integral that defines it', () => {
  const [p, q] = [gaussian('a', 'b'), gaussian('c', 'e')];
  const values = { a: 0.3, b: 0.7, c: -1.2, e: 0.5 };
  let integral = 0;
  const h = 0.01; // midpoints of a Gaussian integrand converge faster than any power
  for (let x = -8; x < 8; x += h) {
    const [logp, logq] = [p, q].map((g) => at(logDensity('x', g), { ...values, x: x + h / 2 }));
    integral += Math.exp(logp) * (logp - logq) * h;
  }
  expect(at(klDivergence(p, q), values)).toBeCloseTo(integral, 8);
  expect(at(klDivergence(p, p), values)).toBe(0);
});
