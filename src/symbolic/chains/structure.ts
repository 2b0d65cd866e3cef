/** Conditional independence read off a factorisation: the logarithm of a joint as a combination of smaller joints. */
import { ONE } from '../rational.ts';
import { namesOf, pointOf, tablesOf, type JointDensity, type Table } from './model.ts';
import { OrderUnknown, type Order } from './order.ts';
import { separated } from './separation.ts';
import { jointOf, minusOne, type Joint, type Ranged } from './terms.ts';
import { Unsupported } from './unsupported.ts';
import {
  END,
  indexText,
  indicesAt,
  isSpan,
  placeText,
  sameIndex,
  shift,
  START,
  type Index,
  type Place,
  type Point,
  type Span,
} from './syntax.ts';

export interface Structure {
  /** log joint(places) = Σ coefficient · log joint. @throws OrderUnknown, Unsupported */
  decompose(places: readonly Place[], order: Order): Ranged<Joint>[];
}

/** @throws Unsupported for a chain whose factors reach further than neighbours. */
export function structureOf(joint: JointDensity): Structure {
  return joint.long ? chainStructure(joint) : graphStructure(joint, tablesOf(joint, SHORT));
}

/** The length of a graph whose factors do not read T: any that its indices fit into. */
const SHORT = 64;

/** Finitely many variables: d-separation in the graph of the factorisation. */
function graphStructure(joint: JointDensity, tables: readonly Table[]): Structure {
  const made = new Set(tables.flatMap(({ child }) => child));
  return {
    decompose: (places) => {
      if (places.some((place) => indicesAt(place).some(({ base }) => base !== '')))
        throw new Unsupported(`${joint.name} of a variable that depends on an index`);
      const names = namesOf(places, SHORT);
      const stranger = names.find((name) => !made.has(name));
      if (stranger !== undefined) throw new Unsupported(`${joint.name} is no density of ${stranger}`);
      return separated(tables, names).map(({ names: part, count }) => ({
        coefficient: { n: BigInt(count), d: 1n },
        atom: jointOf(joint.name, part.map(pointOf)),
      }));
    },
  };
}

/**
 * x_0 … x_T where every factor joins neighbours only, and perhaps some variables common to all (x_0 in
 * q(x_{t-1}|x_t,x_0)): a joint that is a product of functions of (x_i, x_{i+1}, common) is Markov given `common`, in
 * either direction.
 */
function chainStructure(joint: JointDensity): Structure {
  const common = commonPoints(joint);
  const family = joint.factors
    .flatMap(({ density: { left } }) => left)
    .find((place) => indicesAt(place).length > 0)?.family;
  const isCommon = (point: Point): boolean => common.some((c) => placeText(c) === placeText(point));
  const withCommon = (...points: Point[]): Joint => jointOf(joint.name, [...common, ...points]);
  return {
    decompose: (places, order) => {
      const list = places.flatMap((place) => (isSpan(place) ? splitSpan(place, common, order) : [place]));
      const inChain = list.filter((place): place is Place => isSpan(place) || !isCommon(place));
      const stranger = inChain.find((place) => place.family !== family);
      if (stranger !== undefined)
        throw new Unsupported(`${joint.name} is no density of ${placeText(stranger)}`);
      const given = common.filter((c) =>
        list.some((place) => !isSpan(place) && placeText(place) === placeText(c)),
      );
      const sorted = arrange(inChain, common, order);
      if (given.length < common.length) {
        if (sorted.some(isSpan))
          throw new Unsupported(
            `${joint.name} has no chain rule without ${common.map(placeText).join(', ')}`,
          );
        const points = [...given, ...(sorted as Point[])];
        return points.length === 0 ? [] : [{ coefficient: ONE, atom: jointOf(joint.name, points) }];
      }
      return chained(sorted, withCommon);
    },
  };
}

/** Pairs of neighbours over the joints of all but the first and the last. */
function chained(sorted: readonly Place[], joint: (...points: Point[]) => Joint): Ranged<Joint>[] {
  if (sorted.length === 0) {
    const atom = joint();
    return atom.points.length === 0 ? [] : [{ coefficient: ONE, atom }];
  }
  const at = (family: string, index: Index): Point => ({ family, index });
  const first = (place: Place): Point => (isSpan(place) ? at(place.family, place.from) : place);
  const last = (place: Place): Point => (isSpan(place) ? at(place.family, place.to) : place);
  const items: Ranged<Joint>[] = [
    { coefficient: ONE, atom: joint(first(sorted[0])) },
    { coefficient: ONE, atom: joint(last(sorted.at(-1)!)) },
  ];
  sorted.forEach((place, i) => {
    if (i > 0) items.push({ coefficient: ONE, atom: joint(last(sorted[i - 1]), first(place)) });
    if (!isSpan(place)) {
      items.push({ coefficient: minusOne, atom: joint(place) });
      return;
    }
    const { family, from, to } = place;
    const here = { base: '#', plus: 0 };
    const over = { index: '#', from, to };
    items.push({ coefficient: minusOne, over, atom: joint(at(family, here)) });
    items.push({
      coefficient: ONE,
      over: { ...over, from: shift(from, 1) },
      atom: joint(at(family, shift(here, -1)), at(family, here)),
    });
  });
  return items;
}

