import { chainModel } from '../../../src/symbolic/index.ts';

/** The forward chain of diffusion and a reverse model. */
export const ddpm = chainModel(
  'q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})',
  'p(x_{0:T}) = p(x_T) prod_{t=1}^{T} p(x_{t-1}|x_t)',
);

/** Song et al. 2021, eq. 6: not Markov forwards. */
export const ddim = chainModel(
  'q(x_{1:T}|x_0) = q(x_T|x_0) prod_{t=2}^{T} q(x_{t-1}|x_t,x_0)',
  'p(x_{0:T}) = p(x_T) prod_{t=1}^{T} p(x_{t-1}|x_t)',
);

export const vae = chainModel('q(z|x)', 'p(x,z) = p(z) p(x|z)');

/** Two arbitrary joints, with functions of any sign and one that is positive. */
export const pair = chainModel('q(x,y)', 'p(x,y)', {
  functions: ['f', 'g'],
  positive: ['h'],
});

/** The bound of Ho et al. 2020, its left-hand side and its three terms. */
export const negativeElbo = 'E_{q(x_{1:T}|x_0)}[log(q(x_{1:T}|x_0) / p(x_{0:T}))]';
export const LT = 'KL(q(x_T|x_0) || p(x_T))';
export const middle = 'sum_{t=2}^{T} E_{q(x_t|x_0)}[KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t))]';
export const L0 = 'E_{q(x_1|x_0)}[log p(x_0|x_1)]';
export const bound = `${LT} + ${middle} - ${L0}`;
