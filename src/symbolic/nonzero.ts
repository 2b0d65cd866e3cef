/** Where expressions must not vanish, as conditions beyond the declared domains. */
import { prepare } from './claim.ts';
import { startClock, TimeUp } from './clock.ts';
import { conditionText, openRequirements } from './conditions.ts';
import { div, number } from './expr.ts';
import { Normal } from './normal.ts';
import { FieldLimit } from './numbers.ts';
import { Random } from './random.ts';
import type { Claim } from './verdict.ts';

/** Conditions such as `y ≠ 0` under which the left side of a claim vanishes nowhere; null where it may be 0 everywhere. */
export function nonzeroConditions(claim: Claim, timeLimitMs: number): string[] | null {
  const prepared = prepare(claim);
  try {
    const normal = new Normal(prepared, Random.of('nonzero', 0), startClock(timeLimitMs));
    const inverse = div(number(1), prepared.lhs);
    normal.read(inverse);
    return openRequirements([inverse], normal).map(conditionText);
  } catch (error) {
    if (error instanceof FieldLimit || error instanceof TimeUp) return null;
    throw error;
  }
}
