import { expect, test } from 'vitest';
import { formulaCard } from '../../src/display/proofFormula.ts';
import { mathLine } from '../../src/display/mathLine.ts';
import { proofTable } from '../../src/display/proof.ts';
import { proofStyle } from '../../src/display/proofStyle.ts';
import { looks } from '../../src/display/verdicts.ts';
import { posteriorMean, posteriorVariance, symbols, chain } from '../../src/formulas/index.ts';
import { declare, derive, formula, type Derivation } from '../../src/symbolic/index.ts';

const displaySymbol = Symbol.for('Jupyter.display');
type Bundle = Record<string, string>;
const bundleOf = (value: object): Bundle => (value as Record<symbol, () => Bundle>)[displaySymbol]();

const derivation = derive('Variance by precisions', '1/(alpha/beta + 1/(1 - abarPrev))', {
  symbols,
  given: chain,
})
  .step('beta*(1 - abarPrev)/(1 - abar)', { because: 'common denominator of $\\beta_t$' })
  .step('beta*(1 - abarPrev)/(1 - abarPrev)', { because: 'a slip' })
  .assume('x_T \\sim \\mathcal N(0, 1)', { cite: 'Someone 1999', because: 'a limit' });
const { html } = proofTable(derivation);
const rows = html.split('<tr ').slice(1);

test('a table has one row a step, each with its verdict', () => {
  expect(rows.map((row) => /class="sb-(\w+)"/.exec(row)![1])).toEqual([
    'vacuous',
    'proved',
    'refuted',
    'assumed',
  ]);
  expect(html).toContain('4 steps · 1 proved · 1 refuted · 1 assumed · 1 vacuous');
});

test('a proved row shows its reason, the relations it rests on, its error bound and its mutants', () => {
  expect(rows[1]).toContain('common denominator of <math>');
  expect(rows[1]).toContain('uses <math>');
  const [, evidence] = /<details[^>]*>(.*)<\/details>/.exec(rows[1])!;
  expect(evidence).toContain('common denominator of <math>');
  expect(evidence).toMatch(/error <math>.*<mn>10<\/mn>/);
  expect(evidence).toMatch(/\d+\/\d+ mutants refuted/);
});

test('a proved row says how many mutants are equivalent, and lists them in its evidence', () => {
  const { html: table } = proofTable(derive('t', 'x0', { symbols }).step('x0 + 0*xt'));
  expect(table).toMatch(/mutants refuted, \d+ equivalent/);
  expect(table).toMatch(/<li>mutant [^<]* → [^<]*: equivalent, the step still holds<\/li>/);
});

test('a refuted row shows a point, both values and what would repair it', () => {
  const atOnce = rows[2].replace(/<details.*<\/details>/, '');
  expect(atOnce).toMatch(/at <math>.*left <math>.*right <math>/);
  expect(atOnce).toContain('sb-diagnosis');
});

test('number and verdict head each row together, and the columns have headings', () => {
  expect(rows[1]).toMatch(
    /<th scope="row"><span class="sb-n">2<\/span> <span class="sb-chip">✓ proved<\/span><\/th>/,
  );
  expect(html.match(/<th scope="col">/g)).toHaveLength(2);
});

test('a first line that is only written down has no verdict', () => {
  expect(rows[0]).not.toContain('sb-chip');
});

const all = proofStyle(Object.keys(looks) as (keyof typeof looks)[]);
const styleOf = (verdict: string): string => all.split(`.sb-${verdict}{--sb-ink`)[1].split('}')[0];

test('every verdict has a colour, and a mark and a word that tell it without', () => {
  const names = Object.keys(looks);
  expect(names).toEqual(
    expect.arrayContaining([
      'proved',
      'refuted',
      'tested',
      'undecided',
      'assumed',
      'error',
      'ill-formed',
      'defined',
    ]),
  );
  expect(new Set(Object.values(looks).map(({ word }) => word)).size).toBe(names.length);
  for (const name of names) expect(styleOf(name)).toContain('currentColor');
  const claims = ['proved', 'refuted', 'tested', 'undecided', 'assumed', 'error', 'ill-formed'] as const;
  for (const tell of ['mark', 'colour'] as const)
    expect(new Set(claims.map((name) => looks[name][tell])).size).toBe(claims.length);
});

test('no colour depends on a theme: all are mixed from that of the text around the table', () => {
  expect(all).not.toMatch(/prefers-color-scheme|data-jp-theme|vscode/);
});

