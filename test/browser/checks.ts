import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { plotly } from '../../src/display/index.ts';
import { LabNotebook, setTheme } from './lab.ts';
import { chipsOutOfSight, faintTexts } from './pageMeasures.ts';

interface Check {
  notebook: string;
  sees: (page: Page) => Promise<void>;
  /** Trains for minutes: stepped through by the long tests alone, else looked at as it is committed. */
  trains?: boolean;
}

/** What a reader must see in each notebook. */
export const notebooks: Check[] = [
  { notebook: 'notebooks/00-welcome.ipynb', sees: seesProofs },
  { notebook: 'notebooks/03-posterior.ipynb', sees: seesProofs },
  { notebook: 'notebooks/14-train.ipynb', sees: seesTraining, trains: true },
];

/** Proof tables with typeset mathematics, and steps that were proved. */
async function seesProofs(page: Page): Promise<void> {
  const tables = page.locator('.jp-OutputArea .sb-proof table');
  assert.ok((await tables.count()) > 0, 'no proof table is shown');
  assert.ok((await tables.locator('.sb-proved').count()) > 0, 'no step is shown as proved');
  const mathematics = tables.first().locator('math').first();
  const box = await mathematics.boundingBox();
  assert.ok(box && box.width > 5 && box.height > 5, 'the mathematics of the first proof is not drawn');
  for (const theme of ['JupyterLab Dark', 'JupyterLab Light']) {
    await setTheme(page, theme);
    for (const width of [1440, 900]) {
      await page.setViewportSize({ width, height: 1600 });
      await page.waitForTimeout(500);
      assert.deepEqual(await page.evaluate(chipsOutOfSight), [], `${theme}, ${width} pixels`);
      assert.deepEqual(await page.evaluate(faintTexts, 4.5), [], `${theme}, ${width} pixels`);
    }
  }
}

/** A notebook that was only opened is as it was: JupyterLab adds to outputs what it misses in them. */
export async function opensUnchanged(page: Page, url: string): Promise<void> {
  const notebook = new LabNotebook(page);
  await notebook.open(url);
  await seesChart(page);
  await page.waitForTimeout(2000); // a picture is added after the chart is drawn
  assert.equal(await notebook.isChanged(), false, 'the notebook has changed by being opened');
}

export const trainingCell = `import { live, lossCurve, mnist, train, unet, useBackend } from 'scorebook';
await useBackend();
const run = train(unet({ widths: [8, 8, 8], groups: 4 }), mnist(), { steps: 12, batch: 8, seed: 0 });
await live(run, (all) => lossCurve(all.map(({ step, loss }) => ({ step, loss }))));`;

/** A chart of a training run, drawn by JupyterLab's Vega. */
export async function seesChart(page: Page): Promise<void> {
  const chart = page.locator('.jp-OutputArea .vega-embed').locator('canvas, svg.marks').first();
  await chart.waitFor({ timeout: 30_000 });
  const box = await chart.boundingBox();
  assert.ok(box && box.width > 100 && box.height > 100, 'no chart is drawn');
}

/** The chart, and a picture of samples that is not one colour. */
async function seesTraining(page: Page): Promise<void> {
  await seesChart(page);
  const pictures = page.locator('.jp-OutputArea img[src^="data:image/png"]');
  assert.ok((await pictures.count()) > 0, 'no picture of samples is shown');
  const { width, colours } = await pictures.last().evaluate(pixels);
  assert.ok(width > 28, `the picture of samples is ${width} pixels wide`);
  assert.ok(colours > 8, `the picture of samples has ${colours} colours`);
}

/** Runs in the page: how wide an image is, and how many colours are in it. */
function pixels(element: Element): { width: number; colours: number } {
  const image = element as HTMLImageElement;
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const pen = canvas.getContext('2d');
  if (!pen || canvas.width === 0) return { width: canvas.width, colours: 0 };
  pen.drawImage(image, 0, 0);
  const data = new Uint32Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return { width: canvas.width, colours: new Set(data).size };
}

/** Steps through a notebook, and looks at what is shown. */
export async function reads(page: Page, url: string, sees: (page: Page) => Promise<void>): Promise<void> {
  const notebook = new LabNotebook(page);
  await notebook.open(url);
  const count = await notebook.stepThrough(600);
  assert.ok(count > 0, 'the notebook has no cells');
  assert.equal(await page.locator('.jp-Dialog').count(), 0, 'a dialog is in the way');
  await sees(page);
}

/** Looks at a notebook as it lies in the repository, without running it. */
export async function looksAt(page: Page, url: string, sees: (page: Page) => Promise<void>): Promise<void> {
  await new LabNotebook(page).open(url);
  await sees(page);
}

export const plotlyCell = `import { plotly } from 'scorebook/display';
plotly({ data: [{ type: 'scatter', mode: 'lines', x: [0, 1, 2], y: [0, 1, 4] }], layout: { title: { text: 'a path' } } })`;

/** A figure made in a notebook is drawn by JupyterLab's own renderer of it. */
export async function seesPlotly(page: Page): Promise<void> {
  const plot = page.locator('.jp-OutputArea .js-plotly-plot .main-svg').first();
  await plot.waitFor({ timeout: 30_000 });
  const box = await plot.boundingBox();
  assert.ok(box && box.width > 100 && box.height > 100, 'the plotly figure is not drawn');
  assert.ok((await page.locator('.js-plotly-plot .scatterlayer .trace').count()) > 0, 'it has no trace');
}

/** plotly.js itself must find nothing to complain of in a figure as we hand it over. */
export async function plotlyAccepts(page: Page): Promise<void> {
  const library = createRequire(import.meta.url).resolve('plotly.js-dist/plotly.js');
  await page.setContent('<div id="figure" style="width:400px;height:300px"></div>');
  await page.addScriptTag({ path: library });
  const trace = { type: 'scatter3d', mode: 'lines', x: [0, 1, 2], y: [0, 1, 4], z: [0, 1, 8], name: 'path' };
  const { figure } = plotly({ data: [trace], layout: { title: { text: 'a path' } } });
  const complaints = await page.evaluate(({ data, layout }) => {
    const { Plotly } = globalThis as unknown as {
      Plotly: { validate(data: unknown, layout: unknown): unknown };
    };
    return Plotly.validate(data, layout) ?? [];
  }, figure);
  assert.deepEqual(complaints, []);
}
