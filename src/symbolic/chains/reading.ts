/** What a statement says at each length of the chain, and from which length on it says anything: the one place for both. */
import type { Clock } from '../clock.ts';
import { ground, Grounding, sumsIn, TooLong, type Ground } from './ground.ts';
import { indexValue, Meaningless, variablesOf, type ChainModel } from './model.ts';
import { exprWith, indicesIn, subexpressions } from './rewrite.ts';
import { isNonNegative } from './sign.ts';
import { indexText, type ChainExpr, type IndexRange, type Statement } from './syntax.ts';
import { chainText } from './text.ts';

/** What a statement is claimed for: every T from `least` on, and every value of its free indices. */
export interface Extent {
  readonly least: number;
  readonly ranges: readonly IndexRange[];
}

/** A statement at one length: as many instances as its free indices have values. */
export interface Instance {
  readonly lhs: Ground;
  readonly rhs: Ground;
  /** The values of the free indices: `t = 2`. */
  readonly at: string;
}

export interface AtLength {
  readonly length: number;
  readonly instances: readonly Instance[];
  readonly seen: Grounding;
  /** Is it the first at which some sum or product has terms? */
  readonly fills: boolean;
}

type Sides = Pick<Statement, 'lhs' | 'rhs'>;

export const LEFT = 'left';
export const RIGHT = 'right';
const LENGTHS = 4; // that are written out
const SEARCHED = 8; // lengths looked at for the first at which the statement, and every sum in it, has a meaning

/**
 * The first lengths at which the statement claims something, and those further on at which a sum has its first terms. Where
 * it has no meaning on the shortest chains (an index outside of them, a variable given itself), it is about the lengths from
 * which on it has one; where it never has one, or loses it further on, there are no lengths, and a reason. `unseen`: a sum in
 * it has no terms at any of the lengths.
 */
export function readings(
  model: ChainModel,
  statement: Sides,
  { least, ranges }: Extent,
  clock?: Clock,
): { lengths: readonly AtLength[]; reason?: string; unseen?: boolean } {
  const unclear = unreadable(model, statement, ranges);
  if (unclear !== undefined) return { lengths: [], reason: unclear };
  const lengths: AtLength[] = [];
  let reason: string | undefined;
  const last = model.long ? least + SEARCHED - 1 : least;
  const empty = new Set([...sumsIn(statement.lhs, LEFT), ...sumsIn(statement.rhs, RIGHT)]);
  for (let length = least; length <= last && (lengths.length < LENGTHS || empty.size > 0); length++) {
    try {
      const seen = new Grounding(length, clock, variablesOf(model, length));
      const instances = instancesOf(statement, ranges, seen, '');
      const fills = [...seen.filled].some((path) => empty.delete(path));
      if (instances.length > 0 && (lengths.length < LENGTHS || fills))
        lengths.push({ length, instances, seen, fills });
    } catch (error) {
      if (error instanceof TooLong && lengths.length > 0) break;
      if (!(error instanceof Meaningless || error instanceof TooLong)) throw error;
      if (lengths.length > 0 || error instanceof TooLong) return { lengths: [], reason: error.message };
      reason ??= error.message;
    }
  }
  return { lengths, reason, unseen: empty.size > 0 };
}

/** Why a statement has no meaning whatever the length, or undefined. */
function unreadable(
  model: ChainModel,
  { lhs, rhs }: Sides,
  ranges: readonly IndexRange[],
): string | undefined {
  const bounds = ranges.flatMap(({ from, to }) => [from, to]);
  const long = [...indicesIn(lhs), ...indicesIn(rhs), ...bounds].find(({ base }) => base === 'T');
  if (long !== undefined && !model.long)
    return `${indexText(long)} is read, and no density of the model is a chain x_0 … x_T`;
  for (const expr of [lhs, rhs].flatMap(subexpressions)) {
    if (expr.kind !== 'log' || isNonNegative(expr.arg, model.positive)) continue;
    const signed = subexpressions(expr.arg).flatMap((e) =>
      e.kind === 'function' && !model.positive.has(e.name) ? [e.name] : [],
    );
    const remedy =
      signed.length === 0
        ? ''
        : `; where ${signed[0]} is positive, declare it: { positive: ['${signed[0]}'] }`;
    return `the logarithm of ${chainText(expr.arg)}, which may be negative${remedy}`;
  }
  return undefined;
}

function instancesOf(
  { lhs, rhs }: Sides,
  ranges: readonly IndexRange[],
  seen: Grounding,
  at: string,
): Instance[] {
  const { length } = seen;
  if (ranges.length === 0) return [{ lhs: ground(lhs, seen, LEFT), rhs: ground(rhs, seen, RIGHT), at }];
  const [{ index, from, to }, ...rest] = ranges;
  const [low, high] = [indexValue(from, length), indexValue(to, length)];
  const count = Math.max(0, high - low + 1);
  seen.spend(count);
  return Array.from({ length: count }, (_, i) => {
    const put = (e: ChainExpr): ChainExpr => exprWith(e, index, { base: '', plus: low + i });
    const each = `${at}${at && ', '}${index} = ${low + i}`;
    return instancesOf({ lhs: put(lhs), rhs: put(rhs) }, rest, seen, each);
  }).flat();
}
