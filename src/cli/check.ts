import { decide } from '../symbolic/index.ts';
import type { Claim, Verdict } from '../symbolic/index.ts';
import { MalformedError, readClaims } from './claims.ts';
import { command } from './command.ts';
import { flag } from './options.ts';

const notes = `The file holds a list of claims:

  [{ "id": "half", "lhs": "x/2 + x/2", "rhs": "x", "symbols": { "x": "(-inf,inf)" }, "given": [] }]

Exit status: 0 when every claim was decided, whatever the verdict; 1 when one is undecided; 2 when the file or a
claim is malformed (the other claims are still decided).`;

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

/** The fields of the format, in its order; absent ones are left out. */
const jsonLine = (
  id: string,
  { verdict, method, ms, errorBound, conditions, counterexample, ...rest }: Verdict,
): string => JSON.stringify({ id, verdict, method, ms, errorBound, conditions, counterexample, ...rest });

/** @throws MalformedError naming the claim and the place in it */
function decideOne(claim: Claim): Verdict {
  try {
    return decide(claim);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'ClaimError') throw cause;
    throw new MalformedError(cause.message, { cause });
  }
}

export default command({
  name: 'check',
  summary: 'Decide the claims of a file: is lhs = rhs wherever both are defined?',
  options: { json: flag('print one JSON object a line') },
  positionals: { usage: 'FILE', min: 1, max: 1 },
  notes,
  async run({ json }, [file]) {
    const counts: Record<string, number> = { proved: 0, refuted: 0, undecided: 0, vacuous: 0, malformed: 0 };
    const malformed = (message: string): void => {
      counts.malformed++;
      process.stderr.write(`${message}\n`);
    };
    try {
      for (const entry of await readClaims(file)) {
        if ('problem' in entry) {
          malformed(`${file}: claim "${entry.id}" ${entry.problem}`);
          continue;
        }
        try {
          const verdict = decideOne(entry.claim);
          counts[verdict.verdict]++;
          process.stdout.write(`${(json ? jsonLine : describe)(entry.id, verdict)}\n`);
        } catch (error) {
          if (!(error instanceof MalformedError)) throw error;
          malformed(`${file}: ${error.message}`);
        }
      }
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      malformed(error.message);
    }
    if (!json) {
      const shown = Object.entries(counts).filter(([, n]) => n > 0);
      process.stdout.write(`${shown.map(([name, n]) => `${n} ${name}`).join(', ') || 'no claims'}\n`);
    }
    return counts.malformed > 0 ? 2 : counts.undecided > 0 ? 1 : 0;
  },
});
