/** Integrals of terms: variables that nothing but joint marginals read are integrated out, the others stay bound. */
import type { Clock } from '../clock.ts';
import { ONE } from '../rational.ts';
import { OrderUnknown, type Order } from './order.ts';
import type { Structure } from './structure.ts';
import { distinct, freeOf, pointsOf } from './closed.ts';
import { canonical, canonicalText, joints, negated, type Joint, type Ranged, type Term } from './terms.ts';
import { Divergent, Unsupported } from './unsupported.ts';
import { isSpan, placeText, type Place, type Point } from './syntax.ts';

/** Where the rules look things up and write down what they used. */
export interface Context {
  structure(density: string): Structure;
  /** A rule was used. */
  used(rule: string): void;
  /** TeX of what a rule rests on. */
  needs(condition: string): void;
  readonly clock: Clock;
}

/** Ratios of joints multiplied out: equal ones cancel. Products over an index are kept as they are. */
export function cancelled(weight: readonly Ranged<Joint>[]): Ranged<Joint>[] {
  const open = weight.filter(({ over }) => over !== undefined);
  const single = canonical(
    weight.filter(({ over }) => over === undefined),
    joints,
  );
  if (open.length > 0) {
    const all = canonical(weight, joints);
    // Without formal sums left, the products over an index have cancelled altogether.
    if ([...all.values()].every(({ before }) => before === undefined)) return plainItems(all);
  }
  return [...plainItems(single), ...open];
}

const plainItems = (entries: ReturnType<typeof canonical<Joint>>): Ranged<Joint>[] =>
  [...entries.values()].map(({ coefficient, atom }) => ({ coefficient, atom }));

/** Two variables of one term whose names differ must differ: x_{t-1} is not x_0. @throws OrderUnknown */
export function assertDistinct(term: Term, order: Order): void {
  const points = distinct([...pointsOf(term), ...term.bound]);
  points.forEach((a, i) =>
    points.slice(i + 1).forEach((b) => {
      if (a.family !== b.family || a.index === undefined || b.index === undefined) return;
      if (order.compare(a.index, b.index) === 0) throw new OrderUnknown(a.index, b.index);
    }),
  );
}

/** ∫ term over these points, which must be free in it. @throws Unsupported where the integral diverges */
export function integrated(term: Term, over: readonly Point[], order: Order, context: Context): Term {
  const read = pointsOf(term).map(placeText);
  const within = term.closed.flatMap(freeOf).map(placeText);
  for (const point of over) {
    if (within.includes(placeText(point)))
      throw new Unsupported(`an integral over ${placeText(point)} of a product of integrals that read it`);
    if (!read.includes(placeText(point))) throw diverges(point);
    if (term.bound.some((b) => placeText(b) === placeText(point)))
      throw new Unsupported(`${placeText(point)} is integrated over twice`);
  }
  const whole = { ...term, bound: [...term.bound, ...over] };
  assertDistinct(whole, order);
  const left = eliminated(whole, order, context);
  if (left.weight.some(({ over }) => over !== undefined)) return left;
  const still = pointsOf(left).map(placeText);
  const densities = left.weight.flatMap(({ coefficient, atom }) => (coefficient.n > 0n ? atom.points : []));
  const measured = densities.map(placeText);
  for (const point of left.bound) {
    if (!still.includes(placeText(point))) throw diverges(point);
    if (!measured.includes(placeText(point))) context.needs('\\text{the integrals are finite}');
  }
  return left;
}

const diverges = (point: Point): Divergent =>
  new Divergent(`an integral over ${placeText(point)} of what does not depend on it`);

function eliminated(term: Term, order: Order, context: Context): Term {
  if (term.weight.some(({ over }) => over !== undefined)) return term;
  const kept = pointsOf({ ...term, weight: [] }).map(placeText);
  for (const variable of term.bound) {
    if (kept.includes(placeText(variable))) continue;
    const weight = withoutVariable(term.weight, variable, order, context);
    if (weight === undefined) continue;
    context.used('marginalisation');
    const bound = term.bound.filter((b) => b !== variable);
    return eliminated({ ...term, bound, weight }, order, context);
  }
  return term;
}

