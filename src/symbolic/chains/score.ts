/** How many single edits of a proved line the finite chains refute: a check that cannot fail is worth nothing. */
import { startClock, TimeUp, type Clock } from '../clock.ts';
import type { StepMutants } from '../step.ts';
import { edits } from './edits.ts';
import { finiteCheck } from './finite-check.ts';
import type { ChainModel } from './model.ts';
import { chainText } from './text.ts';
import { proveByRules } from './prove.ts';
import type { Extent } from './reading.ts';
import type { Statement } from './syntax.ts';

// The count must not depend on the machine: the number of edits ends it, the time only a runaway one.
const MAX_EDITS = 80;
const TIME_MS = 10_000;

/** Edits of the right-hand side that say something on some chain. Those that no chain refutes are listed. Ends in time with those counted by then. */
export function chainMutants(model: ChainModel, statement: Statement, extent: Extent): StepMutants {
  const clock = startClock(TIME_MS);
  let [refuted, total] = [0, 0];
  const survivors: StepMutants['survivors'] = [];
  try {
    for (const { expr } of edits(statement.rhs, [...model.densities.keys()]).slice(0, MAX_EDITS)) {
      const mutant = { ...statement, rhs: expr };
      const { kind } = finiteCheck(model, mutant, { ...extent, quick: true, clock });
      if (kind === 'unable') continue;
      const survived = kind !== 'refuted' && {
        text: chainText(expr),
        verdict: survivor(model, mutant, extent, clock),
      };
      total++;
      if (survived) survivors.push(survived);
      else refuted++;
    }
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
  }
  return { refuted, total, survivors };
}

function survivor(model: ChainModel, mutant: Statement, { ranges, least }: Extent, clock: Clock): string {
  if (mutant.relation !== '=') return 'not refuted';
  return proveByRules(model, mutant, ranges, least, clock).kind === 'proved' ? 'proved' : 'not refuted';
}
