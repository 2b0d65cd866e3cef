/** A repair in words: the smallest part of the line that tells it, in whichever way its parts are shown. */
import { childrenOf, equalExpr, nodesOf, sameHead, type Expr } from './expr.ts';
import { flipped, isToken } from './slips.ts';

/** What a repair does, where the parts that differ do not tell it best. */
export type RepairNote =
  | { kind: 'sign' }
  | { kind: 'term sign'; index: number }
  | { kind: 'index' }
  | { kind: 'exchanged'; a: Expr; b: Expr; within?: Expr }
  | { kind: 'without'; dropped: Expr }
  | { kind: 'cross term'; added: Expr }
  | { kind: 'both'; changes: [Expr, Expr][] };

/** A line, what it becomes, and what that is called. */
export interface Repair {
  readonly line: Expr;
  readonly whole: Expr;
  readonly note?: RepairNote;
}

type Show = (e: Expr) => string;

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

/**
 * `holds with b in place of a` and the like. `indexOf` tells the index of a symbol (`t-1`), where the table says it.
 */
export function repairWords(
  { line, whole, note }: Repair,
  show: Show,
  indexOf: (name: string) => string | undefined = () => undefined,
): string {
  const inPlace = ([before, after]: readonly [Expr, Expr]): string =>
    `${show(after)} in place of ${show(before)}`;
  const change = differenceShown(line, whole);
  switch (note?.kind) {
    case 'sign':
      return isToken(line) ? `holds with ${inPlace(change)}` : 'holds with the opposite sign';
    case 'term sign': {
      const ordinal = ordinals[note.index];
      return `${ordinal ? `sign of the ${ordinal} term: ` : ''}holds with ${inPlace(change)}`;
    }
    case 'index': {
      const [, after] = difference(line, whole);
      const index = after.kind === 'symbol' ? indexOf(after.name) : undefined;
      return `${index ? `index ${index}: ` : ''}holds with ${inPlace(change)}`;
    }
    case 'exchanged': {
      const { a, b, within } = note;
      return `holds with ${show(a)} and ${show(b)} exchanged${within ? ` in ${show(within)}` : ''}`;
    }
    case 'without':
      return `holds without the term ${show(note.dropped)}`;
    case 'cross term':
      return `holds with the cross term ${show(note.added)} added`;
    case 'both':
      return `holds with ${note.changes.map(inPlace).join(' and ')}`;
    default:
      return `holds with ${inPlace(change)}`;
  }
}

/** The smallest subexpressions in which two expressions differ. */
const difference = (a: Expr, b: Expr): readonly [Expr, Expr] => differences(a, b).at(-1)!;

/** The subexpressions on the way to the one place in which two expressions differ, from the whole down. */
function differences(a: Expr, b: Expr): (readonly [Expr, Expr])[] {
  const found: [Expr, Expr][] = [];
  for (;;) {
    found.push([a, b]);
    const [xs, ys] = [childrenOf(a), childrenOf(b)];
    if (!sameHead(a, b) || xs.length !== ys.length) return found;
    const changed = xs.flatMap((x, i) => (equalExpr(x, ys[i]) ? [] : [i]));
    if (changed.length !== 1) return found;
    [a, b] = [xs[changed[0]], ys[changed[0]]];
  }
}

/** The smallest that reads well: what stands at one place of the line only, and is more than a number or a sign. */
export function differenceShown(line: Expr, whole: Expr): readonly [Expr, Expr] {
  const found = differences(line, whole).findLast(
    ([a, b]) =>
      occurrences(line, a) === 1 &&
      ![a, b].some((e) => isToken(e) && (e.kind === 'neg' ? e.arg : e).kind === 'number') &&
      !(isToken(a) && equalExpr(flipped(a), b)),
  );
  return found ?? [line, whole];
}

/** How often a part stands in an expression. */
export const occurrences = (whole: Expr, part: Expr): number => {
  const counts = new Map<Expr, number>();
  for (const e of nodesOf(whole))
    counts.set(e, equalExpr(e, part) ? 1 : childrenOf(e).reduce((sum, child) => sum + counts.get(child)!, 0));
  return counts.get(whole)!;
};
