import { readOptions } from './options.mjs';
import { setUp } from './setup.mjs';

const usage = `node scripts/setup.mjs

Installs what Scorebook needs into node_modules and .venv, and nothing outside this folder.
SCOREBOOK_PYTHON names the Python to use.`;

export async function main(args) {
  if (!readOptions(usage, {}, args)) return 0;
  const { warnings } = await setUp({ insist: true });
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log('everything is installed');
  return 0;
}
