/**
 * Arguments, checked where they enter: plain JavaScript passes anything, and an option that is misspelt or of another type
 * must not be read as its absence.
 */
import { nearest } from './suggestion.ts';

/** What an argument may be. */
export interface Kind {
  readonly expected: string;
  fits(value: unknown): boolean;
}

/** A kind for every key of a type, so that none is forgotten. */
export type KindsOf<T> = Readonly<Record<keyof T, Kind>>;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text: Kind = { expected: 'text', fits: (value) => typeof value === 'string' };
export const texts: Kind = {
  expected: 'a list of texts',
  fits: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
};
export const flag: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
export const amount: Kind = {
  expected: 'a number',
  fits: (value) => typeof value === 'number' && !Number.isNaN(value),
};
export const record: Kind = { expected: 'an object', fits: isRecord };
export const textOrAmount: Kind = {
  expected: 'text or a number',
  fits: (value) => text.fits(value) || amount.fits(value),
};
export const textOrTexts: Kind = {
  expected: 'text, or a list of texts',
  fits: (value) => text.fits(value) || texts.fits(value),
};
export const textRecord: Kind = {
  expected: 'an object of texts',
  fits: (value) => isRecord(value) && Object.values(value).every((each) => typeof each === 'string'),
};
/** Checked elsewhere. */
export const anything: Kind = { expected: 'anything', fits: () => true };

export const oneOf = (...values: readonly string[]): Kind => ({
  expected: `one of ${values.join(', ')}`,
  fits: (value) => values.includes(value as string),
});

type Fail = (message: string) => never;

interface Strictness {
  readonly required?: readonly string[];
  readonly fail?: Fail;
}

const raise: Fail = (message) => {
  throw new Error(message);
};

/** @throws when the argument is no object, has a key that is not among these, lacks a required one, or one is of another kind. */
export function requireArguments(
  what: string,
  value: unknown,
  kinds: KindsOf<Record<string, unknown>>,
  { required = [], fail = raise }: Strictness = {},
): void {
  const known = Object.keys(kinds);
  if (!isRecord(value))
    return fail(`${what}: expected an object { ${known.join(', ')} }, got ${shown(value)}`);
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(kinds, key)) continue;
    const near = nearest(key, known);
    const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
    fail(`${what} ${key}: unknown field (${hint})`);
  }
  for (const [key, kind] of Object.entries(kinds)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined ? !required.includes(key) : kind.fits(given)) continue;
    fail(`${what} ${key}: expected ${kind.expected}, got ${shown(given)}`);
  }
}

/** The relation that is meant: `<=` and `>=` may be written so. @throws when it is none of these. */
export function relationAmong<R extends string>(
  what: string,
  given: unknown,
  allowed: readonly R[],
  fail: Fail = raise,
): R {
  const typed = given === '<=' ? '≤' : given === '>=' ? '≥' : given;
  if (allowed.includes(typed as R)) return typed as R;
  return fail(`${what} relation: expected one of ${allowed.join(', ')}, got ${shown(given)}`);
}

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (Array.isArray(value))
    return `[${value.slice(0, 4).map(shown).join(', ')}${value.length > 4 ? ', …' : ''}]`;
  if (isRecord(value)) return `{ ${Object.keys(value).join(', ')} }`;
  return JSON.stringify(value);
}
