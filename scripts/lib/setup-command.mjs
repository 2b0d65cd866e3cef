import { readOptions } from './options.mjs';
import { setUp } from './setup.mjs';

const usage = `node scripts/setup.mjs [options]

Installs what Scorebook needs into node_modules and .venv, and nothing outside this folder.
SCOREBOOK_PYTHON names the Python to use.`;

const spec = {
  tests: { type: 'boolean', help: 'also what only the tests need, into .cache' },
};

export async function main(args) {
  const options = readOptions(usage, spec, args);
  if (!options) return 0;
  const { warnings } = await setUp({ insist: true, tests: options.tests });
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log('everything is installed');
  return 0;
}
