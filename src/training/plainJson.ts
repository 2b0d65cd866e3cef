import { OptionError, shown } from '../options/index.ts';

/** What JSON keeps as it is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A value that a checkpoint is to record, if JSON keeps all of it: what it drops or changes could not be compared on resume.
 * Entries that are undefined count as absent.
 * @throws OptionError naming the place and what is there
 */
export function plainJson(place: string, value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((each, i) => plainJson(`${place}[${i}]`, each));
  if (typeof value === 'object' && isPlain(value)) {
    const given = Object.entries(value).filter(([, each]) => each !== undefined);
    return Object.fromEntries(given.map(([key, each]) => [key, plainJson(`${place}.${key}`, each)]));
  }
  throw new OptionError(
    place,
    `${place} is ${shown(value)}, which a checkpoint cannot record: expected plain data, as JSON holds it`,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