/** ∫ Π joints d(variable): the part that reads the variable must be that of one joint, which becomes its marginal. */
function withoutVariable(
  weight: readonly Ranged<Joint>[],
  variable: Point,
  order: Order,
  context: Context,
): Ranged<Joint>[] | undefined {
  const name = placeText(variable);
  const reads = ({ atom }: Ranged<Joint>): boolean => atom.points.some((p) => placeText(p) === name);
  const part = weight.filter(reads);
  const [density] = new Set(part.map(({ atom }) => atom.density));
  if (part.length === 0 || part.some(({ atom }) => atom.density !== density)) return undefined;
  const points = distinct(part.flatMap(({ atom }) => atom.points));
  const { decompose } = context.structure(density);
  const joint = decompose(points, order);
  const text = (items: readonly Ranged<Joint>[]): string => canonicalText(canonical(items, joints));
  if (text(joint.filter(reads)) !== text(part)) return undefined;
  const marginal = decompose(
    points.filter((p) => placeText(p) !== name),
    order,
  );
  return cancelled([...weight, ...negated(joint), ...marginal]);
}

/** ∫ over runs of variables: a joint among the factors covers them, and nothing else reads them. */
export function integratedRuns(term: Term, over: readonly Place[], order: Order, context: Context): Term {
  if (term.functions.length + term.closed.length + term.bound.length > 0 || term.log !== undefined)
    throw new Unsupported('an integral over a run of variables of more than densities');
  const names = new Set(over.filter((p) => !isSpan(p)).map(placeText));
  const families = new Set(over.map(({ family }) => family));
  const canonicalWeight = canonical(term.weight, joints);
  // Formal sums leave single terms outside the chain behind, such as x_{-1}.
  const within = ({ index }: Point): boolean =>
    index === undefined ||
    (order.atMost({ base: '', plus: 0 }, index) && order.atMost(index, { base: 'T', plus: 0 }));
  const fixed = distinct(
    [...canonicalWeight.values()].flatMap(({ atom, before }) => (before === undefined ? atom.points : [])),
  ).filter(
    (p) => !names.has(placeText(p)) && within(p) && (!families.has(p.family) || outsideRuns(p, over, order)),
  );
  const candidates = [[], ...fixed.map((p) => [p]), fixed];
  for (const density of new Set(term.weight.map(({ atom }) => atom.density))) {
    for (const rest of candidates) {
      const { decompose } = context.structure(density);
      const joint = decompose([...over, ...rest], order);
      const left = canonical([...term.weight, ...negated(joint)], joints);
      const entries = [...left.values()];
      if (entries.some(({ before }) => before !== undefined)) continue;
      if (entries.some(({ atom }) => atom.points.some((p) => !outsideRuns(p, over, order)))) continue;
      context.used('marginalisation');
      return { ...term, weight: cancelled([...plainItems(left), ...decompose(rest, order)]) };
    }
  }
  throw new Unsupported('an integral over a run of variables that no single joint covers');
}

/** Is the point certainly none of these? */
function outsideRuns(point: Point, places: readonly Place[], order: Order): boolean {
  return places.every((place) => {
    if (place.family !== point.family || point.index === undefined)
      return placeText(place) !== placeText(point);
    if (!isSpan(place)) return place.index === undefined || order.compare(place.index, point.index) !== 0;
    const { plus, base } = point.index;
    return (
      order.atMost({ base, plus: plus + 1 }, place.from) || order.atMost(place.to, { base, plus: plus - 1 })
    );
  });
}

export const unit: Term = { bound: [], weight: [], functions: [], closed: [] };
export const constant = (coefficient = ONE): Ranged<Term> => ({ coefficient, atom: unit });
