#!/usr/bin/env node
// Entry of the command line. Imports nothing that has to be installed, so that a fresh clone gets a sentence
// instead of a stack trace; then registers tsx and hands over to the TypeScript sources.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeProblem, oldestNode } from '../../scripts/lib/entry.mjs';

const tooOld = nodeProblem(process.versions.node, oldestNode());
const installed = new URL('../../node_modules/tsx/package.json', import.meta.url);

if (tooOld) {
  console.error(`scorebook: ${tooOld}`);
  process.exitCode = 1;
} else if (!existsSync(installed)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  console.error(
    `scorebook: npm packages are not installed in ${root}: run \`npm start\` or \`npm ci\` there first`,
  );
  process.exitCode = 1;
} else {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./index.ts');
  process.exitCode = await main(process.argv.slice(2));
}
