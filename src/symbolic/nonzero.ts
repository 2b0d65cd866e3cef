/** Where an expression is defined and where it must not vanish, as conditions beyond the declared domains. */
import { prepare } from './claim.ts';
import { startClock, TimeUp } from './clock.ts';
import { conditionText, openRequirements } from './conditions.ts';
import { decide } from './decide.ts';
import { div, mul, number, type Expr } from './expr.ts';
import { Normal } from './normal.ts';
import { FieldLimit } from './numbers.ts';
import { parse } from './parse.ts';
import { Random } from './random.ts';
import type { Claim } from './verdict.ts';

/**
 * Conditions such as `y ≠ 0` under which the left side of a claim `expression = 0` vanishes nowhere; null where it may be 0
 * everywhere: unless it is certainly not 0, a point must show that it is not.
 */
export function nonzeroConditions(claim: Claim, timeLimitMs: number): string[] | null {
  const open = required(claim, (lhs) => div(number(1), lhs), timeLimitMs);
  const shown = open?.length === 0 || decide(claim, { timeLimitMs, diagnose: false }).verdict === 'refuted';
  return shown ? open : null;
}

/** Conditions under which the left side of a claim is defined, beyond the declared domains; null when it took too long. */
export const definedWhere = (claim: Claim, timeLimitMs: number): string[] | null =>
  required(claim, (lhs) => lhs, timeLimitMs);

/** Is there a point that all relations and domains of a claim allow? Only a point that was found says so. */
export const isInhabited = (claim: Omit<Claim, 'lhs' | 'rhs'>, timeLimitMs: number): boolean =>
  decide({ ...claim, lhs: number(1), rhs: number(0) }, { timeLimitMs, diagnose: false }).verdict ===
  'refuted';

/** Is there a point of the claims' common set at which all these conditions hold? Only a point that was found says so. */
export function canHoldTogether(
  conditions: readonly string[],
  claims: readonly Claim[],
  timeLimitMs: number,
): boolean {
  const read = conditions.map((text) => /^(.*) (≠|≥|>) 0$/.exec(text)!.slice(1));
  const nonzero = read.filter(([, relation]) => relation === '≠').map(([text]) => parse(text));
  const above = read.filter(([, relation]) => relation !== '≠').map(([text]) => `0 < ${text}`);
  const asked = {
    lhs: mul(number(1), ...nonzero),
    rhs: number(0),
    symbols: Object.assign({}, ...claims.map(({ symbols }) => symbols)) as Claim['symbols'],
    given: [...new Set(claims.flatMap(({ given = [] }) => given)), ...above],
  };
  return decide(asked, { timeLimitMs, diagnose: false }).verdict === 'refuted';
}

function required(claim: Claim, asked: (lhs: Expr) => Expr, timeLimitMs: number): string[] | null {
  const prepared = prepare(claim);
  try {
    const normal = new Normal(prepared, Random.of('nonzero', 0), startClock(timeLimitMs));
    const expr = asked(prepared.lhs);
    normal.read(expr);
    return openRequirements([expr], normal).map(conditionText);
  } catch (error) {
    if (error instanceof FieldLimit || error instanceof TimeUp) return null;
    throw error;
  }
}
