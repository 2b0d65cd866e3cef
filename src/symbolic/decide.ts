import { prepare } from './claim.ts';
import { startClock, TimeUp } from './clock.ts';
import { realCheck } from './real.ts';
import { Random } from './random.ts';
import { toText } from './expr.ts';
import { simplestCounterexample } from './counterexample.ts';
import type { Claim, DecideOptions, Verdict } from './verdict.ts';

const TIME_LIMIT_MS = 5000;

/** Decides a claim. Throws ClaimError when it is malformed; never runs past the time limit. */
export function decide(claim: Claim, options: DecideOptions = {}): Verdict {
  const { timeLimitMs = TIME_LIMIT_MS, seed = 0 } = options;
  const start = performance.now();
  const finish = (verdict: Omit<Verdict, 'ms' | 'conditions'> & { conditions?: string[] }): Verdict => ({
    conditions: [],
    ...verdict,
    ms: Math.round((performance.now() - start) * 100) / 100,
  });
  const prepared = prepare(claim);
  if (prepared.vacuous) return finish({ verdict: 'vacuous', method: 'comparison', reason: prepared.vacuous });
  if (prepared.empty)
    return finish({ verdict: 'undecided', method: 'none', reason: `empty set: ${prepared.empty}` });
  const clock = startClock(timeLimitMs);
  try {
    const random = Random.of(`${toText(prepared.lhs)} = ${toText(prepared.rhs)}`, seed);
    const real = realCheck(prepared, random, clock);
    if (real.kind === 'refuted') {
      const counterexample = simplestCounterexample(prepared, real.point, random, clock);
      return finish({ verdict: 'refuted', method: 'counterexample with error balls', counterexample });
    }
    if (real.kind === 'unclear') return finish({ verdict: 'undecided', method: 'real', reason: real.reason });
    return finish({ verdict: 'undecided', method: 'real', reason: 'no counterexample found; not certified' });
  } catch (error) {
    if (error instanceof TimeUp)
      return finish({ verdict: 'undecided', method: 'none', reason: error.message });
    throw error;
  }
}
