/** Ranges of free indices, as text: `t = 2..T; s = 1..T-1`. */
import type { Index, IndexRange } from './syntax.ts';

/** @throws when a part is no range. */
export function rangesOf(text = ''): IndexRange[] {
  return text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*([a-z]+)\s*=\s*(\S+?)\s*\.\.\s*(\S+)\s*$/.exec(part);
      const [from, to] = [match?.[2], match?.[3]].map((bound) => indexIn(bound ?? ''));
      if (match === null || from === undefined || to === undefined)
        throw new Error(`range "${part.trim()}": expected one such as t = 2..T or t = 1..T-1`);
      return { index: match[1], from, to };
    });
}

function indexIn(text: string): Index | undefined {
  const match = /^(?:(\d+)|(T)(?:([+-])(\d+))?)$/.exec(text);
  if (match === null) return undefined;
  if (match[1] !== undefined) return { base: '', plus: Number(match[1]) };
  return { base: 'T', plus: match[4] === undefined ? 0 : Number(`${match[3]}${match[4]}`) };
}
