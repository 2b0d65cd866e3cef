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
