import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** Gradient of log q(x_t | x_0), from the noise: minus the noise over its standard deviation. */
export const scoreFromEps = formula('score from noise', {
  tex: '\\nabla_{x_t}\\log q',
  expr: '-eps / sqrt(1 - abar)',
  cite: 'Dhariwal & Nichol 2021, eq. 11',
  symbols,
});

/** Gradient of log q(x_t | x_0), from the data. */
export const scoreFromX0 = formula('score from data', {
  tex: '\\nabla_{x_t}\\log q',
  expr: '-(xt - sqrt(abar) * x0) / (1 - abar)',
  cite: 'Vincent 2011, denoising score matching',
  symbols,
});

/** The noise that a score stands for: the best noise prediction where the score is that of q(x_t). */
export const epsFromScore = formula('noise from score', {
  tex: '\\epsilon',
  expr: '-sqrt(1 - abar) * score',
  cite: 'Song et al. 2021 (score SDE), sec. 3; Dhariwal & Nichol 2021, eq. 11 solved for the noise',
  symbols,
});
