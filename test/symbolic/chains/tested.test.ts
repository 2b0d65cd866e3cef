import { expect, test } from 'vitest';
import { proofTable } from '../../../src/display/proof.ts';
import { decideChain, deriveChain } from '../../../src/symbolic/index.ts';
import { ddpm, pair } from './models.ts';

/** False for all larger chains, and true on every one that the tables are tried on. */
const length = '(sum_{t=1}^{T} 1)';
const small = `(${length} - 1) * (${length} - 2) * (${length} - 3) * (${length} - 4)`;
const power = (k: number) => (k === 0 ? '1' : Array(k).fill('f(x)').join(' * '));
const moment = (k: number) => `E_{q(x)}[${power(k)}]`;

/** The determinant of moments E[f^(i+j)], 0 where f takes fewer values than it has rows. */
function hankel(rows: readonly number[], columns: readonly number[]): string {
  if (rows.length === 0) return '1';
  const [i, ...rest] = rows;
  const terms = columns.map((j, at) => {
    const minor = hankel(
      rest,
      columns.filter((other) => other !== j),
    );
    return `${at % 2 === 0 ? '+' : '-'} ${moment(i + j)} * (${minor})`;
  });
  return terms.join(' ').replace(/^\+ /, '');
}

test('what only the finite chains say is tested, with the chains it is exact on, and never proved', () => {
  const polynomial = decideChain(ddpm, `${small} = 0`);
  expect([polynomial.verdict, polynomial.scope]).toEqual([
    'tested',
    'exact on all 2-state chains, $T = 1, 2, 3, 4$; 3-state chains, $T = 1, 2, 3, 4$',
  ]);
  expect(polynomial.reason).toMatch(/^no rule proves it for all densities/);
  expect(polynomial.log10Error).toBeLessThan(-12);
  // At T = 5 it is 4 · 3 · 2 · 1.
  const determinant = hankel([0, 1, 2, 3], [0, 1, 2, 3]);
  expect(decideChain(pair, `${determinant} = 0`).verdict).toBe('tested');
  expect(decideChain(pair, `${hankel([0, 1], [0, 1])} = 0`, { diagnose: false }).verdict).toBe('refuted');
});

const onlyTested = () =>
  deriveChain('lengths', `${small} + 1`, { model: ddpm }).step('1', { because: 'small chains' });

test('a derivation does not stand on what is tested unless its author accepts that', () => {
  const derivation = onlyTested();
  expect(() => derivation.check()).toThrow(
    /step 2 is tested, not proved: .*exact on all 2-state chains.*accept what is only tested by \.check\(\{ accept: 'tested' \}\)/,
  );
  expect(derivation.check({ accept: 'tested' })).toBe(derivation);
  expect(() => derivation.check({ accept: 'tests' as 'tested' })).toThrow(
    'accept: expected one of tested, got "tests"',
  );
  // What is refuted is not made good by it, nor what is undecided.
  expect(() => derivation.step('2').check({ accept: 'tested' })).toThrow('step 3 is refuted');
});

test('an open step may be tested, but it is no proof', () => {
  const open = deriveChain('lengths', `${small} + 1`, { model: ddpm }).step('1', { open: true });
  expect(() => open.check()).toThrow('nothing is proved');
});

test('tested counts as itself in summaries, tables, text and mutation scores', () => {
  const derivation = onlyTested();
  expect(derivation.summary).toBe('2 steps · 1 tested · 1 vacuous');
  expect(derivation.steps[1].mutants).toBeUndefined();
  expect(derivation.toString()).toMatch(/ tested: small chains, exact on all 2-state chains/);
  const row = proofTable(derivation).html.split('<tr ')[2];
  expect(row).toContain('class="sb-tested"');
  expect(row).toContain('≈ tested');
  expect(row).toContain('not proved');
  expect(row).toContain('exact on all 2-state chains');
});
