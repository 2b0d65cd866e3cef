import { describe, expect, test } from 'vitest';
import { decideChain, type ChainModel } from '../../../src/symbolic/index.ts';
import { bound, ddim, ddpm, L0, LT, middle, negativeElbo, pair, vae } from './models.ts';

type True = [title: string, model: ChainModel, statement: string, range?: string];

const t2 = 't = 2..T';
const elbo = 'E_{q(z|x)}[log(p(x,z) / q(z|x))]';
const path = 'log(q(x_{1:T}|x_0) / p(x_{0:T}))';

const identities: True[] = [
  [
    'the ELBO is reconstruction less KL to the prior',
    vae,
    `${elbo} = E_{q(z|x)}[log p(x|z)] - KL(q(z|x) || p(z))`,
  ],
  ['the ELBO is energy plus entropy', vae, `${elbo} = E_{q(z|x)}[log p(x,z)] + H(q(z|x))`],
  ['the ELBO is evidence less the gap', vae, `${elbo} = log p(x) - KL(q(z|x) || p(z|x))`],
  ['the evidence is an integral', vae, 'p(x) = int_{z} p(z) p(x|z)'],
  ['the evidence is an importance-weighted mean', vae, 'p(x) = E_{q(z|x)}[p(x,z) / q(z|x)]'],
  [
    'the KL to the joint splits off the evidence',
    vae,
    'E_{q(z|x)}[log(q(z|x) / p(z,x))] + log p(x) = KL(q(z|x) || p(z|x))',
  ],
  ['the bound of Ho et al.', ddpm, `${negativeElbo} = ${bound}`],
  ['the same bound for the DDIM family', ddim, `${negativeElbo} = ${bound}`],
  [
    'the gap of the diffusion bound',
    ddpm,
    `${negativeElbo} = -log p(x_0) + KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0))`,
  ],
  [
    'the product of the chain',
    ddpm,
    `${path} = log(prod_{t=1}^{T} q(x_t|x_{t-1}) / (p(x_T) * prod_{t=1}^{T} p(x_{t-1}|x_t)))`,
  ],
  [
    'Bayes and telescoping, before the expectation',
    ddpm,
    `${path} = log(q(x_T|x_0) / p(x_T)) + sum_{t=2}^{T} log(q(x_{t-1}|x_t,x_0) / p(x_{t-1}|x_t)) - log p(x_0|x_1)`,
  ],
  [
    'telescoping marginals',
    ddpm,
    'sum_{t=2}^{T} log(q(x_t|x_0) / q(x_{t-1}|x_0)) = log(q(x_T|x_0) / q(x_1|x_0))',
  ],
  ['Bayes given x_0', ddpm, 'q(x_t|x_{t-1}) = q(x_{t-1}|x_t,x_0) q(x_t|x_0) / q(x_{t-1}|x_0)', t2],
  ['the Markov property', ddpm, 'q(x_t|x_{t-1},x_0) = q(x_t|x_{t-1})', t2],
  ['the Markov property backwards', ddpm, 'q(x_{t-1}|x_t,x_T) = q(x_{t-1}|x_t)', 't = 1..T-1'],
  [
    'Chapman–Kolmogorov along a whole chain, T = 1 included',
    ddpm,
    'q(x_T|x_0) = int_{x_{1:T-1}} prod_{t=1}^{T} q(x_t|x_{t-1})',
  ],
  ['a path integrated up to its end', ddpm, 'q(x_t|x_0) = int_{x_{1:t-1}} q(x_{1:t}|x_0)', 't = 1..T'],
  ['Chapman–Kolmogorov', ddpm, 'q(x_t|x_0) = int_{x_{t-1}} q(x_t|x_{t-1}) q(x_{t-1}|x_0)', t2],
  [
    'the posterior is consistent with the marginals',
    ddpm,
    'int_{x_t} q(x_{t-1}|x_t,x_0) q(x_t|x_0) = q(x_{t-1}|x_0)',
    t2,
  ],
  ['the reversed factorisation', ddpm, 'q(x_{1:T}|x_0) = q(x_T|x_0) prod_{t=2}^{T} q(x_{t-1}|x_t,x_0)'],
  ['the evidence of a chain', ddpm, 'p(x_0) = E_{q(x_{1:T}|x_0)}[p(x_{0:T}) / q(x_{1:T}|x_0)]'],
  [
    'the simple variant of the bound',
    ddpm,
    `-${negativeElbo} = ${L0} - sum_{t=1}^{T-1} E_{q(x_{t-1},x_t,x_{t+1}|x_0)}[log(q(x_t|x_{t-1}) / p(x_t|x_{t+1}))] - E_{q(x_{T-1}|x_0)}[KL(q(x_T|x_{T-1}) || p(x_T))]`,
  ],
  ['the KL chain rule', pair, 'KL(q(x,y) || p(x,y)) = KL(q(x) || p(x)) + E_{q(x)}[KL(q(y|x) || p(y|x))]'],
  [
    'the KL chain rule along a chain',
    ddpm,
    'KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0)) = KL(q(x_T|x_0) || p(x_T|x_0)) + sum_{t=2}^{T} E_{q(x_t|x_0)}[KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t,x_0))]',
  ],
  [
    'J_σ is the sum of its divergences and its stated constant',
    ddim,
    `E_{q(x_{0:T})}[log q(x_T|x_0) + sum_{t=2}^{T} log q(x_{t-1}|x_t,x_0) - sum_{t=1}^{T} log p(x_{t-1}|x_t) - log p(x_T)] = E_{q(x_0)}[${middle}] - E_{q(x_0,x_1)}[log p(x_0|x_1)] + E_{q(x_0)}[${LT}]`,
  ],
  [
    'DDIM defines q(x_t|x_{t-1},x_0) by Bayes',
    ddim,
    'q(x_t|x_{t-1},x_0) = q(x_{t-1}|x_t,x_0) q(x_t|x_0) / q(x_{t-1}|x_0)',
    t2,
  ],
  ['the tower rule', pair, 'E_{q(x)}[E_{q(y|x)}[f(x,y)]] = E_{q(x,y)}[f(x,y)]'],
  ['the tower rule forgets what was conditioned on', pair, 'E_{q(x)}[E_{q(y|x)}[f(y)]] = E_{q(y)}[f(y)]'],
  ['linearity', pair, 'E_{q(x,y)}[2*f(x) - g(y)/3] = 2*E_{q(x)}[f(x)] - E_{q(y)}[g(y)]/3'],
  [
    'the variance, two ways',
    pair,
    'E_{q(x)}[(f(x) - E_{q(x)}[f(x)])^2] = E_{q(x)}[f(x)^2] - E_{q(x)}[f(x)]^2',
  ],
  [
    'the covariance, two ways',
    pair,
    'E_{q(x,y)}[(f(x) - E_{q(x)}[f(x)]) * (g(y) - E_{q(y)}[g(y)])] = E_{q(x,y)}[f(x) g(y)] - E_{q(x)}[f(x)] E_{q(y)}[g(y)]',
  ],
  [
    'a mean within a mean of the same variable',
    pair,
    'E_{q(x)}[f(x)]^2 = E_{q(x)}[f(x) * E_{q(y)}[E_{q(x|y)}[f(x)]]]',
  ],
  [
    'functions cancel where they are not 0',
    pair,
    'E_{q(x)}[f(x)^2 / (f(x) * h(x))] = E_{q(x,y)}[f(x) / h(x)]',
  ],
  ['the logarithm of a power', pair, 'log(h(x)^2 / h(y)) = 2 * log h(x) - log h(y)'],
  ['the chain rule of entropy', pair, 'H(q(x,y)) = H(q(x)) + E_{q(x)}[H(q(y|x))]'],
  ['mutual information two ways', pair, 'H(q(x)) - E_{q(y)}[H(q(x|y))] = E_{q(x)}[KL(q(y|x) || q(y))]'],
  ['cross entropy', pair, 'KL(q(x) || p(x)) = -E_{q(x)}[log p(x)] - H(q(x))'],
  [
    'the entropy of a Markov chain',
    ddpm,
    'H(q(x_{0:T})) = H(q(x_0)) + sum_{t=1}^{T} E_{q(x_{t-1})}[H(q(x_t|x_{t-1}))]',
  ],
];

