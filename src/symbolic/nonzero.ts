/** Where an expression must not vanish, as conditions beyond the declared domains. */
import { prepare } from './claim.ts';
import { startClock, TimeUp } from './clock.ts';
import { conditionText, openRequirements } from './conditions.ts';
import { decide } from './decide.ts';
import { div, number } from './expr.ts';
import { Normal } from './normal.ts';
import { FieldLimit } from './numbers.ts';
import { Random } from './random.ts';
import type { Claim } from './verdict.ts';

/**
 * Conditions such as `y ≠ 0` under which the left side of a claim `expression = 0` vanishes nowhere; null where it may be 0
 * everywhere: unless it is certainly not 0, a point must show that it is not.
 */
export function nonzeroConditions(claim: Claim, timeLimitMs: number): string[] | null {
  const prepared = prepare(claim);
  try {
    const normal = new Normal(prepared, Random.of('nonzero', 0), startClock(timeLimitMs));
    const inverse = div(number(1), prepared.lhs);
    normal.read(inverse);
    const open = openRequirements([inverse], normal).map(conditionText);
    const shown = open.length === 0 || decide(claim, { timeLimitMs, diagnose: false }).verdict === 'refuted';
    return shown ? open : null;
  } catch (error) {
    if (error instanceof FieldLimit || error instanceof TimeUp) return null;
    throw error;
  }
}
