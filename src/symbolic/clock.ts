/** Thrown inside loops when a decision's time is up. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

export type Clock = { check(): void; left(): number };

export function startClock(limitMs: number): Clock {
  const end = performance.now() + limitMs;
  return {
    left: () => end - performance.now(),
    check() {
      if (performance.now() > end) throw new TimeUp(`time limit of ${limitMs} ms reached`);
    },
  };
}
