// Opens the notebooks in JupyterLab, in a real browser, and steps through them. Run by `npm test`; alone:
//   node --import tsx test/browser/main.ts
// A notebook that trains for minutes is stepped through where SCOREBOOK_LONG is set, and looked at otherwise.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { startJupyter } from '../../scripts/lib/jupyter.mjs';
import { looksAt, notebooks, opensUnchanged, plotlyAccepts, plotlyCell, reads } from './checks.ts';
import { seesChart, seesPlotly, trainingCell } from './checks.ts';
import { copyOf, scratchNotebook } from './copies.ts';
import { failingCell, kernelCell, noticesErrors, seesKernel, seesLogo } from './kernel.ts';
import { labFlags } from './lab.ts';
import { pageHelpers, printsWhole, readsEverywhere } from './proofs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pictures = path.join(root, 'runs', 'browser');
const scratch = mkdtempSync(path.join(tmpdir(), 'scorebook-browser-'));
const result = { passed: 0, failed: 0 };

/** Settings of a reader who has none, but that all cells are in the page, so that a test can look at them. */
function settings(): Record<string, string> {
  const folder = path.join(scratch, 'settings', '@jupyterlab', 'notebook-extension');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'tracker.jupyterlab-settings'), JSON.stringify({ windowingMode: 'none' }));
  return {
    JUPYTERLAB_SETTINGS_DIR: path.join(scratch, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: path.join(scratch, 'workspaces'),
    JUPYTER_CONFIG_DIR: path.join(scratch, 'config'),
    JUPYTER_RUNTIME_DIR: path.join(scratch, 'runtime'),
    SCOREBOOK_SIZE: 'test',
  };
}

/** A kernel outlives its page; the next notebook should not share the machine with it. */
async function shutKernels(page: Page, url: string): Promise<void> {
  const { origin, searchParams } = new URL(url);
  const headers = { Authorization: `token ${searchParams.get('token')}` };
  const kernels = await page.request.get(`${origin}/api/kernels`, { headers });
  for (const { id } of (await kernels.json()) as { id: string }[])
    await page.request.delete(`${origin}/api/kernels/${id}`, { headers });
}

async function check(title: string, context: BrowserContext, work: (page: Page) => Promise<void>) {
  const page = await context.newPage();
  const since = Date.now();
  try {
    await work(page);
    result.passed++;
    console.log(`    ok  ${title}  ${Math.round((Date.now() - since) / 1000)} s`);
  } catch (error) {
    result.failed++;
    console.log(`FAILED  ${title}\n${error instanceof Error ? error.message : String(error)}`);
  }
  await picture(page, path.join(pictures, `${title}.png`));
  await page.close();
}

/** The whole of what is open: a notebook scrolls inside the page, so the page is made as tall as its cells. */
async function picture(page: Page, file: string): Promise<void> {
  const heights = await page
    .locator('.jp-Notebook .jp-Cell')
    .evaluateAll((cells) => cells.map((cell) => cell.scrollHeight));
  const tall = heights.reduce((sum, height) => sum + height + 10, 200);
  await page.setViewportSize({ width: 1400, height: Math.min(12_000, Math.max(900, tall)) });
  for (const scroller of await page.locator('.jp-WindowedPanel-outer').all())
    await scroller.evaluate((node) => (node.scrollTop = 0));
  await page.waitForTimeout(500);
  await page.screenshot({ path: file });
}

const browser = await chromium.launch({
  executablePath: process.env.SCOREBOOK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update'],
  ],
});
const server = await startJupyter({ page: notebooks[0].notebook, env: settings(), flags: labFlags });
/** A workspace of its own: JupyterLab would open the tabs of the one before as well. */
const inWorkspace = (name: string, file: string): string =>
  server.url.replace('/lab/', `/lab/workspaces/${name}/`).replace(notebooks[0].notebook, file);
try {
  mkdirSync(pictures, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1400, height: 1600 } });
  await context.addInitScript(pageHelpers);
  await check('pages', context, () => readsEverywhere(browser));
  await check('paper', context, () => printsWhole(browser));
  await check('plotly', context, plotlyAccepts);
  await check('launcher', context, (page) => seesLogo(page, server.url));
  await check('failing-cell', context, async (page) => {
    const failing = scratchNotebook(root, 'failing', failingCell);
    await noticesErrors(page, inWorkspace('failing', failing));
    await shutKernels(page, server.url);
  });
  const step = (name: string, make: () => string, sees: (page: Page) => Promise<void>, open = reads) =>
    check(name, context, async (page) => {
      await open(page, inWorkspace(name, make()), sees);
      await shutKernels(page, server.url);
    });
  await step('kernel', () => scratchNotebook(root, 'kernel', kernelCell), seesKernel);
  await step('plotly-in-lab', () => scratchNotebook(root, 'plotly', plotlyCell), seesPlotly);
  await step('training', () => scratchNotebook(root, 'training', trainingCell), seesChart);
  await check('opened', context, async (page) => {
    const copy = copyOf(root, notebooks[0].notebook, { outputs: true });
    await opensUnchanged(page, inWorkspace('opened', copy));
    await shutKernels(page, server.url);
  });
  for (const { notebook, sees, trains } of notebooks) {
    const outputs = Boolean(trains) && !process.env.SCOREBOOK_LONG;
    const make = () => copyOf(root, notebook, { outputs });
    await step(path.basename(notebook, '.ipynb'), make, sees, outputs ? looksAt : reads);
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
if (process.env.SCOREBOOK_REPORT) writeFileSync(process.env.SCOREBOOK_REPORT, JSON.stringify(result));
process.exitCode = result.failed === 0 ? 0 : 1;
