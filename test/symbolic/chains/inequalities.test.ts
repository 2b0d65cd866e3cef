import { expect, test } from 'vitest';
import { decideChain } from '../../../src/symbolic/index.ts';
import { bound, ddpm, negativeElbo, pair, vae } from './models.ts';

const elbo = 'E_{q(z|x)}[log(p(x,z) / q(z|x))]';

test('the evidence lower bound holds by the KL that is its gap', () => {
  const verdict = decideChain(vae, `log p(x) >= ${elbo}`);
  expect(verdict.verdict).toBe('proved');
  expect(verdict.rules[0]).toContain('Gibbs');
  expect(verdict.gap).toBe('KL(q(z|x) || p(z|x))');
});

test('the diffusion bound holds for all densities and all T', () => {
  for (const right of [negativeElbo, bound]) {
    const verdict = decideChain(ddpm, `-log p(x_0) <= ${right}`, {
      gap: 'KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0))',
    });
    expect([verdict.verdict, verdict.scope]).toEqual(['proved', 'all densities, all $T \\ge 1$']);
  }
  // Found without a hint too, from densities that stand under sums.
  for (const right of [negativeElbo, bound])
    expect(decideChain(ddpm, `-log p(x_0) <= ${right}`).gap).toBe('KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0))');
});

test('a KL is not negative, and expectations and sums of them are not', () => {
  expect(decideChain(pair, 'KL(q(x) || p(x)) >= 0').verdict).toBe('proved');
  expect(decideChain(ddpm, 'sum_{t=1}^{T} E_{q(x_{t-1})}[KL(q(x_t|x_{t-1}) || q(x_t))] >= 0').verdict).toBe(
    'proved',
  );
});

test('Jensen is cited for the logarithm of an expectation', () => {
  const verdict = decideChain(pair, 'log E_{q(x)}[h(x)] >= E_{q(x)}[log h(x)]');
  expect([verdict.verdict, verdict.rules[0]]).toEqual(['proved', 'Jensen: log E ≥ E log']);
  expect(decideChain(pair, 'log E_{q(x)}[h(x)] <= E_{q(x)}[log h(x)]').verdict).toBe('refuted');
  const viaRatio = decideChain(
    vae,
    `log E_{q(z|x)}[p(x,z) / q(z|x)] >= E_{q(z|x)}[log p(x|z)] - KL(q(z|x) || p(z))`,
  );
  expect(viaRatio.verdict).toBe('proved');
});

test('Cauchy–Schwarz is cited for the square of an expectation', () => {
  const left = 'E_{q(x,y)}[f(x) g(y)]^2';
  const right = 'E_{q(x,y)}[f(x)^2] * E_{q(x,y)}[g(y)^2]';
  expect(decideChain(pair, `${left} <= ${right}`).rules).toEqual(['Cauchy–Schwarz']);
  expect(decideChain(pair, 'E_{q(x)}[f(x)]^2 <= E_{q(x)}[f(x)^2]').verdict).toBe('proved');
  expect(decideChain(pair, `${left} >= ${right}`).verdict).toBe('refuted');
  expect(decideChain(pair, `${left} <= E_{q(x,y)}[f(x)^2] * E_{p(x,y)}[g(y)^2]`).verdict).toBe('refuted');
});

test('conditioning lowers entropy by the mutual information', () => {
  expect(decideChain(pair, 'H(q(x)) >= E_{q(y)}[H(q(x|y))]').verdict).toBe('proved');
});

test('divergence and information are lost, never gained, by forgetting or by going on along a chain', () => {
  const t = { for: 't = 2..T' };
  for (const [model, statement, options] of [
    [pair, 'KL(q(x,y) || p(x,y)) >= KL(q(x) || p(x))', {}],
    [ddpm, 'KL(q(x_{0:T}) || p(x_{0:T})) >= KL(q(x_0) || p(x_0))', {}],
    [pair, 'H(q(x,y)) <= H(q(x)) + H(q(y))', {}],
    [ddpm, 'E_{q(x_0)}[KL(q(x_t|x_0) || q(x_t))] <= E_{q(x_0)}[KL(q(x_{t-1}|x_0) || q(x_{t-1}))]', t],
  ] as const) {
    const { verdict, scope } = decideChain(model, statement, options);
    expect([verdict, scope], statement).toEqual(['proved', expect.stringContaining('all densities')]);
  }
  const gained = 'E_{q(x_0)}[KL(q(x_{t-1}|x_0) || q(x_{t-1}))] <= E_{q(x_0)}[KL(q(x_t|x_0) || q(x_t))]';
  expect(decideChain(ddpm, gained, t).verdict).toBe('refuted');
});

test('false inequalities are refuted by a model', () => {
  for (const [model, statement] of [
    [vae, `log p(x) <= ${elbo}`],
    [vae, `log p(x) >= E_{q(z|x)}[log p(x|z)]`],
    [pair, 'KL(q(x) || p(x)) >= KL(p(x) || q(x))'],
    [pair, 'KL(q(x) || p(x)) >= KL(q(x,y) || p(x,y))'],
    [ddpm, 'H(q(x_T)) >= H(q(x_0))'],
    [ddpm, `-log p(x_0) <= ${bound.replace('KL(q(x_T|x_0) || p(x_T)) +', '')}`],
  ] as const)
    expect(decideChain(model, statement, { diagnose: false }).verdict, statement).toBe('refuted');
});

