/** What single edits of a step tell: how many the checker refutes, and which one would repair a refuted step. */
import { edits } from './edits.ts';
import { timeLeft } from './clock.ts';
import { shownText, type Expr } from './expr.ts';
import { differenceShown, repairWords } from './repair-words.ts';
import { repairs } from './repair.ts';
import type { StepMutants } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';

/** What is found of the step with another line in place of its own; conditions as TeX. */
export interface Held {
  verdict: string;
  conditions: readonly string[];
  definedNowhere?: boolean;
}
type Holds = (line: Expr) => Held;

/**
 * Counts the single-token edits of a proved line that are refuted, and lists the others. One that is defined nowhere says
 * nothing that could be refuted: it is not counted. When time runs out, the score is that of the edits tried.
 */
export function mutationScore(line: Expr, holds: Holds): StepMutants {
  let refuted = 0;
  const survivors: StepMutants['survivors'] = [];
  for (const edit of edits(line)) {
    const { verdict, definedNowhere } = holds(edit);
    if (timeLeft() <= 0) break;
    if (verdict === 'refuted') refuted++;
    if (verdict === 'refuted' || definedNowhere) continue;
    const [before, after] = differenceShown(line, edit);
    survivors.push({ text: `${shownText(before)} → ${shownText(after)}`, verdict });
  }
  return { refuted, total: refuted + survivors.length, survivors };
}

/**
 * `holds with $b$ in place of $a$` and the like, for the first repair under which the step is proved without a condition,
 * else for the first under which it is proved at all, with its conditions (or tested: the caller says so); `names` may be written in. Undefined when none
 * is found among those tried, whose number `repairs` bounds, or in the time of the decision in progress.
 */
export function diagnose(
  line: Expr,
  names: readonly string[],
  symbols: SymbolTable,
  holds: Holds,
): string | undefined {
  let fallback: string | undefined;
  for (const repair of repairs(line, names, (name) => symbols.get(name).tex)) {
    if (timeLeft() <= 0) break;
    const { verdict, conditions } = holds(repair.whole);
    if (verdict !== 'proved' && verdict !== 'tested' && verdict !== 'vacuous') continue;
    const words = repairWords(
      repair,
      (part) => `$${typeset(part, symbols)}$`,
      (name) => indexOf(symbols.get(name).tex),
    );
    if (conditions.length === 0) return words;
    fallback ??= `${words}, where $${conditions.join(', ')}$`;
  }
  return fallback;
}

/** `$t-1$` of `x_{t-1}`. */
function indexOf(tex: string): string | undefined {
  const index = /_(?:\{([^{}]*)\}|(.))$/.exec(tex);
  return index ? `$${index[1] ?? index[2]}$` : undefined;
}
