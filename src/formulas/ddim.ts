import { formula } from '../symbolic/index.ts';
import { symbols as field } from './symbols.ts';

/** A DDIM step goes from t to any earlier time s, so `abarPrev` is read as ᾱ_s and `xPrev` as x_s. */
const symbols = field.relabel({ abarPrev: '\\bar\\alpha_s', xPrev: 'x_s' });

/** Noise variance of a step; η = 1 on adjacent steps is the posterior variance, η = 0 is deterministic. */
export const ddimVariance = formula('DDIM variance', {
  tex: '\\sigma^2',
  expr: 'eta^2 * (1 - abarPrev) / (1 - abar) * (1 - abar / abarPrev)',
  cite: 'Song et al. 2021 (DDIM), eq. 16',
  symbols,
});

/** Where the step goes before fresh noise is added. @see ddimVariance for σ². */
export const ddimMean = formula('DDIM mean', {
  tex: '\\mu_s',
  expr: 'sqrt(abarPrev) * x0 + sqrt(1 - abarPrev - sigma^2) * eps',
  cite: 'Song et al. 2021 (DDIM), eq. 12',
  symbols,
});

/** The noise added to the mean of any step, DDPM's too; z is fresh standard normal noise. */
export const samplingStep = formula('sampling step', {
  tex: 'x_s',
  expr: 'mean + sigma * z',
  cite: 'Ho et al. 2020, alg. 2; Song et al. 2021 (DDIM), eq. 12',
  symbols,
});
