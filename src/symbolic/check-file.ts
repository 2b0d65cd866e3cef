import { ClaimError } from './claim.ts';
import { decide } from './decide.ts';
import type { Claim, DecideOptions, Verdict } from './verdict.ts';

/** What became of one claim of a file: a verdict, or the reason why it is malformed. */
export type CheckResult = { id: string } & ({ verdict: Verdict } | { error: string });

/**
 * Decides the claims of a claims file one by one. A malformed claim is reported in its place and the others are
 * still decided; a file that is no list of claims gives one result with the error.
 */
export function* checkFile(text: string, options: DecideOptions = {}): Generator<CheckResult> {
  let claims: unknown;
  try {
    claims = JSON.parse(text);
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
  for (const [i, entry] of claims.entries()) {
    const id = idOf(entry) ?? `#${i + 1}`;
    try {
      requireId(entry, id);
      yield { id, verdict: decide(readClaim(entry, id), options) };
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function idOf(entry: unknown): string | null {
  const id = isRecord(entry) ? entry.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

/** A result that cannot be told by its id would be lost: only a missing one is made up. */
function requireId(entry: unknown, place: string): void {
  if (isRecord(entry) && entry.id !== undefined && idOf(entry) === null)
    throw new ClaimError(`claim ${place} id: expected text or a number, got ${JSON.stringify(entry.id)}`);
}

/** Other fields are notes of the author; this one, misspelt, would silently change what is claimed. */
const looksLikeGiven = (field: string): boolean =>
  field.length <= 6 && [...'given'].filter((letter) => field.toLowerCase().includes(letter)).length >= 4;

function readClaim(entry: unknown, id: string): Claim {
  if (!isRecord(entry))
    throw new ClaimError(`claim "${id}": expected an object, got ${JSON.stringify(entry)}`);
  for (const side of ['lhs', 'rhs'])
    if (typeof entry[side] !== 'string')
      throw new ClaimError(
        `claim "${id}" ${side}: expected an expression in a string, got ${JSON.stringify(entry[side]) ?? 'nothing'}`,
      );
  if (!isRecord(entry.symbols))
    throw new ClaimError(`claim "${id}" symbols: expected an object of names and intervals`);
  const slip = Object.keys(entry).find((field) => field !== 'given' && looksLikeGiven(field));
  if (slip !== undefined) throw new ClaimError(`claim "${id}" ${slip}: unknown field (did you mean given?)`);
  return { ...(entry as unknown as Claim), id };
}
