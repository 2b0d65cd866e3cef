/** Rules under a sum: what the range of its index says of the order holds there. */
import { OrderUnknown, type Order } from './order.ts';
import { terms, type Linear, type Ranged, type Term } from './terms.ts';
import { Unsupported } from './unsupported.ts';
import { shift, type IndexRange } from './syntax.ts';

export const MAX_PEELED = 2; // first or last terms split off a sum, to tell x_{t-1} from x_0

/** Under a sum, an index of a product could be mistaken for the sum's. */
export function noProducts({ weight }: Term): void {
  if (weight.some(({ over }) => over)) throw new Unsupported('a product over an index within a sum');
}

/**
 * Applies a rule to an item; to one summed over an index under what its range says of the order. Where that does not
 * settle the order, first or last terms are split off.
 */
export function onItem(
  item: Ranged<Term>,
  order: Order,
  rule: (term: Term, order: Order) => Term,
  peeled = 0,
): Linear {
  const { coefficient, over, atom } = item;
  if (over === undefined) return [{ coefficient, atom: rule(atom, order) }];
  if (order.atMost(shift(over.to, 1), over.from)) return [];
  try {
    return [{ coefficient, over, atom: rule(atom, order.within(over.index, over.from, over.to)) }];
  } catch (error) {
    if (!(error instanceof OrderUnknown) || peeled >= 2 * MAX_PEELED) throw error;
    if (!order.atMost(over.from, over.to)) throw new OrderUnknown(over.from, over.to);
    const low = peeled < MAX_PEELED;
    const { single, rest } = split(over, low);
    const one = { coefficient, atom: terms.with(atom, over.index, single) };
    return [
      ...onItem(one, order, rule),
      ...onItem({ coefficient, over: rest, atom }, order, rule, peeled + 1),
    ];
  }
}

/** The first or the last term of a sum, and the others. */
export const split = (over: IndexRange, low: boolean) =>
  low
    ? { single: over.from, rest: { ...over, from: shift(over.from, 1) } }
    : { single: over.to, rest: { ...over, to: shift(over.to, -1) } };
