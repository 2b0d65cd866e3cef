/** What every decision has in common: it ends in time, and whatever ends it early becomes its verdict. */
import { ClaimError } from './claim.ts';
import { requireLimit, TimeUp, withinTime, type Clock } from './clock.ts';
import { FieldLimit } from './numbers.ts';
import { ParseError } from './parse.ts';
import { StepError } from './step.ts';

/** How a decision ended that came to no finding. */
export interface Unfinished {
  readonly verdict: 'undecided' | 'error';
  readonly method: 'none';
  readonly reason: string;
  readonly conditions: string[];
}

const none = (verdict: Unfinished['verdict'], reason: string): Unfinished => ({
  verdict,
  method: 'none',
  reason,
  conditions: [],
});

/**
 * Runs a decision within its time limit. What is too long, too large or too deep is `undecided`; a fault of the checker
 * itself is `error`, so that it costs no other claim its verdict. Only mistakes of the claim's author are thrown.
 * @throws ClaimError, ParseError, StepError; RangeError for a limit that is no number
 */
export function decision<T>(limitMs: number, work: (clock: Clock) => T): T | Unfinished {
  requireLimit(limitMs);
  try {
    return withinTime(limitMs, work);
  } catch (error) {
    return unfinished(error);
  }
}

/** @throws the mistakes of a claim's author */
function unfinished(error: unknown): Unfinished {
  if (error instanceof ClaimError || error instanceof ParseError || error instanceof StepError) throw error;
  if (error instanceof TimeUp || error instanceof FieldLimit) return none('undecided', error.message);
  if (isStackOverflow(error)) return none('undecided', 'nested more deeply than the engines follow');
  return none('error', faultText(error));
}

/** A regular expression that finds no stack left is a SyntaxError that ends with these words. */
const isStackOverflow = (error: unknown): boolean =>
  (error instanceof RangeError || error instanceof SyntaxError) &&
  error.message.endsWith('Maximum call stack size exceeded');

/** `a fault of the checker, not of the claim: TypeError: …`, with the place in the source. */
function faultText(error: unknown): string {
  if (!(error instanceof Error)) return `a fault of the checker, not of the claim: ${String(error)}`;
  const place = /\n\s+at .*?([\w.-]+\.ts:\d+)/.exec(error.stack ?? '')?.[1];
  return `a fault of the checker, not of the claim: ${error.name}: ${error.message}${place ? ` (${place})` : ''}; please report it`;
}
