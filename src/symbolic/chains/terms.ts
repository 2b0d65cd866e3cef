/**
 * The normal form of the rules. A term is an integral over `bound` of a product of powers of joint marginals, of
 * functions, of at most one logarithm and of integrals that are closed off; an expression is a linear combination of terms, some of them summed over an
 * index. Logarithms are of joint marginals alone, conditionals being ratios of joints.
 */
import { closedOff } from './closed.ts';
import { Unsupported } from './unsupported.ts';
import { ZERO, addQ, negQ, rational, type Rational } from '../rational.ts';
import {
  indexText,
  indexWith,
  placeText,
  placeWith,
  shift,
  type Index,
  type IndexRange,
  type Point,
} from './syntax.ts';

/** A joint marginal; its points are sorted by name. */
export interface Joint {
  readonly density: string;
  readonly points: readonly Point[];
}

export interface FunctionValue {
  readonly name: string;
  readonly args: readonly Point[];
}

/** A function to a whole power, not 0. */
export interface FunctionPower extends FunctionValue {
  readonly power: number;
}

/** coefficient · Σ over the range of the atom. */
export interface Ranged<A> {
  readonly coefficient: Rational;
  readonly over?: IndexRange;
  readonly atom: A;
}

export interface Term {
  readonly bound: readonly Point[];
  /** Exponents of joint marginals; a range makes it a product over an index. */
  readonly weight: readonly Ranged<Joint>[];
  readonly functions: readonly FunctionPower[];
  /** Integrals that multiply the term: what they bind is their own, and nothing that they read is bound by the term. */
  readonly closed: readonly Term[];
  readonly log?: Joint | FunctionValue;
}

export type Linear = readonly Ranged<Term>[];

export const jointOf = (density: string, points: readonly Point[]): Joint => ({
  density,
  points: [...points].sort((a, b) => (placeText(a) < placeText(b) ? -1 : 1)),
});

/** How atoms of a kind are renamed, compared and asked for their indices. */
export interface AtomKind<A> {
  with(atom: A, base: string, value: Index): A;
  key(atom: A): string;
  indices(atom: A): readonly Index[];
}

const pointIndices = (points: readonly Point[]): Index[] =>
  points.flatMap(({ index }) => (index === undefined ? [] : [index]));

export const joints: AtomKind<Joint> = {
  with: ({ density, points }, base, value) =>
    jointOf(
      density,
      points.map((p) => placeWith(p, base, value)),
    ),
  key: ({ density, points }) => `${density}(${points.map(placeText).join(',')})`,
  indices: ({ points }) => pointIndices(points),
};

const functionKey = ({ name, args }: FunctionValue): string => `${name}[${args.map(placeText).join(',')}]`;
const functionWith = <F extends FunctionValue>(f: F, base: string, value: Index): F => ({
  ...f,
  args: f.args.map((p) => placeWith(p, base, value)),
});
/** Products of powers of functions, each function once. */
export function multipliedPowers(list: readonly FunctionPower[]): FunctionPower[] {
  const found = new Map<string, FunctionPower>();
  for (const each of list) {
    const key = functionKey(each);
    found.set(key, { ...each, power: each.power + (found.get(key)?.power ?? 0) });
  }
  return [...found.values()].filter(({ power }) => power !== 0);
}

const isJoint = (log: Joint | FunctionValue): log is Joint => 'density' in log;

const rangeWith = (over: IndexRange, base: string, value: Index): IndexRange => ({
  ...over,
  from: indexWith(over.from, base, value),
  to: indexWith(over.to, base, value),
});

function weightWith(weight: readonly Ranged<Joint>[], base: string, value: Index): Ranged<Joint>[] {
  return weight.map((item) => ({
    ...item,
    ...(item.over && { over: rangeWith(item.over, base, value) }),
    atom: item.over?.index === base ? item.atom : joints.with(item.atom, base, value),
  }));
}

