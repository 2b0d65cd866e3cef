/**
 * Options as data: what an option is called, what it takes, what it means when absent. One table per command
 * serves parsing, the types of the parsed values, and `--help`.
 */
import { real, whole, type Bounds, type Kind } from '../options/index.ts';

/** A mistake on the command line. Printed without a stack; the process ends with status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Option<T> {
  readonly help: string;
  /** How the value is shown in help, `N` or `FILE`; absent for a flag, which takes none. */
  readonly placeholder?: string;
  readonly fallback: T;
  readonly required?: boolean;
  /** Throws a plain string that says what was expected. */
  readonly read: (text: string) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** Thrown by a reader: what was expected instead of the given text. */
export class Expected extends Error {}

export const flag = (help: string): Option<boolean> => ({ help, fallback: false, read: () => true });

export const text = (help: string, placeholder: string): Option<string | undefined> => ({
  help,
  placeholder,
  fallback: undefined,
  read: (value) => {
    if (value === '') throw new Expected(`a ${placeholder.toLowerCase()}`);
    return value;
  },
});

/** A text without which the command cannot run. */
export const requiredText = (help: string, placeholder: string): Option<string> => ({
  ...(text(help, placeholder) as Option<string>),
  required: true,
});

function numeric<F extends number | undefined>(
  help: string,
  placeholder: string,
  fallback: F,
  { accepts, expected }: Kind,
): Option<number | F> {
  const read = (value: string): number => {
    const parsed = value.trim() === '' ? NaN : Number(value);
    if (!accepts(parsed)) throw new Expected(expected);
    return parsed;
  };
  return { help, placeholder, fallback, read };
}

/** A number; `fallback` undefined means that the command decides. */
export const number = <F extends number | undefined>(help: string, fallback: F, range: Bounds = {}) =>
  numeric(help, 'X', fallback, real(range));

/** A whole number, 0 or more unless told otherwise. */
export const integer = <F extends number | undefined>(help: string, fallback: F, range: Bounds = {}) =>
  numeric(help, 'N', fallback, whole({ min: 0, ...range }));

export function choice<C extends string>(help: string, choices: readonly C[], fallback: C): Option<C>;
export function choice<C extends string>(help: string, choices: readonly C[]): Option<C | undefined>;
export function choice<C extends string>(
  help: string,
  choices: readonly C[],
  fallback?: C,
): Option<C | undefined> {
  const read = (value: string): C => {
    const found = choices.find((candidate) => candidate === value);
    if (found === undefined) throw new Expected(choices.join(' or '));
    return found;
  };
  return { help, placeholder: choices.join('|'), fallback, read };
}
