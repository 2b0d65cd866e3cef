import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** The velocity of x_t on the circle through data and noise. */
export const vFromX0 = formula('velocity', {
  tex: 'v',
  expr: 'sqrt(abar) * eps - sqrt(1 - abar) * x0',
  cite: 'Salimans & Ho 2022, app. D',
  symbols,
});

export const x0FromV = formula('data from velocity', {
  tex: 'x_0',
  expr: 'sqrt(abar) * xt - sqrt(1 - abar) * v',
  cite: 'Salimans & Ho 2022, app. D',
  symbols,
});

export const epsFromV = formula('noise from velocity', {
  tex: '\\epsilon',
  expr: 'sqrt(1 - abar) * xt + sqrt(abar) * v',
  cite: 'Salimans & Ho 2022, app. D',
  symbols,
});
