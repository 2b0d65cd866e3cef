import { expect, test } from 'vitest';
import {
  chain,
  ddimMean,
  ddimVariance,
  epsFromX0,
  forwardMarginal,
  posteriorMean,
  posteriorMeanFromEps,
  posteriorVariance,
  symbols,
  x0FromEps,
} from '../../src/formulas/index.ts';
import {
  derive,
  exponent,
  gaussian,
  gaussianModel,
  logDensity,
  meanOf,
  product,
  sum,
  varianceOf,
  type Derivation,
} from '../../src/symbolic/index.ts';
import { brokenPosteriors } from './broken.ts';

const given = { symbols, given: chain };
const logq = '\\log q(x_{t-1}\\mid x_t,x_0)';
const verdicts = (derivation: Derivation): string[] => derivation.steps.map(({ verdict }) => verdict);

const bothExponents =
  '-(xt - sqrt(alpha)*xPrev)^2/(2*beta) - (xPrev - sqrt(abarPrev)*x0)^2/(2*(1 - abarPrev))';

const collected = derive('Posterior of one step', bothExponents, {
  ...given,
  of: logq,
  relation: '+c',
  because: "Bayes' rule and the Markov property",
  cite: 'Ho et al. 2020, app. A',
}).step(
  '-1/2*((alpha/beta + 1/(1 - abarPrev))*xPrev^2 - 2*(sqrt(alpha)/beta*xt + sqrt(abarPrev)/(1 - abarPrev)*x0)*xPrev)',
  { because: 'collect powers of $x_{t-1}$', relation: '+c', about: 'xPrev' },
);

function bySquare(mean = posteriorMean, variance = posteriorVariance): Derivation {
  return collected
    .so(varianceOf('xPrev'), '1/(alpha/beta + 1/(1 - abarPrev))', {
      name: '\\tilde\\beta_t',
      because: 'the coefficient of $x_{t-1}^2$ is the precision',
    })
    .concludes(variance, { because: 'common denominator' })
    .so(meanOf('xPrev'), `(sqrt(alpha)/beta*xt + sqrt(abarPrev)/(1 - abarPrev)*x0)*${posteriorVariance}`, {
      name: '\\tilde\\mu_t',
      because: 'complete the square',
    })
    .concludes(mean, { because: 'cancel' })
    .concludes({ x: 'xPrev', mean, variance });
}

test('completing the square ends at the posterior mean and variance', () => {
  const derivation = bySquare().check();
  expect(verdicts(derivation)).toEqual(['assumed', ...Array<string>(6).fill('proved')]);
  expect(derivation.formulas).toEqual([posteriorVariance, posteriorMean, posteriorMean, posteriorVariance]);
});

test('the step to the variance says that it rests on the relations of the chain', () => {
  expect(bySquare().steps[3].uses).toEqual([
    '\\bar\\alpha_t = \\alpha_t \\bar\\alpha_{t-1}',
    '\\beta_t = 1 - \\alpha_t',
  ]);
});

test.each(brokenPosteriors)(
  '$change is refuted with a counterexample, where it is concluded and in the density',
  ({ mean, variance }) => {
    const derivation = bySquare(mean, variance);
    const [right, wrong] = mean ? [posteriorMean, mean] : [posteriorVariance, variance!];
    const refuted = derivation.steps[mean ? 5 : 3];
    expect([refuted.verdict, derivation.steps[6].verdict]).toEqual(['refuted', 'refuted']);
    expect(() => derivation.check()).toThrow(/is refuted: posterior (mean|variance)/);
    // The counterexample holds where anyone can evaluate it, in the formulas as they are executed.
    const point = Object.fromEntries(
      refuted.counterexample!.point.map(({ name, value }) => [name, fraction(value)]),
    );
    const { alpha, abarPrev } = point;
    const values = { x0: 0, xt: 0, ...point, beta: 1 - alpha, abar: alpha * abarPrev };
    expect(right.evaluate(values)).toBeCloseTo(Number(refuted.counterexample!.lhs), 3);
    expect(wrong.evaluate(values)).toBeCloseTo(Number(refuted.counterexample!.rhs), 3);
  },
);

