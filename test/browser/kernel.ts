import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { LabNotebook } from './lab.ts';

/** The launcher offers the kernel under its own picture. */
export async function seesLogo(page: Page, url: string): Promise<void> {
  await page.goto(url.replace(/\/lab\/tree\/[^?]*/, '/lab/workspaces/launcher'));
  const card = page.locator('.jp-LauncherCard[title="TypeScript (Scorebook)"]').first();
  const picture = card.locator('img');
  await picture.waitFor({ timeout: 60_000 });
  const width = await picture.evaluate((node) => (node as HTMLImageElement).naturalWidth);
  assert.ok(width >= 64, `the kernel's picture is ${width} pixels wide`);
}

export const failingCell = "throw new RangeError('on purpose')";

/** These tests themselves must notice a cell that fails. */
export async function noticesErrors(page: Page, url: string): Promise<void> {
  const notebook = new LabNotebook(page);
  await notebook.open(url);
  await assert.rejects(notebook.stepThrough(60), /ended in: RangeError: on purpose/);
  const shown = await page.locator('.jp-OutputArea-output pre').innerText();
  assert.match(shown, /RangeError: on purpose\n +1 \| throw new RangeError.*\n +\^\n +at cell \[1\]:1:7/);
}

export const kernelCell = `/** Twice what is given. */
function twice(n: number): number {
  return 2 * n; // a comment
}
interface Pair { left: string }`;

/** TypeScript is coloured as such; Tab completes; Shift-Tab tells signature and documentation. */
export async function seesKernel(page: Page): Promise<void> {
  const cells = page.locator('.jp-Notebook .jp-Cell');
  const language = await cells.first().locator('.cm-content').getAttribute('data-language');
  assert.equal(language, 'typescript');
  const colour = (word: string): Promise<string> =>
    cells
      .first()
      .locator('.cm-line span', { hasText: new RegExp(`^${word}$`) })
      .first()
      .evaluate((node) => getComputedStyle(node).color);
  const plain = await cells
    .first()
    .locator('.cm-content')
    .evaluate((node) => getComputedStyle(node).color);
  // `interface` is a keyword to TypeScript alone.
  assert.notEqual(await colour('interface'), plain);
  assert.equal(await colour('interface'), await colour('function'));

  await cells.last().locator('.cm-content').click();
  await page.keyboard.type('twi');
  await page.keyboard.press('Tab');
  const offered = page.locator('.jp-Completer-item', { hasText: 'twice' });
  await offered.waitFor({ timeout: 20_000 });
  await page.keyboard.press('Enter');
  await page.locator('.cm-content', { hasText: /^twice$/ }).waitFor({ timeout: 20_000 });
  await page.keyboard.press('Shift+Tab');
  // The box is there before its text is drawn.
  const told = /function twice\(n: number\): number\s*Twice what is given\./;
  await page.locator('.jp-Tooltip', { hasText: told }).waitFor({ timeout: 20_000 });
}