test('a line breaks at its relations, then at its sums, and nowhere else', () => {
  const maths = (tex: string): string[][] =>
    mathLine(tex)
      .split('<span class="sb-clause">')
      .slice(1)
      .map((clause) =>
        clause
          .split('<math>')
          .slice(1)
          .map((one) => one.replace(/<[^>]*>/g, '')),
      );
  expect(maths('a + b = c - (d + e) \\le f')).toEqual([['a', '+b'], ['=c', '−(d+e)'], ['≤f']]);
  expect(maths('\\log q \\overset{+c}{=} -\\frac{a+b}{c}')).toEqual([['log\u2061q'], ['=+c−a+bc']]);
  expect(maths('\\operatorname{Var}(x) = -y')).toEqual([['Var\u2061(x)'], ['=−y']]);
});

test('a line knows about how wide its widest piece is', () => {
  const width = (tex: string): number => Number(/--sb-w:(\d+)/.exec(mathLine(tex))![1]);
  expect(width('x = y')).toBeLessThan(4);
  expect(width(`x = ${'a'.repeat(60)}`)).toBeGreaterThan(30);
  expect(width(`x = ${Array(60).fill('a').join(' + ')}`)).toBeLessThan(4);
});

test('an assumed row shows its citation', () => {
  expect(rows[3]).toContain('cited: Someone 1999');
});

test('mathematics is MathML: no TeX is left over', () => {
  expect(html.replace(/<style>[^]*<\/style>/, '')).not.toMatch(/\$|\\frac|temml-error/);
});

test('tags a user writes are text in every form and place', () => {
  const attack = '<script>alert(1)</script><img src=x onerror=alert(1)>';
  const tricks = `${attack} $\\text{${attack}}$ $\\href{javascript:alert(1)}{x}$ $\\unknown{${attack}}$ "'`;
  const { x } = { x: { tex: `x_{${attack}}`, domain: '(-inf,inf)', meaning: attack } };
  const hostile = declare({ x, y: { ...x, tex: '\\class{evil}{y}' } });
  const step = derive(tricks, '(x + y)^2', {
    symbols: hostile,
    mutants: false,
    of: tricks,
    because: tricks,
    cite: tricks,
  })
    .step('x^2 + y^2', { because: tricks })
    .assume(tricks, { cite: tricks, because: tricks });
  const cited = formula(tricks, { tex: attack, expr: 'x', cite: tricks, symbols: hostile });
  for (const page of [proofTable(step, { times: true }).html, formulaCard(cited).html]) {
    expect(page).not.toMatch(/<script|<img|onerror=[^&]*>|javascript:[^<]*"|<a /i);
    const tags = [...page.matchAll(/<\/?([a-z]+)/gi)].map(([, tag]) => tag.toLowerCase());
    const known =
      /^(div|style|table|caption|small|colgroup|col|thead|tbody|tr|th|td|details|summary|ul|li|span|wbr|math|m[a-z]+|code)$/;
    expect(tags.filter((tag) => !known.test(tag))).toEqual([]);
  }
});

test('the same derivation gives the same bytes, so committed notebooks do not change', () => {
  const again = (): string => proofTable(clone()).html;
  expect(again()).toBe(again());
  expect(again()).not.toMatch(/\d ms/);
});

function clone(): Derivation {
  return derive('t', '(1 + x0)^2', { symbols }).step('1 + 2*x0 + x0^2').step('1 + x0^2');
}

test('times are shown when asked for', () => {
  expect(proofTable(clone(), { times: true }).html).toMatch(/ · \d+ ms/);
});

test('a table in a notebook comes as HTML, TeX and text', () => {
  const bundle = bundleOf(proofTable(derivation));
  expect(Object.keys(bundle)).toEqual(['text/html', 'text/latex', 'text/plain']);
  expect(bundle['text/html']).toBe(html);
  expect(bundle['text/latex']).toContain('\\begin{aligned}');
  expect(bundle['text/plain']).toContain('Variance by precisions: 4 steps');
});

test('a formula card shows formulas with their names and papers', () => {
  const card = bundleOf(formulaCard(posteriorVariance, posteriorMean));
  expect(card['text/html']).toContain('posterior variance');
  expect(card['text/html']).toContain('Ho et al. 2020, eq. 7');
  expect(card['text/latex']).toContain('\\tilde\\mu_t &= ');
  expect(card['text/plain'].split('\n')).toHaveLength(2);
});
