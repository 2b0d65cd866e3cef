import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** ᾱ_t from ᾱ_{t−1}: the signal that is left after one step more. */
export const abarStep = formula('signal left after a step', {
  tex: '\\bar\\alpha_t',
  expr: 'alpha * abarPrev',
  cite: 'Ho et al. 2020, sec. 2',
  symbols,
});

/** β of a step between any two times, from what is left at each: what respacing and cosine schedules need. */
export const betaFromAbar = formula('noise of a step', {
  tex: '\\beta_t',
  expr: '1 - abar / abarPrev',
  cite: 'Nichol & Dhariwal 2021, eq. 19',
  symbols,
});

/** What a step keeps is what it does not add. */
export const alphaFromBeta = formula('signal kept by a step', {
  tex: '\\alpha_t',
  expr: '1 - beta',
  cite: 'Ho et al. 2020, sec. 2',
  symbols,
});
