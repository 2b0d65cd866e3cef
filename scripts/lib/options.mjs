import { parseArgs } from 'node:util';
import { Problem } from './problem.mjs';

/**
 * Reads command-line options. `spec` maps each name to { type: 'boolean' | 'string', help, value?, choices? }.
 * @returns {Record<string, string | boolean | undefined> | undefined} undefined when --help was asked for and printed
 * @throws {Problem} on an unknown option, a stray argument or a value that is not one of the choices
 */
export function readOptions(usage, spec, args) {
  const all = { ...spec, help: { type: 'boolean', help: 'print this' } };
  const known = Object.keys(all).map((name) => `--${name}`);
  let values;
  try {
    const options = Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, { type }]));
    values = parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    const what = error.message.split(/\. (?:To specify|This command|Did you)/)[0].replace(/\.$/, '');
    throw new Problem(`${what}. The options are ${known.join(', ')}.`, 2);
  }
  if (values.help) {
    console.log(helpText(usage, all));
    return undefined;
  }
  for (const [name, { choices }] of Object.entries(spec)) {
    if (choices && values[name] !== undefined && !choices.includes(values[name]))
      throw new Problem(`--${name} ${values[name]}: expected one of ${choices.join(', ')}.`, 2);
  }
  return values;
}

function helpText(usage, spec) {
  const rows = Object.entries(spec).map(([name, { value, help, choices }]) => [
    `--${name}${value ? ` ${value}` : ''}`,
    choices ? `${help} (${choices.join(', ')})` : help,
  ]);
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  return [usage, '', ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}${help}`)].join('\n');
}
