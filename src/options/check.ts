import type { Kind } from './kinds.ts';
import { didYouMean } from './nearest.ts';

/** An option that is unknown, missing, or not of its kind. */
export class OptionError extends RangeError {
  override name = 'OptionError';
  /** Its name, as the caller wrote it. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A kind for every option that an interface has: one that is added without a kind does not compile. */
export type Kinds<O extends object> = { readonly [K in keyof Required<O>]: Kind };

/** A value as messages show it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(shown).join(', ')}${value.length > 8 ? ', …' : ''}]`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === 'object' && value !== null) {
    const name = (Object.getPrototypeOf(value) as object | null)?.constructor?.name ?? 'Object';
    return name === 'Object' ? 'an object' : `a ${name}`;
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** @throws OptionError naming where, the option, the value and what was expected */
export function checkValue(where: string, name: string, value: unknown, kind: Kind): void {
  if (kind.accepts(value)) return;
  throw new OptionError(name, `${where}: ${name} = ${shown(value)}: expected ${kind.expected}`);
}

/** {@link checkValue}, of an argument that is returned. */
export function requireValue<T>(where: string, name: string, value: T, kind: Kind): T {
  checkValue(where, name, value, kind);
  return value;
}

/**
 * Refuses options that are unknown, missing or not of their kind. An option that is undefined counts as left out.
 * @throws OptionError naming where, the option, the value and what was expected
 */
export function checkOptions<O extends object>(where: string, given: O, kinds: Kinds<O>): void {
  const options = given as unknown;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new OptionError('options', `${where}: ${shown(options)} given, expected an object of options`);
  const table = kinds as Readonly<Record<string, Kind>>;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(table, name)) {
      const hint = didYouMean(name, Object.keys(table)) || `; it knows ${Object.keys(table).join(', ')}`;
      throw new OptionError(name, `${where}: unknown option ${name}${hint}`);
    }
    checkValue(where, name, value, table[name]);
  }
  for (const [name, kind] of Object.entries(table)) {
    if (kind.required && (options as Record<string, unknown>)[name] === undefined)
      throw new OptionError(name, `${where}: ${name} is missing: expected ${kind.expected}`);
  }
}
