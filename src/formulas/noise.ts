import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** The data, from x_t and the noise in it. */
export const x0FromEps = formula('data from noise', {
  tex: 'x_0',
  expr: '(xt - sqrt(1 - abar) * eps) / sqrt(abar)',
  cite: 'Ho et al. 2020, eq. 15',
  symbols,
});

/** The noise in x_t, from x_t and the data. After clipping x_0 the noise is recomputed by this. */
export const epsFromX0 = formula('noise from data', {
  tex: '\\epsilon',
  expr: '(xt - sqrt(abar) * x0) / sqrt(1 - abar)',
  cite: 'Ho et al. 2020, eq. 4 solved for the noise',
  symbols,
});
