import { expect, test } from 'vitest';
import { proofTable } from '../../../src/display/proof.ts';
import {
  deriveChain,
  type ChainDerivation,
  type ChainDerivationOptions,
} from '../../../src/symbolic/index.ts';
import { bound, ddpm, negativeElbo, vae } from './models.ts';

/** The table without its style, which names the class of errors. */
const tableOf = (proof: ChainDerivation): string =>
  proofTable(proof).html.replace(/<style>[^]*<\/style>/, '');

const quick = { model: ddpm, mutants: false };
const posterior = 'q(x_{t-1}|x_t,x_0)';
const derivation = deriveChain('The bound of DDPM', '-log p(x_0)', quick)
  .step(negativeElbo, {
    relation: '<=',
    because: 'the gap is a KL',
    gap: 'KL(q(x_{1:T}|x_0) || p(x_{1:T}|x_0))',
  })
  .step('E_{q(x_{1:T}|x_0)}[-log p(x_T) - sum_{t=1}^{T} log(p(x_{t-1}|x_t) / q(x_t|x_{t-1}))]', {
    because: 'both are chains',
  })
  .step(
    `E_{q(x_{1:T}|x_0)}[-log p(x_T) - sum_{t=2}^{T} log((p(x_{t-1}|x_t) * q(x_{t-1}|x_0)) / (${posterior} * q(x_t|x_0))) - log(p(x_0|x_1) / q(x_1|x_0))]`,
    { because: "Bayes' rule given $x_0$" },
  )
  .step(
    `E_{q(x_{1:T}|x_0)}[-log(p(x_T) / q(x_T|x_0)) - sum_{t=2}^{T} log(p(x_{t-1}|x_t) / ${posterior}) - log p(x_0|x_1)]`,
    { because: 'the marginals telescope' },
  )
  .step(bound, { because: 'definition of KL' });

test('the bound of DDPM is derived line by line, for all densities and all T', () => {
  const { steps } = derivation.check();
  expect(steps.map(({ verdict }) => verdict)).toEqual(['vacuous', ...Array(5).fill('proved')]);
  expect(new Set(steps.slice(1).map(({ scope }) => scope))).toEqual(
    new Set(['all densities, all $T \\ge 1$']),
  );
  expect(derivation.summary).toBe('6 steps · 5 proved · 1 vacuous');
});

test('a proof table shows relation, scope, conditions and rules', () => {
  const html = tableOf(derivation);
  const rows = html.split('<tr ').slice(1);
  expect(rows[1]).toContain('≤');
  expect(rows[4]).toContain('all densities');
  expect(rows[4]).toContain('telescoping');
  expect(html).not.toMatch(/temml-error|\$/);
});

test('a refuted line shows its tables in the table and in the error', () => {
  const bad = derivation.step(bound.replace('E_{q(x_t|x_0)}', 'E_{q(x_{t-1}|x_0)}'));
  const step = bad.steps.at(-1)!;
  expect(step.verdict).toBe('refuted');
  expect(step.counterexample!.point.map(({ name }) => name)).toContain('p(x_0|x_1)');
  expect(() => bad.check()).toThrow(/step 7 is refuted: .*T = 2.*holds with x_t in place of x_{t-1}/);
  expect(tableOf(bad)).not.toContain('temml-error');
});

test('a step ends by its time limit, as undecided; a limit that is none is refused', () => {
  const limited = (timeLimitMs: unknown) =>
    deriveChain('limited', negativeElbo, { model: ddpm, timeLimitMs } as ChainDerivationOptions);
  const [, step] = limited(0).step(bound).steps;
  expect([step.verdict, step.reason]).toEqual(['undecided', 'time limit of 0 ms reached']);
  expect(() => limited(-1)).toThrow('timeLimitMs: -1: expected a number of milliseconds, 0 or more');
  expect(() => limited(NaN)).toThrow('timeLimitMs');
  expect(() => limited('5')).toThrow('timeLimitMs');
});

test('single edits of a proved line are refuted, but for those that say the same', () => {
  const scored = deriveChain('scored', negativeElbo, { model: ddpm }).step(bound).steps[1].mutants!;
  expect(scored.total).toBeGreaterThan(30);
  expect(scored.refuted).toBe(scored.total);
});

test('an index left free is claimed for each of its values', () => {
  const bayes = deriveChain('Bayes', 'q(x_t|x_{t-1})', { ...quick, for: 't = 2..T' })
    .step('q(x_t|x_{t-1},x_0)', { because: 'Markov' })
    .step(`${posterior} q(x_t|x_0) / q(x_{t-1}|x_0)`, { because: "Bayes' rule" });
  expect(bayes.check().steps[2].conditions).toContain('2 \\le t \\le T');
  expect(() => deriveChain('no range', 'q(x_t|x_{t-1})', quick).step('q(x_t|x_{t-1},x_0)').steps).toThrow(
    'the index t is bound by no sum',
  );
});

test('statements on the side and cited facts stand beside the main line', () => {
  const elbo = deriveChain('ELBO', 'log p(x)', { model: vae, mutants: false })
    .step('E_{q(z|x)}[log(p(x,z) / q(z|x))]', { relation: '≥' })
    .so({ lhs: 'p(x,z)', rhs: 'p(x|z) p(z)' }, { because: 'the model' })
    .assume('q(z\\mid x) > 0', { cite: 'the encoder is Gaussian' })
    .step('E_{q(z|x)}[log p(x|z)] - KL(q(z|x) || p(z))')
    .check();
  expect(elbo.summary).toBe('5 steps · 3 proved · 1 assumed · 1 vacuous');
});

test('the builder is immutable and says the same twice', () => {
  const start = deriveChain('t', 'log p(x)', { model: vae, mutants: false });
  const [right, wrong] = ['≥', '≤'].map((relation) =>
    start.step('E_{q(z|x)}[log(p(x,z) / q(z|x))]', { relation: relation as '≤' }),
  );
  expect([start.steps.length, right.steps[1].verdict, wrong.steps[1].verdict]).toEqual([
    1,
    'proved',
    'refuted',
  ]);
  const again = start.step('E_{q(z|x)}[log(p(x,z) / q(z|x))]', { relation: '≤' });
  expect(again.steps[1].counterexample).toEqual(wrong.steps[1].counterexample);
});
