import { parseArgs } from 'node:util';
import { didYouMean } from '../options/index.ts';
import { Expected, flag, UsageError } from './options.ts';
import type { Options, Values } from './options.ts';

export interface Positionals {
  /** How they are shown in help: `FILE`, `NOTEBOOK…`. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
}

/** One subcommand: data for help and parsing, and what it does. `run` resolves to the exit status. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  readonly options: O;
  readonly positionals?: Positionals;
  /** Shown at the end of help: examples, exit statuses. */
  readonly notes?: string;
  readonly run: (values: Values<O>, positionals: readonly string[]) => Promise<number>;
}

/** Keeps the types of the option table while letting commands of different tables live in one list. */
export const command = <O extends Options>(definition: Command<O>): Command =>
  definition as unknown as Command;

const helpFlag = flag('show this help');

export function helpText({ name, summary, options, positionals, notes }: Command): string {
  const rows = Object.entries({ ...options, help: helpFlag }).map(([key, option]) => {
    const left = `--${key}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
    const fallback =
      option.fallback === undefined || option.fallback === false ? '' : ` (default ${option.fallback})`;
    return [left, `${option.help}${option.required ? ' (required)' : fallback}`];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const usage = ['scorebook', name, positionals?.usage, '[options]'].filter(Boolean).join(' ');
  const table = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
  return `${summary}\n\nUsage: ${usage}\n\n${table}\n${notes === undefined ? '' : `\n${notes}\n`}`;
}

function readValue(name: string, option: Options[string], given: string | undefined): unknown {
  if (option.placeholder === undefined) {
    if (given !== undefined) throw new UsageError(`--${name} takes no value, given ${JSON.stringify(given)}`);
    return true;
  }
  if (given === undefined) throw new UsageError(`--${name} needs a value: --${name} ${option.placeholder}`);
  try {
    return option.read(given);
  } catch (error) {
    if (!(error instanceof Expected)) throw error;
    throw new UsageError(`--${name}: expected ${error.message}, given ${JSON.stringify(given)}`);
  }
}

/** True when a token that follows an option is the option's value and not another option; `-3` is a value. */
const isValue = (token: string | undefined): token is string =>
  token !== undefined && (!token.startsWith('-') || /^-(\d|\.\d|$)/.test(token));

/**
 * Reads the arguments after the subcommand's name.
 * @throws UsageError naming what was given and what was expected
 */
export function parseCommand(
  definition: Command,
  argv: readonly string[],
): { help: boolean; values: Record<string, unknown>; positionals: string[] } {
  const table: Options = { ...definition.options, help: helpFlag };
  // Values are joined to their options here, and parseArgs sees flags only: it would swallow the next option as a value,
  // and take the `-1` of `--eta -1` for an option.
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].startsWith('--') ? argv[i].slice(2) : '';
    const takesValue = Object.hasOwn(table, name) && table[name].placeholder !== undefined;
    joined.push(takesValue && isValue(argv[i + 1]) ? `${argv[i]}=${argv[++i]}` : argv[i]);
  }
  const { tokens, positionals } = parseArgs({
    args: joined,
    options: { help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(definition.options).map(([name, { fallback }]) => [name, fallback]),
  );
  const given = new Set<string>();
  let help = false;
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (option === undefined) {
      const hint = didYouMean(token.name, Object.keys(table), '--');
      throw new UsageError(`unknown option ${token.rawName}${hint}`);
    }
    if (given.has(token.name) && option.placeholder !== undefined)
      throw new UsageError(`${token.rawName} is given twice: expected one value`);
    if (token.name === 'help') help = true;
    else values[token.name] = readValue(token.name, option, token.value);
    given.add(token.name);
  }
  if (!help) checkComplete(definition, given, positionals);
  return { help, values, positionals };
}

function checkComplete({ options, positionals: wanted, name }: Command, given: Set<string>, found: string[]) {
  for (const [key, option] of Object.entries(options)) {
    if (option.required && !given.has(key)) {
      throw new UsageError(`--${key} ${option.placeholder} is required: ${option.help}`);
    }
  }
  const { min, max, usage } = wanted ?? { min: 0, max: 0, usage: '' };
  if (found.length > max) throw new UsageError(`unexpected argument ${JSON.stringify(found[max])}`);
  if (found.length < min) throw new UsageError(`${name} needs an argument: scorebook ${name} ${usage}`);
}
