#!/usr/bin/env node
// Draws the README's pictures out of the notebooks as they are committed: docs/workbook.png, how JupyterLab shows proofs,
// and docs/samples.png, what the trained network draws. Run it after committing notebooks 00 and 14 executed anew.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { startJupyter } from './lib/jupyter.mjs';
import { root } from './lib/places.mjs';
import { signNotebooks } from './lib/trust.mjs';

const docs = (name) => path.join(root, 'docs', name);
const cellsOf = (notebook) => JSON.parse(readFileSync(path.join(root, 'notebooks', notebook), 'utf8')).cells;

/** The picture that ends the cell whose code has these words. */
function pictureOf(cells, words) {
  const cell = cells.find(({ source }) => [source].flat().join('').includes(words));
  const [png] = (cell?.outputs ?? []).map(({ data }) => data?.['image/png']).filter(Boolean);
  if (!png) throw new Error(`no cell with ${words} has a picture: execute the notebook first`);
  return Buffer.from([png].flat().join(''), 'base64');
}

writeFileSync(docs('samples.png'), pictureOf(cellsOf('14-train.ipynb'), 'imageGrid(samples'));

/** From the text above the first proof to the end of the refuted one: whole cells. */
const shown = { notebook: '00-welcome.ipynb', from: '## How to read a verdict', to: 'proofTable(slip)' };
const indexOf = (words) =>
  cellsOf(shown.notebook).findIndex(({ source }) => [source].flat().join('').includes(words));
signNotebooks(); // JupyterLab shows no mathematics of a notebook that is neither committed nor its own
const flags = ['--LabApp.expose_app_in_browser=True'];
const server = await startJupyter({ page: `notebooks/${shown.notebook}`, flags });
const browser = await chromium.launch({
  executablePath: process.env.SCOREBOOK_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({
    viewport: { width: 1000, height: 3000 },
    deviceScaleFactor: 1.5,
  });
  await page.goto(server.url.replace('/lab/', '/lab/workspaces/picture/'), { waitUntil: 'domcontentloaded' });
  await page.locator('.jp-Notebook .sb-proof').first().waitFor({ timeout: 60_000 });
  await page.evaluate(() => globalThis.jupyterapp.commands.execute('application:toggle-left-area'));
  await page.getByText(/TypeScript.*\| Idle/).waitFor({ timeout: 60_000 });
  const cells = page.locator('.jp-Notebook .jp-Cell');
  // Between the two proofs stand a table of verdicts and one of symbols, which the text explains.
  const kept = [indexOf(shown.from), indexOf(shown.from) + 1, indexOf(shown.to) - 1, indexOf(shown.to)];
  const boxes = await cells.evaluateAll(
    (all, wanted) =>
      all.flatMap((cell, i) => {
        if (!wanted.includes(i)) cell.style.display = 'none';
        return wanted.includes(i) ? [cell] : [];
      }).length,
    kept,
  );
  if (boxes !== kept.length) throw new Error(`${boxes} of ${kept.length} cells are in the page`);
  await page.waitForTimeout(500);
  const [first, last] = [await cells.nth(kept[0]).boundingBox(), await cells.nth(kept[3]).boundingBox()];
  const clip = { x: first.x, y: first.y, width: first.width, height: last.y + last.height - first.y };
  await page.screenshot({ path: docs('workbook.png'), clip });
} finally {
  await browser.close();
  await server.stop();
}
