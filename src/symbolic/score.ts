/** What single edits of a step tell: how many the checker refutes, and which one would repair a refuted step. */
import { edits } from './edits.ts';
import { toText, type Expr } from './expr.ts';
import { differenceShown, repairWords } from './repair-words.ts';
import { repairs } from './repair.ts';
import type { StepMutants } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';

/** What is found of the step with another line in place of its own; conditions as TeX. */
export interface Held {
  verdict: string;
  conditions: readonly string[];
}
type Holds = (line: Expr) => Held;

/**
 * Looking for a repair is bounded by how many are tried, so that it comes out the same everywhere; this ends only what
 * runs away.
 */
const DIAGNOSIS_MS = 5000;

/** Counts the single-token edits of a proved line that are refuted, and lists the others. */
export function mutationScore(line: Expr, holds: Holds): StepMutants {
  const edited = edits(line);
  const survivors = edited.flatMap((edit) => {
    const { verdict } = holds(edit);
    if (verdict === 'refuted') return [];
    const [before, after] = differenceShown(line, edit);
    return [{ text: `${toText(before)} → ${toText(after)}`, verdict }];
  });
  return { refuted: edited.length - survivors.length, total: edited.length, survivors };
}

/**
 * `holds with $b$ in place of $a$` and the like, for the first repair under which the step is proved without a condition,
 * else for the first under which it is proved at all, with its conditions; `names` may be written in. Undefined when none
 * is found among those tried, or in time.
 */
export function diagnose(
  line: Expr,
  names: readonly string[],
  symbols: SymbolTable,
  holds: Holds,
): string | undefined {
  const end = performance.now() + DIAGNOSIS_MS;
  let fallback: string | undefined;
  for (const repair of repairs(line, names, (name) => symbols.get(name).tex)) {
    if (performance.now() > end) break;
    const { verdict, conditions } = holds(repair.whole);
    if (verdict !== 'proved' && verdict !== 'vacuous') continue;
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
