import { formula } from '../symbolic/index.ts';
import { relations } from './relations.ts';
import { symbols } from './symbols.ts';

/** One noising step; z is standard normal. */
export const forwardStep = formula('forward step', {
  tex: 'x_t',
  expr: 'sqrt(alpha) * xPrev + sqrt(beta) * z',
  cite: 'Ho et al. 2020, eq. 2',
  symbols,
  given: [relations.beta],
});

/** All t steps at once; ε is standard normal. */
export const forwardMarginal = formula('forward marginal', {
  tex: 'x_t',
  expr: 'sqrt(abar) * x0 + sqrt(1 - abar) * eps',
  cite: 'Ho et al. 2020, eq. 4',
  symbols,
});

/** Variance of x_t where x_0 has variance `x0Variance`: the same noise on data that are spread themselves. */
export const marginalVariance = formula('marginal variance', {
  tex: '\\mathrm{Var}[x_t]',
  expr: 'abar * x0Variance + 1 - abar',
  cite: 'Ho et al. 2020, eq. 4, by the variance of a sum',
  symbols,
});
