import { readFile } from 'node:fs/promises';
import { checkFile, checkLine, exitStatus, type CheckResult, type Verdict } from '../symbolic/index.ts';
import { checkScript } from './checkScript.ts';
import { command } from './command.ts';
import { flag } from './options.ts';
import { isScript } from './script.ts';

const notes = `The file holds a list of claims:

  [{ "id": "half", "lhs": "x/2 + x/2", "rhs": "x", "symbols": { "x": "(-inf,inf)" }, "given": [] }]

"relation" may be =, <=, >=, < or >, and is = where it is left out; a key that is none of these, or an id used twice, makes
a claim malformed.

or it is a script (.ts, .mts, .js, .mjs; an ES module) that exports proofs, or arrays of them:

  import { derive } from 'scorebook/symbolic';
  import { symbols } from 'scorebook/formulas';
  export const square = derive('A square', '(x0 + 1)^2', { symbols }).step('x0^2 + 2*x0 + 1');

A script is run: check only scripts that you trust. It may lie anywhere; scorebook/… always means this package.

Exit status: 0 when every claim and step was decided, whatever the verdict; 1 when one is undecided or only tested (and,
for a step, not marked open); 2 when the file or a claim is malformed (the other claims are still decided), or a script cannot be
read, throws or exports no proof; 3 when the checker itself failed on a claim or step (its verdict is error, the others stand).
Of several the highest.`;

/** A verdict for a person: what was found, and what anyone can verify. */
function describe(
  id: string,
  { verdict, method, ms, errorBound, conditions, counterexample, ...rest }: Verdict,
): string {
  const bound = errorBound === undefined ? '' : `, wrong with probability below 1e${Math.floor(errorBound)}`;
  const lines = [`${verdict.padEnd(9)}  ${id}  (${method}${bound}, ${ms.toFixed(0)} ms)`];
  if (conditions.length > 0) lines.push(`where ${conditions.join(', ')}`);
  if (counterexample) {
    const point = Object.entries(counterexample.point).map(([name, value]) => `${name} = ${value}`);
    lines.push(`at ${point.join(', ')}: left ${counterexample.lhs}, right ${counterexample.rhs}`);
  }
  if (rest.diagnosis !== undefined) lines.push(rest.diagnosis);
  if (rest.reason !== undefined) lines.push(rest.reason);
  return lines.join('\n           ');
}

export default command({
  name: 'check',
  summary:
    'Decide the claims of a file (is lhs = rhs wherever both are defined?), or the proofs of a script.',
  options: { json: flag('print one JSON object a line: a claim, or a proof with its steps') },
  positionals: { usage: 'FILE', min: 1, max: 1 },
  notes,
  async run({ json }, [file]) {
    if (isScript(file)) return checkScript(file, { json });
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      process.stderr.write(`${file}: ${(error as Error).message}\n`);
      return 2;
    }
    const results: CheckResult[] = [];
    for (const result of checkFile(text)) {
      results.push(result);
      if ('error' in result) process.stderr.write(`${file}: ${result.error}\n`);
      if (json) process.stdout.write(`${checkLine(result)}\n`);
      else if ('verdict' in result) process.stdout.write(`${describe(result.id, result.verdict)}\n`);
    }
    if (!json) process.stdout.write(`${tally(results)}\n`);
    return exitStatus(results);
  },
});

/** `2 proved, 1 malformed` */
function tally(results: readonly CheckResult[]): string {
  const kinds = ['proved', 'refuted', 'undecided', 'vacuous', 'malformed', 'error'];
  const found = results.map((result) => ('error' in result ? 'malformed' : result.verdict.verdict));
  const counts = kinds.map((kind) => ({ kind, n: found.filter((each) => each === kind).length }));
  const shown = counts.filter(({ n }) => n > 0).map(({ kind, n }) => `${n} ${kind}`);
  return shown.join(', ') || 'no claims';
}
