#!/usr/bin/env node
// Draws the kernel's logo in the sizes that Jupyter looks for. Run it after changing src/kernel/logo/logo-svg.svg.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const folder = new URL('../src/kernel/logo/', import.meta.url);
const svg = readFileSync(new URL('logo-svg.svg', folder), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.SCOREBOOK_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage();
  for (const size of [32, 64]) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
    await page.screenshot({
      path: new URL(`logo-${size}x${size}.png`, folder).pathname,
      omitBackground: true,
    });
  }
} finally {
  await browser.close();
}
