/** Every formula of the field, once, as data. */
export { symbols } from './symbols.ts';
export { chain, relations } from './relations.ts';
export { abarStep, alphaFromBeta, betaFromAbar } from './abar.ts';
export { forwardMarginal, forwardStep, marginalVariance } from './forward.ts';
export { posteriorMean, posteriorMeanFromEps, posteriorVariance } from './posterior.ts';
export { epsFromX0, x0FromEps } from './noise.ts';
export { epsFromV, vFromX0, x0FromV } from './velocity.ts';
export { epsFromScore, scoreFromEps, scoreFromX0 } from './score.ts';
export { snr } from './snr.ts';
export { ddimMean, ddimVariance, samplingStep } from './ddim.ts';
export { cosineAbar, linearBeta, scaledLinearBeta } from './schedules.ts';
export { squaredError } from './loss.ts';
export { guidanceByScale, guidanceByWeight } from './guidance.ts';
