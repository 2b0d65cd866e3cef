/** What single edits of a step tell: how many the checker refutes, and which one would repair a refuted step. */
import { decide } from './decide.ts';
import { edits } from './edits.ts';
import { number, symbolsOf, toText, type Expr } from './expr.ts';
import { differenceShown, repairWords } from './repair-words.ts';
import { repairs } from './repair.ts';
import type { StepMutants } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';

/** The verdict on the step with this line in place of its own. */
type Holds = (line: Expr) => string;

/**
 * Looking for a repair is bounded by how many are tried, so that it comes out the same everywhere; this ends only what
 * runs away.
 */
const DIAGNOSIS_MS = 5000;
const ZERO_MS = 200;

/** Counts the single-token edits of a proved line that are refuted, and lists the others. */
export function mutationScore(line: Expr, holds: Holds): StepMutants {
  const edited = edits(line);
  const survivors = edited.flatMap((edit) => {
    const verdict = holds(edit);
    if (verdict === 'refuted') return [];
    const [before, after] = differenceShown(line, edit);
    return [{ text: `${toText(before)} → ${toText(after)}`, verdict }];
  });
  return { refuted: edited.length - survivors.length, total: edited.length, survivors };
}

/**
 * `holds with $b$ in place of $a$` and the like, for the first repair under which the step is proved; `names` may be
 * written in. Undefined when none is found among those tried, or in time.
 */
export function diagnose(
  line: Expr,
  names: readonly string[],
  symbols: SymbolTable,
  holds: Holds,
): string | undefined {
  const end = performance.now() + DIAGNOSIS_MS;
  for (const repair of repairs(line, names, (name) => symbols.get(name).tex)) {
    if (performance.now() > end) return undefined;
    if (!['proved', 'vacuous'].includes(holds(repair.whole)) || isZero(repair.whole, symbols)) continue;
    return repairWords(
      repair,
      (part) => `$${typeset(part, symbols)}$`,
      (name) => indexOf(symbols.get(name).tex),
    );
  }
  return undefined;
}

/** A line that is 0 everywhere says nothing, and would hold up to any factor. */
function isZero(line: Expr, symbols: SymbolTable): boolean {
  const claim = { lhs: line, rhs: number(0), symbols: symbols.domains(symbolsOf(line)) };
  return ['proved', 'vacuous'].includes(decide(claim, { timeLimitMs: ZERO_MS, diagnose: false }).verdict);
}

/** `$t-1$` of `x_{t-1}`. */
function indexOf(tex: string): string | undefined {
  const index = /_(?:\{([^{}]*)\}|(.))$/.exec(tex);
  return index ? `$${index[1] ?? index[2]}$` : undefined;
}
