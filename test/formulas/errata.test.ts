/** Equations of the five source documents that are wrong: each is refuted with a counterexample, its correction proved. */
import { expect, test } from 'vitest';
import {
  decide,
  decideVectors,
  density,
  expectation,
  fokkerPlanck,
  gaussian,
  gaussianModel,
  induct,
  isotropicKl,
  klDivergence,
  type Claim,
  type Expr,
  type GaussianModel,
  type Verdict,
} from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const positive = '(0,inf)';

const refuted = (claim: Claim): Verdict => {
  const found = decide(claim);
  expect(found.verdict).toBe('refuted');
  expect(found.counterexample!.lhs).not.toBe(found.counterexample!.rhs);
  return found;
};
const proved = (claim: Claim): void =>
  expect(decide(claim)).toMatchObject({ verdict: 'proved', conditions: [] });

// 003: x_t = e^{−½∫β} x_0 + (1 − e^{−∫β}) z. B stands for ∫β, which grows at rate β.
const noisedBy = (coefficient: string): GaussianModel =>
  gaussianModel({
    z: { variance: '1' },
    xt: { of: { z: coefficient }, mean: 'exp(-B/2)*x0', variance: '0' },
  });

test('003: the noise of the continuous process needs a square root on its coefficient', () => {
  const claim = (coefficient: string): Claim => ({
    lhs: noisedBy(coefficient).marginal('xt').variance,
    rhs: '1 - exp(-B)',
    symbols: { B: positive },
  });
  expect(refuted(claim('1 - exp(-B)')).diagnosis).toBeDefined();
  proved(claim('sqrt(1 - exp(-B))'));
});

test('003: with the root, and only with it, the density follows the stochastic differential equation', () => {
  const follows = (coefficient: string): Claim => {
    const { mean, variance } = noisedBy(coefficient).marginal('xt');
    const sides = fokkerPlanck({
      density: density('x', gaussian(mean, variance)),
      x: 'x',
      drift: '-beta*x/2',
      diffusion: 'sqrt(beta)',
      rates: { B: 'beta' },
      constants: ['x0'],
    });
    return { ...sides, symbols: { x: real, x0: real, beta: positive, B: positive } };
  };
  refuted(follows('1 - exp(-B)'));
  proved(follows('sqrt(1 - exp(-B))'));
});

// 004: the general chain x_t = γ_t x_{t−1} + σ_t ε. S and Sprev are the variances given x_0 at t and t − 1.
const chain = gaussianModel({
  xPrev: { mean: 'gbarPrev*x0', variance: 'Sprev' },
  xt: { of: { xPrev: 'gamma' }, variance: 'sigma^2' },
});
const chainSymbols = {
  gamma: positive, sigma: positive, Sprev: positive, S: positive, gbarPrev: real, gbar: real, x0: real, xt: real,
}; // prettier-ignore
const given = ['S = gamma^2*Sprev + sigma^2', 'gbar = gamma*gbarPrev'];
const about = (lhs: Expr, rhs: string): Claim => ({ lhs, rhs, symbols: chainSymbols, given });

test('004: the covariance of neighbours is the earlier variance carried on, not the variance of the step', () => {
  refuted(about(chain.covariance('xt', 'xPrev'), 'sigma^2'));
  // Written γ_t·σ̄²_{t−1} it is the entry of the model itself; by Isserlis, and from σ̄²_t, it is proved.
  proved(about(chain.covariance('xt', 'xPrev'), '(S - sigma^2)/gamma'));
  proved(about(expectation(chain, 'xt*xPrev'), 'gbar*gbarPrev*x0^2 + gamma*Sprev'));
  refuted(about(expectation(chain, 'xt*xPrev'), 'gbar*gbarPrev*x0^2 + sigma^2'));
});

