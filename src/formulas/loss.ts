import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** The integrand of L_simple: its mean over data, noise and time is what training minimises. */
export const squaredError = formula('squared error of the noise', {
  tex: '\\ell',
  expr: '(eps - epsHat)^2',
  cite: 'Ho et al. 2020, eq. 14',
  symbols,
});
