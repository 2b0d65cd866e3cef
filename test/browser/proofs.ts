/** Proof tables on other pages than JupyterLab's, and on paper: what a reader of a book, a slide or a print-out sees. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { formulaCard, proofTable, symbolCard } from '../../src/display/index.ts';
import { chain, posteriorMean, posteriorVariance, symbols } from '../../src/formulas/index.ts';
import { derive, type Proof, type Step } from '../../src/symbolic/index.ts';
import { looks } from '../../src/display/verdicts.ts';
import { chipsOutOfSight, cutLines, faintTexts } from './pageMeasures.ts';

/** WCAG's level AA for text. */
const leastContrast = 4.5;

const square =
  '-(xt - sqrt(alpha)*xPrev)^2/(2*beta) - log(2*pi*beta)/2 - (xPrev - sqrt(abarPrev)*x0)^2/(2*(1 - abarPrev))' +
  ' - log(2*pi*(1 - abarPrev))/2 + (xt - sqrt(abar)*x0)^2/(2*(1 - abar)) + log(2*pi*(1 - abar))/2';

/** A long line that breaks, one that cannot, a refuted one; a line for every verdict; the other tables. */
function tables(): string {
  const given = { symbols, given: chain, of: '\\log q(x_{t-1}\\mid x_t,x_0)', mutants: false };
  const long = derive('Lines that break, and lines that cannot', square, {
    ...given,
    because: 'Bayes',
    cite: 'Ho',
  })
    .step(`(${square})*sqrt(1 + (alpha*(1 - abarPrev)/beta + abarPrev*x0^2)/(1 - abar)^2)^2`, {
      because: 'a slip',
    })
    .concludes(posteriorVariance);
  const line = (verdict: string): Step => ({
    ...{
      kind: 'step',
      relation: '=',
      tex: '1 - \\bar\\alpha_t',
      text: '',
      because: 'a reason',
      uses: ['a = b'],
    },
    ...{ conditions: ['x \\ne 0'], open: verdict === 'open', ms: 0, method: 'a method', reason: 'why' },
    verdict: (verdict === 'open' ? 'undecided' : verdict) as Step['verdict'],
  });
  const every: Proof = {
    title: 'Every verdict',
    summary: `${Object.keys(looks).length} steps`,
    steps: Object.keys(looks).map(line),
    toTeX: () => '',
    toString: () => '',
  };
  const cards = [formulaCard(posteriorMean, posteriorVariance), symbolCard(symbols, ['alpha', 'xPrev'])];
  return [proofTable(long), proofTable(every), ...cards].map(({ html }) => html).join('\n');
}

interface Condition {
  title: string;
  /** The page's own rules, as far as they meet a table. */
  css: string;
  /** Attributes of `<html>`. */
  html?: string;
  /** Around the table. */
  open?: string;
}

/** What pydata-sphinx-theme, which Jupyter Book has, sets around an output of HTML. */
const book =
  'html[data-theme=light]{--ground:#fff;--ink:#222832}html[data-theme=dark]{--ground:#14181e;--ink:#ced6dd;color-scheme:dark}' +
  'body{background:var(--ground);color:var(--ink);font:16px sans-serif}' +
  'html[data-theme=dark] .bd-content div.cell_output .text_html:not(:has(table.dataframe)){background:#ced6dd;color:#222832}' +
  'div.cell_output table{table-layout:fixed;border:none;margin-left:auto;font-size:1em}' +
  'div.cell_output :is(tr,th,td){text-align:right;white-space:nowrap;max-width:none}' +
  'div.cell_output tbody tr:nth-child(odd){background:#f5f5f5}div.cell_output tbody tr:hover{background:rgba(66,165,245,.2)}';
const bookOutput = '<div class="bd-content"><div class="cell_output"><div class="output text_html">';

const classic =
  'body{background:#fff;color:#000;font:14px sans-serif}.rendered_html table{table-layout:fixed;color:black;font-size:12px}' +
  '.rendered_html :is(tr,th,td){text-align:right;vertical-align:middle;white-space:normal;max-width:none}' +
  '.rendered_html tbody tr:nth-child(odd){background:#f5f5f5}';

const conditions: Condition[] = [
  { title: 'a page without a style', css: '' },
  { title: "nbconvert's classic template", css: classic, open: '<div class="rendered_html">' },
  { title: 'a page that follows the system', css: ':root{color-scheme:light dark}' },
  { title: 'a dark page without an attribute', css: 'body{background:#111;color:#eee}' },
  { title: 'Jupyter Book, light', css: book, html: 'data-theme="light"', open: bookOutput },
  { title: 'Jupyter Book, dark', css: book, html: 'data-theme="dark"', open: bookOutput },
];

let fragment: string | undefined;

async function show(page: Page, { css, html = '', open = '' }: Condition): Promise<void> {
  await page.setContent(
    `<!doctype html><html ${html}><meta charset="utf-8"><style>${css}</style>${open}${(fragment ??= tables())}`,
  );
}

/** esbuild names functions by a helper of its own, which a page lacks. */
export const pageHelpers = { content: 'globalThis.__name = (f) => f' };

/** Readable, and with every verdict in sight, whatever the page's theme and the system's. */
export async function readsEverywhere(browser: Browser): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // What JupyterLab leaves of a window of 900 pixels beside the file list.
    const context = await browser.newContext({ colorScheme, viewport: { width: 470, height: 900 } });
    await context.addInitScript(pageHelpers);
    const page = await context.newPage();
    for (const condition of conditions) {
      await show(page, condition);
      const where = `${condition.title}, system ${colorScheme}`;
      assert.ok((await page.locator('.sb-chip').count()) > Object.keys(looks).length, where);
      assert.deepEqual(await page.evaluate(faintTexts, leastContrast), [], where);
      assert.deepEqual(await page.evaluate(chipsOutOfSight), [], where);
    }
    await context.close();
  }
}

/** On A4 nothing is cut, also where the page was dark: a line breaks, or is set smaller. */
export async function printsWhole(browser: Browser): Promise<void> {
  // 210 mm at 96 dots an inch, less nbconvert's margins.
  const context = await browser.newContext({ colorScheme: 'dark', viewport: { width: 640, height: 900 } });
  await context.addInitScript(pageHelpers);
  const page = await context.newPage();
  await page.emulateMedia({ media: 'print' });
  for (const condition of conditions) {
    await show(page, condition);
    assert.deepEqual(await page.evaluate(cutLines), [], condition.title);
    assert.deepEqual(await page.evaluate(chipsOutOfSight), [], condition.title);
    assert.deepEqual(await page.evaluate(faintTexts, leastContrast), [], condition.title);
  }
  await context.close();
}
