import {
  anything,
  isRecord,
  record,
  relationAmong,
  requireArguments,
  text,
  textOrAmount,
  type KindsOf,
} from './arguments.ts';
import { ClaimError } from './claim.ts';
import { decide } from './decide.ts';
import { decideInequality } from './inequality.ts';
import type { Claim, DecideOptions, Verdict } from './verdict.ts';

/** What became of one claim of a file: a verdict, or the reason why it is malformed. */
export type CheckResult = { id: string } & ({ verdict: Verdict } | { error: string });

/**
 * Decides the claims of a claims file one by one: equations, and inequalities by their `relation`. A malformed claim, one with an unknown
 * key or with the id of another among them, is reported in its place and the others are
 * still decided; a file that is no list of claims gives one result with the error.
 */
export function* checkFile(content: string, options: DecideOptions = {}): Generator<CheckResult> {
  let claims: unknown;
  try {
    claims = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    yield {
      id: 'file',
      error: `the file is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
    return;
  }
  if (!Array.isArray(claims)) {
    yield { id: 'file', error: 'expected a list of claims, [{ "id": …, "lhs": …, "rhs": …, "symbols": … }]' };
    return;
  }
  const places = new Map<string, number>();
  for (const [i, entry] of claims.entries()) {
    const id = idOf(entry) ?? `#${i + 1}`;
    try {
      requireId(entry, id);
      const other = places.get(id);
      if (other !== undefined)
        throw new ClaimError(
          `claim "${id}" id: claim ${other} of the list has it already; give this one another`,
        );
      places.set(id, i + 1);
      yield { id, verdict: decided(readClaim(entry, id), options) };
    } catch (error) {
      if (!(error instanceof ClaimError)) throw error;
      yield { id, error: error.message };
    }
  }
}

/** The one line of JSON that `scorebook check --json` prints for a claim. */
export function checkLine(result: CheckResult): string {
  if ('error' in result) return JSON.stringify({ id: result.id, verdict: 'malformed', error: result.error });
  const { verdict, method, ms, errorBound, conditions, counterexample, reason, diagnosis } = result.verdict;
  const rest = { counterexample, reason, diagnosis };
  return JSON.stringify({ id: result.id, verdict, method, ms, errorBound, conditions, ...rest });
}

/**
 * 0 when all were decided, 1 when one is undecided, 2 when the file or a claim is malformed, 3 when the checker itself failed
 * on one; of several the highest.
 */
export function exitStatus(results: readonly CheckResult[]): 0 | 1 | 2 | 3 {
  const found = results.map((result) => ('error' in result ? 'malformed' : result.verdict.verdict));
  if (found.includes('error')) return 3;
  return found.includes('malformed') ? 2 : found.includes('undecided') ? 1 : 0;
}

function idOf(entry: unknown): string | null {
  const id = isRecord(entry) ? entry.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

/** A result that cannot be told by its id would be lost: only a missing one is made up. */
function requireId(entry: unknown, place: string): void {
  if (isRecord(entry) && entry.id !== undefined && idOf(entry) === null)
    throw new ClaimError(`claim ${place} id: expected text or a number, got ${JSON.stringify(entry.id)}`);
}

const RELATIONS = ['=', '≤', '<', '≥', '>'] as const;
type FileClaim = Claim & { relation: (typeof RELATIONS)[number] };

const CLAIM: KindsOf<FileClaim> = {
  id: textOrAmount,
  lhs: { ...text, expected: 'an expression in a string' },
  rhs: { ...text, expected: 'an expression in a string' },
  symbols: { ...record, expected: 'an object of names and intervals' },
  given: anything,
  relation: anything,
};

function readClaim(entry: unknown, id: string): FileClaim {
  const what = `claim "${id}"`;
  const fail = (message: string): never => {
    throw new ClaimError(message);
  };
  requireArguments(what, entry, CLAIM, { required: ['lhs', 'rhs', 'symbols'], fail });
  const { relation = '=', ...claim } = entry as unknown as FileClaim;
  return { ...claim, id, relation: relationAmong(what, relation, RELATIONS, fail) };
}

function decided({ relation, ...claim }: FileClaim, options: DecideOptions): Verdict {
  return relation === '=' ? decide(claim, options) : decideInequality({ ...claim, relation }, options);
}
