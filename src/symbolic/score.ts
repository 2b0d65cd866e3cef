/** What single edits of a step tell: how many the checker refutes, and which one would repair a refuted step. */
import { edits } from './edits.ts';
import { childrenOf, equalExpr, toText, type Expr } from './expr.ts';
import type { StepMutants } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';

/** The verdict on the step with this line in place of its own. */
type Holds = (line: Expr) => string;

/** Looking for a repair stops after this long: it is a help, not a verdict. */
const DIAGNOSIS_MS = 2000;

/** Counts the single-token edits of a proved line that are refuted, and lists the others. */
export function mutationScore(line: Expr, holds: Holds): StepMutants {
  const edited = edits(line);
  const survivors = edited.flatMap((edit) => {
    const verdict = holds(edit);
    if (verdict === 'refuted') return [];
    const [before, after] = difference(line, edit);
    return [{ text: `${toText(before)} → ${toText(after)}`, verdict }];
  });
  return { refuted: edited.length - survivors.length, total: edited.length, survivors };
}

/** `holds with $b$ in place of $a$`, for the first single edit under which the step is proved; `names` may be written in. */
export function diagnose(
  line: Expr,
  names: readonly string[],
  symbols: SymbolTable,
  holds: Holds,
): string | undefined {
  const end = performance.now() + DIAGNOSIS_MS;
  for (const edit of edits(line, names)) {
    if (performance.now() > end) return undefined;
    if (!['proved', 'vacuous'].includes(holds(edit))) continue;
    const [before, after] = difference(line, edit);
    return `holds with $${typeset(after, symbols)}$ in place of $${typeset(before, symbols)}$`;
  }
  return undefined;
}

/** The smallest subexpressions in which two expressions differ; of a single token, what it stands in. */
export function difference(a: Expr, b: Expr): [Expr, Expr] {
  const [xs, ys] = [childrenOf(a), childrenOf(b)];
  if (a.kind !== b.kind || xs.length !== ys.length) return [a, b];
  const changed = xs.flatMap((x, i) => (equalExpr(x, ys[i]) ? [] : [i]));
  if (changed.length !== 1) return [a, b];
  const [x, y] = [xs[changed[0]], ys[changed[0]]];
  return isToken(x) || isToken(y) ? [a, b] : difference(x, y);
}

/** A symbol or a number, its sign included. */
const isToken = (e: Expr): boolean => childrenOf(e.kind === 'neg' ? e.arg : e).length === 0;
