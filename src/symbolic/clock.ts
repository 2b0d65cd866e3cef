/** Thrown inside loops when a decision's time is up. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

export type Clock = { check(): void; left(): number };

type Limit = { readonly end: number; readonly ms: number };

/** The limit of the decision in progress. Decisions nest, and none runs longer than those around it. */
let current: Limit = { end: Infinity, ms: Infinity };

/** @throws RangeError when it is no number of milliseconds */
export function requireLimit(ms: number): void {
  if (!(ms >= 0)) throw new RangeError(`timeLimitMs: ${ms}: expected a number of milliseconds, 0 or more`);
}

function limitOf(ms: number): Limit {
  requireLimit(ms);
  const end = performance.now() + ms;
  return end < current.end ? { end, ms } : current;
}

function checkLimit({ end, ms }: Limit): void {
  if (performance.now() > end) throw new TimeUp(`time limit of ${Math.round(ms)} ms reached`);
}

/** A clock that ends after `limitMs`, and no later than the decision in progress. @throws RangeError for no number */
export function startClock(limitMs: number): Clock {
  const limit = limitOf(limitMs);
  return { left: () => limit.end - performance.now(), check: () => checkLimit(limit) };
}

/** Runs `work` with a clock of its own; until it returns, `checkTime` and clocks started within it end with that one. */
export function withinTime<T>(limitMs: number, work: (clock: Clock) => T): T {
  const outer = current;
  const limit = limitOf(limitMs);
  current = limit;
  try {
    return work({ left: () => limit.end - performance.now(), check: () => checkLimit(limit) });
  } finally {
    current = outer;
  }
}

/** For loops that have no clock at hand. @throws TimeUp when the decision in progress has run out of time */
export function checkTime(): void {
  if (current.end !== Infinity) checkLimit(current);
}

/** Milliseconds that the decision in progress has left; Infinity outside of one. */
export const timeLeft = (): number => current.end - performance.now();