/** In the order of the chain, equal points once. @throws OrderUnknown, also where an index may leave the chain. */
function arrange(places: readonly Place[], common: readonly Point[], order: Order): Place[] {
  const ends = (place: Place): [Index, Index] => {
    if (isSpan(place)) return [place.from, place.to];
    if (place.index === undefined) throw new Unsupported(`${placeText(place)} is not part of the chain`);
    return [place.index, place.index];
  };
  for (const place of places) {
    const [from, to] = ends(place);
    for (const [a, b] of [
      [START, from],
      [from, to],
      [to, END],
    ])
      if (!order.atMost(a, b)) throw new OrderUnknown(a, b);
    for (const { family, index } of common)
      if (
        family === place.family &&
        index !== undefined &&
        !before(to, index, order) &&
        !before(index, from, order)
      )
        throw new OrderUnknown(index, from);
  }
  const once = [...new Map(places.map((place) => [placeText(place), place])).values()];
  const sorted: Place[] = [];
  for (const place of once) {
    const [from, to] = ends(place);
    const position = sorted.findIndex((other) => !before(ends(other)[1], from, order));
    if (position >= 0 && !before(to, ends(sorted[position])[0], order))
      throw new OrderUnknown(to, ends(sorted[position])[0]);
    sorted.splice(position < 0 ? sorted.length : position, 0, place);
  }
  return sorted;
}

/** a < b for certain, or b ≤ a for certain. @throws OrderUnknown otherwise */
const before = (a: Index, b: Index, order: Order): boolean => {
  if (order.atMost(shift(a, 1), b)) return true;
  if (order.atMost(b, a)) return false;
  throw new OrderUnknown(a, b);
};

/** A run that begins or ends at a common variable leaves it to stand alone. */
function splitSpan(span: Span, common: readonly Point[], order: Order): Place[] {
  if (!order.atMost(span.from, span.to)) throw new OrderUnknown(span.from, span.to);
  if (sameIndex(span.from, span.to)) return [{ family: span.family, index: span.from }];
  const edge = common.find(
    ({ family, index }) =>
      family === span.family && index && (sameIndex(index, span.from) || sameIndex(index, span.to)),
  );
  if (edge === undefined) return [span];
  const rest: Span = sameIndex(edge.index!, span.from)
    ? { ...span, from: shift(span.from, 1) }
    : { ...span, to: shift(span.to, -1) };
  return [edge, ...splitSpan(rest, common, order)];
}

/** The variables that every factor over an index has beside two neighbours. @throws Unsupported */
function commonPoints(joint: JointDensity): Point[] {
  const no = (): never => {
    throw new Unsupported(`${joint.text}: not a chain of neighbours, so no rule for all T`);
  };
  const all = joint.factors.map(({ density, over }) => ({
    over,
    places: [...density.left, ...density.given],
  }));
  const templates = all.filter(({ over }) => over !== undefined);
  const fixed = templates.map(({ over, places }) =>
    places.filter((place): place is Point => {
      if (isSpan(place)) return no();
      return place.index?.base !== over!.index;
    }),
  );
  const key = (points: readonly Point[]): string => points.map(placeText).sort().join();
  if (templates.length === 0 || fixed.some((points) => key(points) !== key(fixed[0]))) no();
  const common = fixed[0];
  const names = common.map(placeText);
  for (const { over, places } of all) {
    const moving = places.filter((place) => !names.includes(placeText(place)));
    const indices = moving.map((place) => (isSpan(place) || place.index === undefined ? no() : place.index));
    const families = new Set(moving.map(({ family }) => family));
    if (families.size > 1 || indices.length > 2 || (over && indices.length !== 2)) no();
    if (indices.length === 2) {
      const [a, b] = indices;
      if (a.base !== b.base || Math.abs(a.plus - b.plus) !== 1) no();
    }
  }
  const exogenous = tablesOf(joint, 5)
    .filter(
      ({ parents, label }) =>
        parents.length === 0 &&
        !all.some(
          ({ places, over }) =>
            !over && namesOf(places, 5).sort().join() === namesOf(label.left, 5).sort().join(),
        ),
    )
    .flatMap(({ child }) => child)
    .filter((name) => !namesOf(common, 5).includes(name));
  if (exogenous.length > 1) no();
  if (common.some(({ index }) => index !== undefined && indexText(index) !== '0' && index.base !== 'T')) no();
  return common;
}
