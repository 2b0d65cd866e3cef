import { decide } from './decide.ts';
import { edits } from './edits.ts';
import { toText, type Expr } from './expr.ts';
import { parse } from './parse.ts';
import type { Claim, Verdict } from './verdict.ts';

export type Survivor = { claim: Claim; verdict: Verdict['verdict'] };
export type MutationScore = { refuted: number; total: number; survivors: Survivor[] };

const MUTANT_LIMIT_MS = 1000;

/** Every expression that differs from this one in a single token. */
export const mutants = (expr: string | Expr): Expr[] => edits(typeof expr === 'string' ? parse(expr) : expr);

/**
 * How many single-token edits of the right side the checker refutes. A survivor is equivalent (then it is proved
 * or vacuous) or missed. Throws ClaimError when the claim is malformed.
 */
export function claimMutationScore(claim: Claim, options: { timeLimitMs?: number } = {}): MutationScore {
  const { timeLimitMs = MUTANT_LIMIT_MS } = options;
  const all = mutants(claim.rhs);
  const survivors = all.flatMap((rhs): Survivor[] => {
    const { verdict } = decide({ ...claim, rhs }, { timeLimitMs, diagnose: false });
    return verdict === 'refuted' ? [] : [{ claim: { ...claim, rhs: toText(rhs) }, verdict }];
  });
  return { refuted: all.length - survivors.length, total: all.length, survivors };
}