export const terms: AtomKind<Term> = {
  with: ({ bound, weight, functions, closed, log }, base, value) => ({
    bound: bound.map((p) => placeWith(p, base, value)),
    weight: weightWith(weight, base, value),
    functions: multipliedPowers(functions.map((f) => functionWith(f, base, value))),
    closed: closed.map((term) => terms.with(term, base, value)),
    ...(log && { log: isJoint(log) ? joints.with(log, base, value) : functionWith(log, base, value) }),
  }),
  key: (term) => {
    // Beside integrals that are closed off, those of the term itself are too: E[f · E[f]] is E[f] E[f].
    const { bound, weight, functions, closed, log } = term.closed.length > 0 ? closedOff(term) : term;
    return [
      bound.map(placeText).sort().join(','),
      canonicalText(canonical(weight, joints)),
      functions
        .map((f) => `${functionKey(f)}^${f.power}`)
        .sort()
        .join('·'),
      closed
        .map((each) => `⟨${terms.key(each)}⟩`)
        .sort()
        .join('·'),
      log === undefined ? '' : `log ${isJoint(log) ? joints.key(log) : functionKey(log)}`,
    ].join(' ; ');
  },
  indices: ({ bound, weight, functions, closed, log }) => [
    ...pointIndices(bound),
    ...weight.flatMap(({ atom, over }) => [...joints.indices(atom), ...(over ? [over.from, over.to] : [])]),
    ...functions.flatMap(({ args }) => pointIndices(args)),
    ...closed.flatMap((term) => terms.indices(term)),
    ...(log === undefined ? [] : pointIndices(isJoint(log) ? log.points : log.args)),
  ],
};

export const negated = <A>(items: readonly Ranged<A>[]): Ranged<A>[] =>
  items.map((item) => ({ ...item, coefficient: negQ(item.coefficient) }));

/** An atom with its total coefficient, or a formal sum Σ_{i<at} of a template in `#`. */
export interface Entry<A> {
  readonly coefficient: Rational;
  readonly atom: A;
  readonly before?: Index;
}

const HOLE = '#';
const MAX_SHIFT = 40;

/**
 * Adds up equal atoms. A sum over an index is written with the formal sum S(n) = Σ_{i<n} f(i), so that
 * Σ_{i=a}^{b} f(i) = S(b+1) − S(a), and S(base + c) is S(base) plus or minus single terms: equal sums over different
 * ranges, and terms split off them, then cancel. Where f(i) lies outside the range it came from it stands for whatever
 * its name says, or for nothing: the identity needs only that it is the same throughout.
 */
export function canonical<A>(items: readonly Ranged<A>[], kind: AtomKind<A>): Map<string, Entry<A>> {
  const found = new Map<string, Entry<A>>();
  const put = (key: string, entry: Entry<A>): void => {
    const coefficient = addQ(found.get(key)?.coefficient ?? ZERO, entry.coefficient);
    if (coefficient.n === 0n) found.delete(key);
    else found.set(key, { ...entry, coefficient });
  };
  const single = (atom: A, coefficient: Rational): void => put(kind.key(atom), { coefficient, atom });
  for (const { coefficient, over, atom } of items) {
    if (over === undefined) {
      single(atom, coefficient);
      continue;
    }
    const named = kind.with(atom, over.index, { base: HOLE, plus: 0 });
    const offsets = kind.indices(named).filter(({ base }) => base === HOLE);
    const top = offsets.length === 0 ? 0 : Math.max(...offsets.map(({ plus }) => plus));
    const template = kind.with(named, HOLE, { base: HOLE, plus: -top });
    const formal = (end: Index, sign: Rational): void => {
      const at = { base: end.base, plus: 0 };
      if (Math.abs(end.plus) > MAX_SHIFT)
        throw new Unsupported('a sum that starts or ends far from its base');
      put(`Σ[#<${indexText(at)}] ${kind.key(template)}`, { coefficient: sign, atom: template, before: at });
      for (let k = 0; k < end.plus; k++) single(kind.with(template, HOLE, shift(at, k)), sign);
      for (let k = end.plus; k < 0; k++) single(kind.with(template, HOLE, shift(at, k)), negQ(sign));
    };
    formal(shift(over.to, top + 1), coefficient);
    formal(shift(over.from, top), negQ(coefficient));
  }
  return found;
}

export const canonicalText = <A>(entries: ReadonlyMap<string, Entry<A>>): string =>
  [...entries]
    .map(([key, { coefficient }]) => `${key}^${coefficient.n}/${coefficient.d}`)
    .sort()
    .join(' ');

export const minusOne = rational(-1n);
