/** Whether what has a meaning on the chains that were tried keeps it on all longer ones. */
import type { ChainModel } from './model.ts';
import { Order } from './order.ts';
import type { Extent } from './reading.ts';
import { childrenOf, densitiesAt } from './rewrite.ts';
import {
  END,
  indicesAt,
  isSpan,
  placeText,
  shift,
  START,
  type ChainExpr,
  type Place,
  type Statement,
} from './syntax.ts';

/** Of a statement that no rule has read: does it say something at every length, as at those that were tried? */
export function keepsMeaning(
  model: ChainModel,
  { lhs, rhs }: Pick<Statement, 'lhs' | 'rhs'>,
  { ranges, least }: Extent,
): boolean {
  const order = ranges.reduce(
    (known, { index, from, to }) => known.within(index, from, to),
    Order.ofLength(least),
  );
  return !model.long || [lhs, rhs].every((side) => hasMeaning(side, order));
}

/**
 * Is every variable certainly one of the chain, every run none that goes backwards, and no density of a variable twice?
 * x_5 and x_{T-5} differ on every chain shorter than 10. Where the order does not tell, the answer is no.
 */
function hasMeaning(expr: ChainExpr, order: Order): boolean {
  const within =
    expr.kind === 'sum' || expr.kind === 'prod' ? order.within(expr.index, expr.from, expr.to) : order;
  return isReadable(expr, order) && childrenOf(expr).every((child) => hasMeaning(child, within));
}

function isReadable(expr: ChainExpr, order: Order): boolean {
  const read = (places: readonly Place[]): boolean => places.every((place) => isInChain(place, order));
  const once = (places: readonly Place[], others: readonly Place[]): boolean =>
    places.every((a, i) => [...places.slice(i + 1), ...others].every((b) => areApart(a, b, order)));
  if (expr.kind === 'function') return read(expr.args);
  if (expr.kind === 'integral') return read(expr.over) && once(expr.over, []);
  // What a mean is over may be named twice, and may be given.
  return densitiesAt(expr).every(
    ({ left, given }) => read([...left, ...given]) && (expr.kind === 'expect' || once(left, given)),
  );
}

function isInChain(place: Place, order: Order): boolean {
  const [from, to] = isSpan(place) ? [place.from, place.to] : [place.index, place.index];
  if (from === undefined || to === undefined) return true;
  return order.atMost(START, from) && order.atMost(to, END) && order.atMost(from, shift(to, 1));
}

function areApart(a: Place, b: Place, order: Order): boolean {
  if (a.family !== b.family) return true;
  const [ends, others] = [indicesAt(a), indicesAt(b)];
  if (ends.length === 0 || others.length === 0) return placeText(a) !== placeText(b);
  return order.atMost(shift(ends.at(-1)!, 1), others[0]) || order.atMost(shift(others.at(-1)!, 1), ends[0]);
}
