/**
 * Products of integrals over the same variable: E[f] E[f] is no integral of a product. An integral that nothing outside of
 * it reads into is closed off, with names of its own for what it binds, and multiplies the term as a constant.
 */
import { placeText, type Point } from './syntax.ts';
import type { Joint, Ranged, Term } from './terms.ts';
import { Unsupported } from './unsupported.ts';

const names = (points: readonly Point[]): string[] => points.map(placeText);

/** The same term with every integral of it closed off: one for each group of bound variables that some factor joins. */
export function closedOff(term: Term): Term {
  if (term.bound.length === 0) return term;
  if (term.weight.some(({ over }) => over !== undefined))
    throw new Unsupported('a product over an index within a product of integrals');
  const groups = joined(term);
  const parts = groups.map((bound): Term => {
    const reads = (points: readonly Point[]): boolean => names(points).some((name) => bound.has(name));
    const log = term.log !== undefined && reads(logPoints(term)) ? { log: term.log } : {};
    return {
      bound: term.bound.filter((point) => bound.has(placeText(point))),
      weight: term.weight.filter(({ atom }) => reads(atom.points)),
      functions: term.functions.filter(({ args }) => reads(args)),
      closed: [],
      ...log,
    };
  });
  const taken = <P>(list: readonly P[], of: (part: Term) => readonly P[]): P[] =>
    list.filter((item) => !parts.some((part) => of(part).includes(item)));
  const logTaken = parts.some(({ log }) => log !== undefined);
  return {
    bound: [],
    weight: taken<Ranged<Joint>>(term.weight, ({ weight }) => weight),
    functions: taken(term.functions, ({ functions }) => functions),
    closed: [...term.closed, ...parts],
    ...(term.log !== undefined && !logTaken && { log: term.log }),
  };
}

const logPoints = ({ log }: Term): readonly Point[] =>
  log === undefined ? [] : 'density' in log ? log.points : log.args;

/** Bound variables, those that a factor reads together in one group. */
function joined(term: Term): Set<string>[] {
  const factors = [
    ...term.weight.map(({ atom }) => atom.points),
    ...term.functions.map(({ args }) => args),
    logPoints(term),
  ].map((points) => new Set(names(points)));
  let groups = term.bound.map((point) => new Set([placeText(point)]));
  for (const factor of factors) {
    const touched = groups.filter((group) => [...group].some((name) => factor.has(name)));
    if (touched.length < 2) continue;
    groups = [
      ...groups.filter((group) => !touched.includes(group)),
      new Set(touched.flatMap((group) => [...group])),
    ];
  }
  return groups;
}

/** The points that a term's integrand reads, bound ones included, apart from those of products over an index. */
export const pointsOf = (term: Term): Point[] =>
  distinct([
    ...term.weight.flatMap(({ atom, over }) => (over ? [] : atom.points)),
    ...term.functions.flatMap(({ args }) => args),
    ...term.closed.flatMap(freeOf),
    ...logPoints(term),
  ]);

/** The points that an integral reads from outside. */
export const freeOf = (term: Term): Point[] => {
  const bound = new Set(names(term.bound));
  return pointsOf(term).filter((point) => !bound.has(placeText(point)));
};

export const distinct = (points: readonly Point[]): Point[] => [
  ...new Map(points.map((p) => [placeText(p), p])).values(),
];