test('an entropy is never taken for positive: that of a narrow density is not', () => {
  const { verdict, reason } = decideChain(pair, 'H(q(x)) >= 0');
  expect([verdict, reason]).toEqual(['undecided', expect.stringContaining('no violation found')]);
});

test('a gap that the identity denies proves nothing', () => {
  const options = { gap: 'KL(q(z|x) || p(z))' };
  expect(decideChain(vae, `log p(x) >= ${elbo}`, options).verdict).toBe('undecided');
  expect(decideChain(vae, `log p(x) >= ${elbo}`, { gap: '-KL(q(z|x) || p(z|x))' }).verdict).toBe('undecided');
});

test('Jensen is cited after a change of measure', () => {
  for (const [model, statement] of [
    [pair, 'log E_{p(x)}[h(x)] >= E_{q(x)}[log h(x)] - KL(q(x) || p(x))'],
    [pair, '-log E_{p(x)}[h(x)] <= KL(q(x) || p(x)) - E_{q(x)}[log h(x)]'],
    [vae, 'log p(x) >= E_{p(z)}[log p(x|z)]'],
    [pair, 'E_{q(x)}[q(x) / p(x)] >= 1'],
    [pair, 'E_{q(x)}[1 / h(x)] >= 1 / E_{q(x)}[h(x)]'],
  ] as const) {
    const { verdict, scope, rules, conditions } = decideChain(model, statement);
    expect([verdict, scope, rules[0]], statement).toEqual([
      'proved',
      'all densities',
      expect.stringContaining('Jensen'),
    ]);
    expect(conditions.join(), statement).toMatch(/[pq] > 0.*finite/);
  }
  for (const [model, statement] of [
    [pair, 'log E_{p(x)}[h(x)] >= E_{q(x)}[log h(x)] - KL(p(x) || q(x))'],
    [pair, 'E_{q(x)}[q(x) / p(x)] >= 2'],
    [pair, 'E_{q(x)}[q(x) / p(x)] <= 1'],
    [vae, 'log p(x) <= E_{p(z)}[log p(x|z)]'],
  ] as const)
    expect(decideChain(model, statement, { diagnose: false }).verdict, statement).toBe('refuted');
});

test('forgetting all but the last of a chain loses divergence, at T = 1 none', () => {
  const [whole, last] = ['x_{1:T}', 'x_T'].map((x) => `KL(q(${x}|x_0) || p(${x}|x_0))`);
  for (const statement of [`${whole} >= ${last}`, `${whole} - ${last} >= 0`]) {
    const { verdict, scope, conditions } = decideChain(ddpm, statement);
    expect([verdict, scope]).toEqual(['proved', 'all densities, all $T \\ge 1$']);
    expect(conditions).toContain('p, q > 0');
  }
  expect(decideChain(ddpm, `${whole} <= ${last}`, { diagnose: false }).verdict).toBe('refuted');
});

test('an inequality that fails only where some states are rare is refuted', () => {
  const [left, right] = ['E_{q(x,y)}[f(x) g(y)]^2', 'E_{p(x,y)}[f(x)^2] * E_{q(x,y)}[g(y)^2]'];
  expect(decideChain(pair, `${left} <= ${right}`, { diagnose: false }).verdict).toBe('refuted');
});

test('a run of variables under a sum is no gap outside it', () => {
  const sum = 'sum_{t=1}^{T} KL(q(x_{1:t}|x_0) || p(x_{1:t}|x_0))';
  const { verdict } = decideChain(ddpm, `${sum} + H(q(x_0)) >= H(q(x_T))`, { diagnose: false });
  expect(verdict).toBe('refuted');
  expect(decideChain(ddpm, `${sum} - log p(x_0) >= -log p(x_0) - log 2`).verdict).toBe('undecided');
});

test('only where something is averaged do the expectations have to be finite', () => {
  const finite = '\\text{the expectations are finite}';
  for (const statement of [
    'h(x) >= 0',
    'f(x) * f(y) * f(x) * f(y) >= 0',
    'h(x) + q(x) >= q(x)',
    'f(x) + h(y) * q(x) >= f(x)',
  ]) {
    const { verdict, conditions } = decideChain(pair, statement);
    expect([verdict, conditions.includes(finite)], statement).toEqual(['proved', false]);
  }
  for (const statement of [
    'E_{p(x)}[h(x)] >= 0',
    'int_{x} h(x) * p(x) >= 0',
    'KL(q(x) || p(x)) >= 0',
    'h(x) + E_{p(x)}[f(x)] >= E_{p(x)}[f(x)]',
  ]) {
    const { verdict, conditions } = decideChain(pair, statement);
    expect([verdict, conditions.includes(finite)], statement).toEqual(['proved', true]);
  }
});