function fraction(text: string): number {
  const [n, d = '1'] = text.split('/');
  return Number(n) / Number(d);
}

test('the densities, constants included, make Bayes’ rule an equality', () => {
  const forward = logDensity('xt', gaussian('sqrt(alpha)*xPrev', 'beta'));
  const prior = logDensity('xPrev', gaussian('sqrt(abarPrev)*x0', '1 - abarPrev'));
  const evidence = logDensity('xt', gaussian('sqrt(abar)*x0', '1 - abar'));
  derive('Bayes’ rule for one step', sum(forward, prior, [-1, evidence]), {
    ...given,
    of: logq,
    mutants: false,
  })
    .concludes({ x: 'xPrev', mean: posteriorMean, variance: posteriorVariance }, { relation: '=' })
    .check();
});

test('adding precisions ends at the posterior mean and variance', () => {
  const fromData = gaussian('sqrt(abarPrev)*x0', '1 - abarPrev');
  const fromNoisy = gaussian('xt/sqrt(alpha)', 'beta/alpha');
  const both = product(fromNoisy, fromData);
  derive('Two beliefs about one variable', bothExponents, { ...given, of: logq, relation: '+c' })
    .step(sum(exponent('xPrev', fromNoisy), exponent('xPrev', fromData)), {
      because: 'both are Gaussian in $x_{t-1}$',
    })
    .step(exponent('xPrev', both), { because: 'precisions add', relation: '+c', about: 'xPrev' })
    .concludes({ x: 'xPrev', mean: posteriorMean, variance: posteriorVariance })
    .check();
  derive('Variance by precisions', both.variance, given).concludes(posteriorVariance).check();
  derive('Mean by precisions', both.mean, given).concludes(posteriorMean).check();
});

test('conditioning the joint Gaussian ends at the posterior mean and variance', () => {
  const model = gaussianModel({
    xPrev: { mean: 'sqrt(abarPrev)*x0', variance: '1 - abarPrev' },
    xt: { of: { xPrev: 'sqrt(alpha)' }, variance: 'beta' },
  });
  const { mean, variance } = model.conditional('xPrev', { xt: 'xt' });
  derive('Variance by conditioning', variance, given).concludes(posteriorVariance).check();
  derive('Mean by conditioning', mean, given).concludes(posteriorMean).check();
  const marginal = model.marginal('xt');
  derive('Marginal of the joint', marginal.variance, given).step('1 - abar').check();
  derive('Mean of the joint', marginal.mean, given).step('sqrt(abar)*x0').check();
});

test('the three forms of the mean agree', () => {
  derive('Mean from noise', posteriorMean, { ...given, given: [...chain, `x0 = ${x0FromEps}`] })
    .concludes(posteriorMeanFromEps, { because: 'write $x_0$ by the noise' })
    .check();
  derive('Mean from data and noise', posteriorMean, {
    ...given,
    given: [...chain, `xt = ${forwardMarginal}`],
  })
    .step('sqrt(abarPrev)*x0 + sqrt(alpha)*(1 - abarPrev)/sqrt(1 - abar)*eps', {
      because: 'write $x_t$ by both',
    })
    .check();
  derive('Back again', posteriorMeanFromEps, { ...given, given: [...chain, `eps = ${epsFromX0}`] })
    .concludes(posteriorMean)
    .check();
});

test('data from noise undoes the forward marginal', () => {
  derive('There', x0FromEps, { symbols, given: [`xt = ${forwardMarginal}`] })
    .step('x0')
    .check();
  derive('and back', epsFromX0, { symbols, given: [`xt = ${forwardMarginal}`] })
    .step('eps')
    .check();
});

test('DDIM with eta 1 on adjacent steps is the posterior', () => {
  derive('Variance', ddimVariance, { symbols, given: [...chain, 'eta = 1'] })
    .concludes(posteriorVariance)
    .check();
  derive('Mean', ddimMean, {
    symbols,
    given: [...chain, 'eta = 1', `sigma = sqrt${ddimVariance}`, `eps = ${epsFromX0}`],
    mutants: false,
  })
    .concludes(posteriorMean)
    .check();
});
