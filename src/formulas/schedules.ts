import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** Linear schedule: β from betaStart at t = 1 to betaEnd at t = T. */
export const linearBeta = formula('linear schedule', {
  tex: '\\beta_t',
  expr: 'betaStart + (betaEnd - betaStart) * (t - 1) / (T - 1)',
  cite: 'Ho et al. 2020, sec. 4',
  symbols,
});

/** Scaled-linear schedule of latent diffusion: √β is linear. */
export const scaledLinearBeta = formula('scaled-linear schedule', {
  tex: '\\beta_t',
  expr: '(sqrt(betaStart) + (sqrt(betaEnd) - sqrt(betaStart)) * (t - 1) / (T - 1))^2',
  cite: 'Rombach et al. 2022, released configuration',
  symbols,
});

/** Cosine schedule, for what is left of the signal; s = 0.008 keeps the first steps from being too small. β is clipped at 0.999. */
export const cosineAbar = formula('cosine schedule', {
  tex: '\\bar\\alpha_t',
  expr: 'cos((t / T + s) / (1 + s) * (pi / 2))^2 / cos(s / (1 + s) * (pi / 2))^2',
  cite: 'Nichol & Dhariwal 2021, eq. 17',
  symbols,
});
