import { expect, test } from 'vitest';
import { declare, derive, mutantSummary, survivorLines } from '../../src/symbolic/index.ts';

const real = { domain: '(-inf,inf)', meaning: '' };
const symbols = declare({ x: { tex: 'x', ...real }, y: { tex: 'y', ...real } });
const texOf = (title: string, because = ''): string =>
  derive(title, 'x', { symbols, mutants: false }).step('2*x - x', { because }).toTeX();

test.each([
  ['a\n\nb', '\\textbf{a b}'],
  ['a $$x$$ b', '\\textbf{a $x$ b}'],
  ['$x$$y$', '\\textbf{$x${}$y$}'],
  ['costs $$', '\\textbf{costs \\$\\$}'],
  ['open $\\frac{x$', '\\textbf{open \\$\\textbackslash frac\\{x\\$}'],
])('the title %j leaves one display', (title, expected) => {
  const tex = texOf(title, title);
  expect(tex).toContain(expected);
  expect(tex.match(/\$\$/g)).toHaveLength(2);
  expect(tex).not.toMatch(/\n\s*\n/);
});

test('the text of a derivation lists the mutants that were not refuted, and why', () => {
  const derivation = derive('t', 'x', { symbols }).step('x + 0*y');
  const { mutants } = derivation.steps[1];
  expect(mutants!.survivors.length).toBeGreaterThan(0);
  expect(mutantSummary(mutants)).toMatch(/^\d+\/\d+ mutants refuted, \d+ equivalent$/);
  for (const line of survivorLines(mutants)) expect(String(derivation)).toContain(`\n      mutant ${line}`);
});

test('a mutant is equivalent where the step still holds, and missed where nothing decides it', () => {
  const survivors = ['proved', 'vacuous', 'undecided', 'not refuted'].map((verdict) => ({
    text: 'a → b',
    verdict,
  }));
  const score = { refuted: 3, total: 7, survivors };
  expect(mutantSummary(score)).toBe('3/7 mutants refuted, 2 equivalent, 2 missed');
  expect(survivorLines(score)).toEqual([
    'a → b: equivalent, the step still holds',
    'a → b: equivalent, the step still holds',
    'a → b: missed, neither proved nor refuted',
    'a → b: missed, neither proved nor refuted',
  ]);
  expect(mutantSummary({ refuted: 0, total: 0, survivors: [] })).toBe('');
});
