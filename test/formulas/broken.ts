import { posteriorMean, posteriorVariance } from '../../src/formulas/index.ts';
import type { Formula } from '../../src/symbolic/index.ts';

/** One changed formula: both its proof and the samplers that execute it have to notice. */
export interface Broken {
  readonly change: string;
  readonly mean?: Formula;
  readonly variance?: Formula;
}

const mean = (change: string, expr: string): Broken => ({ change, mean: posteriorMean.with(expr) });
const variance = (change: string, expr: string): Broken => ({
  change,
  variance: posteriorVariance.with(expr),
});

export const brokenPosteriors: readonly Broken[] = [
  mean(
    'the mean with β̃ for β',
    'sqrt(abarPrev)*beta*(1-abarPrev)/(1-abar)/(1-abar)*x0 + sqrt(alpha)*(1-abarPrev)/(1-abar)*xt',
  ),
  mean(
    'the mean over 1 − ᾱ of t − 1',
    'sqrt(abarPrev)*beta/(1-abarPrev)*x0 + sqrt(alpha)*(1-abarPrev)/(1-abar)*xt',
  ),
  mean(
    'the mean with its factors swapped',
    'sqrt(abarPrev)*beta/(1-abar)*xt + sqrt(alpha)*(1-abarPrev)/(1-abar)*x0',
  ),
  mean('the mean without a root', 'abarPrev*beta/(1-abar)*x0 + sqrt(alpha)*(1-abarPrev)/(1-abar)*xt'),
  mean('the mean with ᾱ for α', 'sqrt(abarPrev)*beta/(1-abar)*x0 + sqrt(abar)*(1-abarPrev)/(1-abar)*xt'),
  variance('the variance β', 'beta'),
  variance('the variance upside down', 'beta*(1-abar)/(1-abarPrev)'),
  variance('the variance without β', '(1-abarPrev)/(1-abar)'),
];
