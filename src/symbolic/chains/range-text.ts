/** What a statement is claimed for, as text: `t = 2..T; s = 1..T-1; T >= 2`. */
import type { Extent } from './reading.ts';
import type { ChainModel } from './model.ts';
import type { Index, IndexRange } from './syntax.ts';

/** @throws when a part is neither a range nor a least T, when an index has two ranges, or a part gives a T to a model without one. */
export function extentOf(text = '', model: ChainModel): Extent {
  const ranges: IndexRange[] = [];
  let least = model.shortest;
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const length = leastLength(part);
    if (length === undefined) ranges.push(rangeOf(part));
    else if (model.long) least = Math.max(least, length);
    else throw new Error(`"${part.trim()}": no density of the model is a chain x_0 … x_T`);
  }
  const [twice] = ranges.filter(({ index }, i) => ranges.findIndex((range) => range.index === index) < i);
  if (twice !== undefined)
    throw new Error(`"${text}" gives ${twice.index} two ranges: expected one for each index`);
  return { least, ranges };
}

const MOST = 8; // a chain of two states and this length is still written out

/** n of `T >= n`, or undefined for another text. @throws for an n that is out of reach. */
export function leastLength(text: string): number | undefined {
  const match = /^\s*T\s*(?:>=|≥)\s*(\d+)\s*$/.exec(text);
  if (match === null) return undefined;
  const length = Number(match[1]);
  if (length < 1 || length > MOST)
    throw new Error(`"${text.trim()}": expected T >= n with n from 1 to ${MOST}`);
  return length;
}

function rangeOf(part: string): IndexRange {
  const match = /^\s*([a-z]+)\s*=\s*(\S+?)\s*\.\.\s*(\S+)\s*$/.exec(part);
  const [from, to] = [match?.[2], match?.[3]].map((bound) => indexIn(bound ?? ''));
  if (match === null || from === undefined || to === undefined)
    throw new Error(`range "${part.trim()}": expected one such as t = 2..T or t = 1..T-1, or T >= 2`);
  return { index: match[1], from, to };
}

function indexIn(text: string): Index | undefined {
  const match = /^(?:(\d+)|(T)(?:([+-])(\d+))?)$/.exec(text);
  if (match === null) return undefined;
  if (match[1] !== undefined) return { base: '', plus: Number(match[1]) };
  return { base: 'T', plus: match[4] === undefined ? 0 : Number(`${match[3]}${match[4]}`) };
}