describe('proved for all densities and all T', () => {
  test.each(identities)('%s', (_, model, statement, range) => {
    const verdict = decideChain(model, statement, { for: range });
    expect([verdict.verdict, verdict.reason]).toEqual(['proved', undefined]);
    expect(verdict.scope).toMatch(/^all densities/);
    expect(verdict.rules.length).toBeGreaterThan(0);
  });
});

const kl = 'KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t))';
const slips: [title: string, model: ChainModel, statement: string, range?: string][] = [
  ['a sum from 3', ddpm, `${negativeElbo} = ${bound.replace('t=2', 't=3')}`],
  ['a missing L_0', ddpm, `${negativeElbo} = ${LT} + ${middle}`],
  ['a missing L_T', ddpm, `${negativeElbo} = ${middle} - ${L0}`],
  ['the wrong sign of L_0', ddpm, `${negativeElbo} = ${LT} + ${middle} + ${L0}`],
  [
    'swapped arguments of the KL',
    ddpm,
    `${negativeElbo} = ${bound.replace(kl, 'KL(p(x_{t-1}|x_t) || q(x_{t-1}|x_t,x_0))')}`,
  ],
  [
    'x_0 dropped from the posterior',
    ddpm,
    `${negativeElbo} = ${bound.replace('q(x_{t-1}|x_t,x_0)', 'q(x_{t-1}|x_t)')}`,
  ],
  [
    'the index t in place of t-1',
    ddpm,
    `${negativeElbo} = ${bound.replace('E_{q(x_t|x_0)}', 'E_{q(x_{t-1}|x_0)}')}`,
  ],
  [
    'x_0 dropped from the outer expectation',
    ddpm,
    `${negativeElbo} = ${bound.replace('E_{q(x_t|x_0)}', 'E_{q(x_t)}')}`,
  ],
  ['the wrong direction of the chain', ddpm, 'q(x_{0:T}) = q(x_T) prod_{t=1}^{T} q(x_t|x_{t-1})'],
  ['Bayes without x_0', ddpm, 'q(x_t|x_{t-1}) = q(x_{t-1}|x_t,x_0) q(x_t) / q(x_{t-1})', t2],
  ['Bayes upside down', ddpm, 'q(x_t|x_{t-1}) = q(x_{t-1}|x_t,x_0) q(x_{t-1}|x_0) / q(x_t|x_0)', t2],
  ['a Markov property that DDIM lacks', ddim, 'q(x_t|x_{t-1},x_0) = q(x_t|x_{t-1})', t2],
  ['a Markov property that conditions on too little', ddpm, 'q(x_{t-1}|x_t,x_0) = q(x_{t-1}|x_t)', t2],
  [
    'Gaussian blog, simple variant: the outer expectation forgets that x_t reads x_{t+1}',
    ddpm,
    `-${negativeElbo} = ${L0} - sum_{t=1}^{T-1} E_{q(x_{t-1},x_{t+1}|x_0)}[KL(q(x_t|x_{t-1}) || p(x_t|x_{t+1}))] - E_{q(x_{T-1}|x_0)}[KL(q(x_T|x_{T-1}) || p(x_T))]`,
  ],
  [
    'the KL chain rule with the wrong outer density',
    pair,
    'KL(q(x,y) || p(x,y)) = KL(q(x) || p(x)) + E_{p(x)}[KL(q(y|x) || p(y|x))]',
  ],
  ['the ELBO with the KL reversed', vae, `${elbo} = E_{q(z|x)}[log p(x|z)] - KL(p(z) || q(z|x))`],
  ['the gap against the prior', vae, `${elbo} = log p(x) - KL(q(z|x) || p(z))`],
  ['a variance without the mean squared', pair, 'E_{q(x)}[(f(x) - E_{q(x)}[f(x)])^2] = E_{q(x)}[f(x)^2]'],
  [
    'a product of means for a mean of products',
    pair,
    'E_{q(x)}[f(x)] * E_{q(x)}[g(x)] = E_{q(x)}[f(x) g(x)]',
  ],
  ['means of different densities', pair, 'E_{q(x)}[f(x)] * E_{p(x)}[f(x)] = E_{q(x)}[f(x)]^2'],
  ['a logarithm pulled through an expectation', pair, 'log E_{q(x)}[h(x)] = E_{q(x)}[log h(x)]'],
  ['the wrong tower', pair, 'E_{q(x)}[E_{q(y|x)}[f(y)]] = E_{p(y)}[f(y)]'],
  ['entropies that add', pair, 'H(q(x,y)) = H(q(x)) + H(q(y))'],
  ['an expectation over the model', ddpm, 'log p(x_0) = E_{p(x_{1:T})}[log p(x_{0:T})]'],
  ['telescoping one step too far', ddpm, 'sum_{t=2}^{T} log(q(x_t|x_0) / q(x_{t-1}|x_0)) = log q(x_T|x_0)'],
];

