import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpText, parseCommand } from './command.ts';
import type { Command } from './command.ts';
import { report } from './failure.ts';
import { didYouMean } from '../options/index.ts';
import { UsageError } from './options.ts';
import { root } from './places.ts';

/** Loaded on demand: `scorebook check` should not wait for TensorFlow. */
const commands: Record<string, { summary: string; load: () => Promise<{ default: Command }> }> = {
  doctor: {
    summary: 'say what is installed, what is missing and how to get it',
    load: () => import('./doctor.ts'),
  },
  check: {
    summary: 'decide the claims of a file or the proofs of a script',
    load: () => import('./check.ts'),
  },
  run: { summary: 'execute notebooks headless', load: () => import('./run.ts') },
  train: { summary: 'train a noise predictor', load: () => import('./train.ts') },
  sample: { summary: 'draw images from a checkpoint', load: () => import('./sample.ts') },
  kernel: { summary: 'install or remove the Jupyter kernel', load: () => import('./kernel.ts') },
};

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Scorebook: diffusion models whose derivations are checked by machine.

Usage: scorebook COMMAND [options]

${lines.join('\n')}

\`scorebook COMMAND --help\` lists the options of a command, \`scorebook --version\` says which this is. \`npm start\` opens the workbook.
`;
}

const version = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** `scorebook check … | head -1`: nobody listens any more, which is no error. */
function endOfPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/**
 * Runs one command line and resolves to its exit status: 0 success, 1 failure, 2 a mistake on the command line.
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', endOfPipe);
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const what = name.startsWith('-') ? 'option' : 'command';
    const hint = didYouMean(name, [...Object.keys(commands), '--help', '--version']);
    return report('scorebook', new UsageError(`unknown ${what} ${name}${hint}`));
  }
  try {
    const { default: definition } = await entry.load();
    const { help, values, positionals } = parseCommand(definition, rest);
    if (help) {
      process.stdout.write(helpText(definition));
      return 0;
    }
    return await definition.run(values, positionals);
  } catch (error) {
    return report(`scorebook ${name}`, error);
  }
}
