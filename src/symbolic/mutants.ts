import { decide } from './decide.ts';
import { edits } from './edits.ts';
import { toText, type Expr } from './expr.ts';
import { FieldLimit } from './numbers.ts';
import { parse } from './parse.ts';
import type { Claim, Verdict } from './verdict.ts';

export type Survivor = { claim: Claim; verdict: Verdict['verdict'] };
export type MutationScore = { refuted: number; total: number; survivors: Survivor[] };

const MUTANT_LIMIT_MS = 1000;

/** Every expression that differs from this one in a single token. */
export const mutants = (expr: string | Expr): Expr[] => edits(typeof expr === 'string' ? parse(expr) : expr);

/**
 * How many single-token edits of the right side the checker refutes. A survivor is equivalent (then it is proved
 * or vacuous) or missed; one that is defined nowhere is not counted. Throws ClaimError when the claim is malformed.
 */
export function claimMutationScore(claim: Claim, options: { timeLimitMs?: number } = {}): MutationScore {
  const { timeLimitMs = MUTANT_LIMIT_MS } = options;
  let refuted = 0;
  const survivors: Survivor[] = [];
  for (const rhs of mutants(claim.rhs)) {
    const { verdict, definedNowhere } = decide(
      { ...claim, rhs },
      { timeLimitMs, diagnose: false, simplify: false },
    );
    if (verdict === 'refuted') refuted++;
    else if (!definedNowhere) survivors.push({ claim: { ...claim, rhs: textIfShort(rhs) }, verdict });
  }
  return { refuted, total: refuted + survivors.length, survivors };
}

/** A text where it can be read back. */
function textIfShort(expr: Expr): string | Expr {
  try {
    return toText(expr);
  } catch (error) {
    if (!(error instanceof FieldLimit)) throw error;
    return expr;
  }
}