test('004: what it infers from that covariance is wrong as well', () => {
  const { mean, variance } = chain.conditional('xPrev', { xt: 'xt' });
  refuted(about(mean, 'gbarPrev*x0 + sigma^2/S*(xt - gbar*x0)'));
  proved(about(mean, 'gbarPrev*x0 + gamma*Sprev/S*(xt - gbar*x0)'));
  refuted(about(variance, 'Sprev - sigma^4/S'));
  refuted(about(variance, 'Sprev - sigma^2/Sprev'));
  proved(about(variance, 'Sprev*sigma^2/S'));
  // Its two forms of the variance do not even agree with each other.
  refuted({ lhs: 'Sprev - sigma^4/S', rhs: 'Sprev - sigma^2/Sprev', symbols: chainSymbols, given });
});

test('004: the accumulated variance holds as a recursion for every t', () => {
  const spec = {
    families: { gamma: positive, sigma: positive, gbar: positive, v: '[0,inf)', R: real },
    given: ['v[0] = 0', 'v[t] = gamma[t]^2*v[t-1] + sigma[t]^2'],
    products: { gbar: 'gamma[t]' },
    sums: { R: 'sigma[t]^2/gbar[t]^2' },
    mutants: false,
    unrolled: 2,
  };
  // Σ_i Π_{j>i} γ_j² σ_i²: the product over later steps is (γ̄_t/γ̄_i)².
  expect(induct('σ̄²', { ...spec, claim: 'v[t] = gbar[t]^2*R[t]' }).verdict).toBe('proved');
  // The sum without the squares on γ.
  const plain = { ...spec, sums: { R: 'sigma[t]^2/gbar[t]' }, claim: 'v[t] = gbar[t]*R[t]' };
  expect(induct('σ̄²', plain).verdict).toBe('refuted');
});

// 001: q_t(z|x) = N(x, t·1), sampled as z = x + t·ε.
test('001: noise of variance t has standard deviation √t', () => {
  const sampled = (scale: string): Claim => ({
    lhs: gaussianModel({
      eps: { variance: '1' },
      z: { of: { eps: scale }, mean: 'x', variance: '0' },
    }).marginal('z').variance,
    rhs: 't',
    symbols: { t: positive },
  });
  refuted(sampled('t'));
  proved(sampled('sqrt(t)'));
});

test('001: t steps of unit variance add up to variance t, and not to t²', () => {
  const spec = {
    families: { v: '[0,inf)' },
    given: ['v[0] = 0', 'v[t] = v[t-1] + 1'],
    mutants: false,
  };
  expect(induct('variance', { ...spec, claim: 'v[t] = t' }).verdict).toBe('proved');
  expect(induct('variance', { ...spec, claim: 'v[t] = t^2' }).verdict).toBe('refuted');
});

test('001: the weight of the noise loss follows from variance t, and is 1/t² only where t is the deviation', () => {
  const weight = (scale: string, variance: string): Claim => ({
    lhs: klDivergence(gaussian('x', variance), gaussian(`x + ${scale}*(eps - hat)`, variance)),
    rhs: '(eps - hat)^2/2',
    symbols: { x: real, eps: real, hat: real, t: positive },
  });
  refuted(weight('t', 't'));
  proved(weight('sqrt(t)', 't'));
  proved(weight('t', 't^2'));
});

test('001: the divergence of Gaussians in d dimensions counts every dimension of the variances', () => {
  const kl = isotropicKl({ mean: 'm', variance: 'v' }, { mean: 'n', variance: 'w' });
  const claim = (rhs: string) =>
    decideVectors({ lhs: kl, rhs, symbols: { v: positive, w: positive }, vectors: ['m', 'n'] });
  const wrong = claim('norm2(n - m)/(2*w) + 1/2*(v/w - d + log(w/v))');
  expect([wrong.verdict, wrong.dimensions]).toEqual(['refuted', 'd = 2']);
  const right = claim('norm2(n - m)/(2*w) + 1/2*(d*v/w - d + d*log(w/v))');
  expect([right.verdict, right.dimensions]).toEqual(['proved', 'every d']);
});