describe('refuted with tables that anyone can check', () => {
  test.each(slips)('%s', (_, model, statement, range) => {
    const verdict = decideChain(model, statement, { for: range, diagnose: false });
    expect(verdict.verdict).toBe('refuted');
    expect(verdict.counterexample!.tables.length).toBeGreaterThan(0);
    expect(verdict.counterexample!.lhs).not.toBe(verdict.counterexample!.rhs);
  });
});

test('a sum from 2 records why it does not start at 1', () => {
  const { conditions } = decideChain(ddpm, `${negativeElbo} = ${bound}`);
  expect(conditions.join()).toContain('t \\ge 2');
  expect(conditions.join()).toContain('p, q > 0');
});

test('a slip is told which edit repairs it', () => {
  const found = (statement: string) => decideChain(ddpm, `${negativeElbo} = ${statement}`).diagnosis;
  expect(found(bound.replace('t=2', 't=1'))).toBe('holds with sum from t = 2');
  expect(found(bound.replace('E_{q(x_t|x_0)}', 'E_{q(x_{t-1}|x_0)}'))).toContain('x_t in place of x_{t-1}');
});

test('a definition is vacuous, and so is a line that is the same', () => {
  const verdict = (statement: string) => decideChain(pair, statement).verdict;
  expect(verdict('KL(q(x) || p(x)) = E_{q(x)}[log(q(x) / p(x))]')).toBe('vacuous');
  expect(verdict('H(q(x)) + 1 = 1 - E_{q(x)}[log q(x)]')).toBe('vacuous');
});

