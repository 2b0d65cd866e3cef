import { formula } from '../symbolic/index.ts';
import { chain } from './relations.ts';
import { symbols } from './symbols.ts';

/** Variance of q(x_{t−1} | x_t, x_0). It is 0 at t = 1, where ᾱ₀ = 1. */
export const posteriorVariance = formula('posterior variance', {
  tex: '\\tilde\\beta_t',
  expr: 'beta * (1 - abarPrev) / (1 - abar)',
  cite: 'Ho et al. 2020, eq. 7',
  symbols,
  given: chain,
});

/** Mean of q(x_{t−1} | x_t, x_0), from the data and the noisy variable. */
export const posteriorMean = formula('posterior mean', {
  tex: '\\tilde\\mu_t',
  expr: 'sqrt(abarPrev) * beta / (1 - abar) * x0 + sqrt(alpha) * (1 - abarPrev) / (1 - abar) * xt',
  cite: 'Ho et al. 2020, eq. 7',
  symbols,
  given: chain,
});

/** The same mean where x_0 is known through the noise in x_t. Our samplers go through x̂_0 instead, so that they can clip it. */
export const posteriorMeanFromEps = formula('posterior mean from noise', {
  tex: '\\tilde\\mu_t',
  expr: '(xt - beta / sqrt(1 - abar) * eps) / sqrt(alpha)',
  cite: 'Ho et al. 2020, eq. 11',
  symbols,
  given: chain,
});
