import { readFile } from 'node:fs/promises';
import type { Claim } from '../symbolic/index.ts';
import { nearest } from './nearest.ts';

/** A file or a claim that cannot be read as one. */
export class MalformedError extends Error {
  override name = 'MalformedError';
}

/** One entry of a claims file: a claim by its id, or what is wrong with it. */
export type Entry =
  { readonly id: string; readonly claim: Claim } | { readonly id: string; readonly problem: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Fields whose misspelling would silently change what is claimed. */
const optional = ['given'];

function problemOf(value: Record<string, unknown>): string | undefined {
  if (value.id !== undefined && typeof value.id !== 'string')
    return `id: expected a string, found ${show(value.id)}`;
  for (const side of ['lhs', 'rhs']) {
    if (typeof value[side] !== 'string')
      return `${side}: expected an expression in a string, found ${show(value[side])}`;
  }
  if (!isRecord(value.symbols))
    return `symbols: expected an object of names and intervals, found ${show(value.symbols)}`;
  const known = ['id', 'lhs', 'rhs', 'symbols', ...optional];
  const misspelt = Object.keys(value).find(
    (key) => !known.includes(key) && nearest(key, optional) !== undefined,
  );
  return misspelt === undefined
    ? undefined
    : `${misspelt}: unknown field (did you mean ${nearest(misspelt, optional)}?)`;
}

/**
 * Reads a claims file; claims that are malformed come back with what is wrong, the others all the same.
 * @throws MalformedError when the file cannot be read, is not JSON, or is no list
 */
export async function readClaims(file: string): Promise<Entry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new MalformedError(`${file}: ${(cause as Error).message}`, { cause });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new MalformedError(`${file}: not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(content)) throw new MalformedError(`${file}: expected a list of claims, [{ … }, …]`);
  return content.map((value: unknown, i): Entry => {
    const place = `claims[${i}]`;
    if (!isRecord(value))
      return { id: place, problem: `expected an object with lhs, rhs and symbols, found ${show(value)}` };
    const id = typeof value.id === 'string' ? value.id : place;
    const problem = problemOf(value);
    return problem === undefined ? { id, claim: { ...value, id } as Claim } : { id, problem };
  });
}
