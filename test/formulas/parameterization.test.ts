import { expect, test } from 'vitest';
import {
  abarStep,
  alphaFromBeta,
  betaFromAbar,
  chain,
  epsFromScore,
  epsFromV,
  epsFromX0,
  forwardMarginal,
  forwardStep,
  guidanceByScale,
  guidanceByWeight,
  marginalVariance,
  posteriorMean,
  posteriorVariance,
  relations,
  scoreFromEps,
  scoreFromX0,
  snr,
  symbols,
  vFromX0,
  x0FromEps,
  x0FromV,
} from '../../src/formulas/index.ts';
import {
  derivative,
  derive,
  gaussian,
  gaussianModel,
  klDivergence,
  logDensity,
  type Formula,
} from '../../src/symbolic/index.ts';

const marginal = [`xt = ${forwardMarginal}`];
const proves = (
  title: string,
  start: Parameters<typeof derive>[1],
  end: Formula,
  given: readonly string[] = [],
): void => {
  derive(title, start, { symbols, given }).concludes(end).check();
};

test('v, x0 and eps turn into one another', () => {
  const given = [...marginal, `v = ${vFromX0}`];
  derive('data', x0FromV, { symbols, given }).step('x0').check();
  derive('noise', epsFromV, { symbols, given }).step('eps').check();
  derive('velocity', `sqrt(abar)*${epsFromX0} - sqrt(1 - abar)*x0`, { symbols })
    .step('(sqrt(abar)*xt - x0)/sqrt(1 - abar)')
    .check();
});

test('the velocity and x_t are a rotation of noise and data: lengths add up', () => {
  derive('rotation', 'xt^2 + v^2', { symbols, given: [...marginal, `v = ${vFromX0}`] })
    .step('x0^2 + eps^2')
    .check();
});

test('the score is the gradient of the log density, by noise and by data', () => {
  const gradient = derivative(logDensity('xt', gaussian('sqrt(abar)*x0', '1 - abar')), 'xt', {
    constants: ['abar', 'x0'],
  });
  proves('score from data', gradient, scoreFromX0);
  proves('score from noise', scoreFromX0, scoreFromEps, marginal);
});

test('noise and score turn into one another', () => {
  derive('noise', epsFromScore, { symbols, given: [`score = ${scoreFromEps}`] })
    .step('eps')
    .check();
  derive('score', scoreFromEps, { symbols, given: [`eps = ${epsFromScore}`] })
    .step('score')
    .check();
});

test('data with a spread of their own have the marginal variance, and a point has that of the noise', () => {
  const model = gaussianModel({
    x0: { mean: '0', variance: 'x0Variance' },
    xt: { of: { x0: 'sqrt(abar)' }, variance: '1 - abar' },
  });
  proves('spread', model.covariance('xt', 'xt'), marginalVariance);
  derive('a point', marginalVariance, { symbols, given: ['x0Variance = 0'] })
    .step('1 - abar')
    .check();
});

test('a score without its minus, or over the variance, is refuted', () => {
  for (const wrong of ['eps/sqrt(1-abar)', '-eps/(1-abar)', '-eps/sqrt(abar)']) {
    const [, step] = derive('score', scoreFromX0, { symbols, given: marginal }).concludes(
      scoreFromEps.with(wrong),
    ).steps;
    expect(step.verdict).toBe('refuted');
  }
});

test('one step after the marginal of t - 1 is the marginal of t', () => {
  const model = gaussianModel({
    xPrev: { mean: 'sqrt(abarPrev)*x0', variance: '1 - abarPrev' },
    xt: { of: { xPrev: 'sqrt(alpha)' }, variance: 'beta' },
  });
  derive('mean', model.mean('xt'), { symbols, given: chain }).step('sqrt(abar)*x0').check();
  derive('variance', model.covariance('xt', 'xt'), { symbols, given: chain }).step('1 - abar').check();
  // 004 gives this covariance as the noise variance of the step
  const covariance = derive('covariance', model.covariance('xt', 'xPrev'), { symbols, given: chain });
  covariance.step('sqrt(alpha)*(1 - abarPrev)').step('(abar - abar*abarPrev)/(sqrt(alpha)*abarPrev)').check();
  expect(covariance.step('beta').steps[1].verdict).toBe('refuted');
});

test('what a step adds is what respacing finds between its ends', () => {
  proves('beta', 'beta', betaFromAbar, chain);
  proves('alpha', 'alpha', alphaFromBeta, chain);
  derive('alpha-bar', abarStep, { symbols, given: chain }).step('abarPrev*(1 - beta)').check();
  derive('forward step', forwardStep, { symbols, given: chain })
    .step('sqrt(1 - beta)*xPrev + sqrt(beta)*z')
    .check();
});

test('the weight of the noise error in L_{t-1} is beta²/(2 σ² α (1 - ᾱ))', () => {
  const exact = gaussian(posteriorMean, posteriorVariance);
  const model = gaussian(`(xt - beta/sqrt(1 - abar)*epsHat)/sqrt(alpha)`, posteriorVariance);
  derive('KL', klDivergence(exact, model), {
    symbols,
    given: [...chain, `x0 = ${x0FromEps}`],
    mutants: false,
  })
    .step(`beta^2/(2*${posteriorVariance}*alpha*(1 - abar))*(eps - epsHat)^2`)
    .step('beta/(2*alpha*(1 - abarPrev))*(eps - epsHat)^2')
    .check();
});

test('the same weight is half the fall of the signal-to-noise ratio, on data', () => {
  const before = 'abarPrev/(1 - abarPrev)';
  const error = `abarPrev*beta^2/(1 - abar)^2/(2*${posteriorVariance})`;
  derive('weight of the data error', error, { symbols, given: chain })
    .step(`1/2*(${before} - ${snr})`)
    .check();
});

test('both conventions of guidance are one formula with s = 1 + w, and with no other shift', () => {
  proves('guidance', guidanceByScale, guidanceByWeight, [relations.guidance]);
  const [, step] = derive('guidance', guidanceByScale, { symbols, given: ['guidanceScale = w'] }).concludes(
    guidanceByWeight,
  ).steps;
  expect(step.verdict).toBe('refuted');
});
