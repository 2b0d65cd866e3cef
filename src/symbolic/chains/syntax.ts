/** What a statement about densities is made of. Everything is an immutable value; indices are symbolic. */
import type { Rational } from '../rational.ts';

/** `base + plus`: the index of x_{t−1} is {base: 't', plus: −1}, of x_0 {base: '', plus: 0}, of x_T {base: 'T', plus: 0}. */
export interface Index {
  readonly base: string;
  readonly plus: number;
}

/** One variable: x_{t−1}, or z without an index. */
export interface Point {
  readonly family: string;
  readonly index?: Index;
}

/** A run of variables: x_{1:T}. Empty when `to` is one below `from`. */
export interface Span {
  readonly family: string;
  readonly from: Index;
  readonly to: Index;
}

export type Place = Point | Span;

/** q(left | given); a joint density where `given` is empty. */
export interface Density {
  readonly name: string;
  readonly left: readonly Place[];
  readonly given: readonly Place[];
}

export type ChainExpr =
  | { readonly kind: 'number'; readonly value: Rational }
  | { readonly kind: 'density'; readonly density: Density }
  /** A function of its arguments, arbitrary but positive. */
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Point[] }
  | { readonly kind: 'add' | 'mul'; readonly args: readonly ChainExpr[] }
  | { readonly kind: 'neg' | 'log'; readonly arg: ChainExpr }
  | { readonly kind: 'div'; readonly num: ChainExpr; readonly den: ChainExpr }
  | { readonly kind: 'expect'; readonly over: Density; readonly arg: ChainExpr }
  | { readonly kind: 'kl'; readonly first: Density; readonly second: Density }
  | { readonly kind: 'entropy'; readonly of: Density }
  | {
      readonly kind: 'sum' | 'prod';
      readonly index: string;
      readonly from: Index;
      readonly to: Index;
      readonly body: ChainExpr;
    }
  /** ∫ … over these variables; a sum on a finite chain. */
  | { readonly kind: 'integral'; readonly over: readonly Place[]; readonly arg: ChainExpr };

/** A sign between two expressions. */
export const chainRelations = ['=', '≤', '≥'] as const;
export type ChainRelation = (typeof chainRelations)[number];

export interface Statement {
  readonly lhs: ChainExpr;
  readonly relation: ChainRelation;
  readonly rhs: ChainExpr;
}

/** An index that a statement leaves free: it is claimed for each of its values. */
export interface IndexRange {
  readonly index: string;
  readonly from: Index;
  readonly to: Index;
}

export const isSpan = (place: Place): place is Span => 'from' in place;

/** The first and the last of a chain x_0 … x_T. */
export const START: Index = { base: '', plus: 0 };
export const END: Index = { base: 'T', plus: 0 };

/** The index of a point, or the ends of a run. */
export const indicesAt = (place: Place): Index[] =>
  isSpan(place) ? [place.from, place.to] : place.index === undefined ? [] : [place.index];

export const indexText = ({ base, plus }: Index): string => {
  if (base === '') return `${plus}`;
  return plus === 0 ? base : `${base}${plus < 0 ? '-' : '+'}${Math.abs(plus)}`;
};

export const shift = ({ base, plus }: Index, by: number): Index => ({ base, plus: plus + by });

export const sameIndex = (a: Index, b: Index): boolean => a.base === b.base && a.plus === b.plus;

/** The index with a value put in for its base. */
export const indexWith = (index: Index, base: string, value: Index): Index =>
  index.base === base ? shift(value, index.plus) : index;

export function placeText(place: Place): string {
  if (isSpan(place)) return `${place.family}_{${indexText(place.from)}:${indexText(place.to)}}`;
  if (place.index === undefined) return place.family;
  const text = indexText(place.index);
  return `${place.family}_${text.length === 1 ? text : `{${text}}`}`;
}

/** The place with a value put in for an index. */
export function placeWith<P extends Place>(place: P, base: string, value: Index): P {
  if (isSpan(place))
    return { ...place, from: indexWith(place.from, base, value), to: indexWith(place.to, base, value) };
  const point: Point = place;
  return point.index === undefined ? place : { ...place, index: indexWith(point.index, base, value) };
}