test('an index outside the chain is said, not proved', () => {
  const { verdict, reason } = decideChain(
    ddpm,
    'sum_{t=1}^{T} log p(x_t|x_{t+1}) = log(p(x_{0:T}) / p(x_0))',
  );
  expect([verdict, reason]).toEqual(['undecided', expect.stringContaining('is not among x_0 … x_T')]);
});

test('what the rules do not reach is tested on finite chains, and says on which', () => {
  const both = chainOfTwo();
  const verdict = decideChain(both, 'E_{q(y)}[E_{q(x|y)}[f(x)]^2] = E_{q(x,y)}[f(x) * E_{q(x|y)}[f(x)]]');
  expect(verdict.verdict).toBe('tested');
  expect(verdict.scope).toBe(
    'exact on all models with 2 states of x, 3 of y; models with 3 states of x, 4 of y',
  );
  expect(verdict.log10Error).toBeLessThan(-20);
});

const chainOfTwo = () => pair;

test('agreement on chains too short for a sum to have terms proves nothing of it', () => {
  expect(decideChain(ddpm, 'sum_{t=9}^{T} log q(x_t|x_{t-1}) = 0').verdict).toBe('undecided');
  // What has its first terms a little later is tried there.
  const { verdict, counterexample } = decideChain(ddpm, 'sum_{t=5}^{T} log q(x_t|x_{t-1}) = 0', {
    diagnose: false,
  });
  expect([verdict, counterexample?.length]).toEqual(['refuted', 5]);
});
