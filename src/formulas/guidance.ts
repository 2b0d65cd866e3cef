import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** Classifier-free guidance by weight: w = 0 is the conditional model, w = −1 the unconditional one. */
export const guidanceByWeight = formula('guidance by weight', {
  tex: '\\tilde\\epsilon',
  expr: '(1 + w) * epsCond - w * epsUncond',
  cite: 'Ho & Salimans 2021, eq. 6',
  symbols,
});

/** The same by scale s = 1 + w: s = 1 is the conditional model, s = 0 the unconditional one. */
export const guidanceByScale = formula('guidance by scale', {
  tex: '\\tilde\\epsilon',
  expr: 'epsUncond + guidanceScale * (epsCond - epsUncond)',
  cite: 'Saharia et al. 2022, eq. 2',
  symbols,
});
