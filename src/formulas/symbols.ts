import { declare } from '../symbolic/index.ts';

const real = '(-inf,inf)';
const unit = '(0,1)';

/**
 * The symbol table of the field. Every formula, derivation and notebook reads names, TeX and domains from here.
 * Vectors are written by one coordinate: all Gaussians here are isotropic, so an identity per coordinate is the identity.
 */
export const symbols = declare({
  // the forward process
  alpha: { tex: '\\alpha_t', domain: unit, meaning: 'share of the signal variance that step t keeps' },
  beta: { tex: '\\beta_t', domain: unit, meaning: 'noise variance that step t adds' },
  abar: { tex: '\\bar\\alpha_t', domain: unit, meaning: 'share of the signal variance left after t steps' },
  abarPrev: {
    tex: '\\bar\\alpha_{t-1}',
    domain: unit,
    meaning: 'the same at the time stepped to: t − 1, or s < t when steps are skipped (1 at time 0)',
  },
  snr: { tex: '\\mathrm{SNR}_t', domain: '(0,inf)', meaning: 'signal-to-noise ratio at time t' },
  t: { tex: 't', domain: '(0,inf)', meaning: 'time, 1 … T' },
  s: { tex: 's', domain: '[0,inf)', meaning: 'an earlier time, or the offset of the cosine schedule' },
  T: { tex: 'T', domain: '(1,inf)', meaning: 'number of steps' },
  betaStart: { tex: '\\beta_1', domain: unit, meaning: 'first noise variance of a linear schedule' },
  betaEnd: { tex: '\\beta_T', domain: unit, meaning: 'last noise variance of a linear schedule' },
  // the variables
  x0: { tex: 'x_0', domain: real, meaning: 'data' },
  x0Variance: { tex: '\\mathrm{Var}[x_0]', domain: '[0,inf)', meaning: 'variance of the data' },
  xt: { tex: 'x_t', domain: real, meaning: 'data with the noise of t steps' },
  xPrev: { tex: 'x_{t-1}', domain: real, meaning: 'the variable at the time stepped to' },
  eps: { tex: '\\epsilon', domain: real, meaning: 'standard normal noise in x_t' },
  epsHat: { tex: '\\hat\\epsilon', domain: real, meaning: 'noise predicted by a network' },
  z: { tex: 'z', domain: real, meaning: 'fresh standard normal noise of a sampling step' },
  v: { tex: 'v', domain: real, meaning: 'velocity: the quantity a v-prediction network predicts' },
  score: { tex: '\\nabla\\!\\log q', domain: real, meaning: 'gradient of the log density at x_t' },
  // samplers and guidance
  eta: { tex: '\\eta', domain: '[0,1]', meaning: 'stochasticity of a sampler: 0 is DDIM, 1 is DDPM' },
  mean: { tex: '\\mu_s', domain: real, meaning: 'where a sampling step goes before noise is added' },
  sigma: {
    tex: '\\sigma',
    domain: '[0,inf)',
    meaning: 'standard deviation of the noise a sampling step adds',
  },
  epsCond: { tex: '\\hat\\epsilon_c', domain: real, meaning: 'noise predicted with the condition' },
  epsUncond: { tex: '\\hat\\epsilon_\\varnothing', domain: real, meaning: 'noise predicted without it' },
  w: { tex: 'w', domain: real, meaning: 'guidance weight of Ho & Salimans: 0 is no guidance' },
  guidanceScale: { tex: 's', domain: real, meaning: 'guidance scale of implementations: 1 is no guidance' },
});
