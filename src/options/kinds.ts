/** What values an option takes. */
export interface Kind {
  /** As messages end: `a whole number, 1 or more`. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Whether the option must be given. */
  readonly required?: boolean;
}

/** `min` and `max` are allowed themselves, `above` and `below` are not. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

function inWords({ min, max, above, below }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` between ${min} and ${max}`;
  const [low, high] = [
    min !== undefined ? `, ${min} or more` : above !== undefined ? ` above ${above}` : '',
    max !== undefined ? `at most ${max}` : below !== undefined ? `below ${below}` : '',
  ];
  if (low !== '' && high !== '') return `${low} and ${high}`;
  return high === '' ? low : ` ${high}`;
}

const within = (
  x: number,
  { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity }: Bounds,
) => x >= min && x <= max && (x > above || above === -Infinity) && (x < below || below === Infinity);

/** A finite number. `expected` may say it in words of its own. */
export const real = (bounds: Bounds = {}, expected = `a number${inWords(bounds)}`): Kind => ({
  expected,
  accepts: (x) => typeof x === 'number' && Number.isFinite(x) && within(x, bounds),
});

/** A whole number that a double holds exactly. `expected` may say it in words of its own. */
export const whole = (bounds: Bounds = {}, expected = `a whole number${inWords(bounds)}`): Kind => ({
  expected,
  accepts: (x) => typeof x === 'number' && Number.isSafeInteger(x) && within(x, bounds),
});

export const flag: Kind = { expected: 'true or false', accepts: (x) => typeof x === 'boolean' };

/** A text of at least one character. */
export const text: Kind = {
  expected: 'a text that is not empty',
  accepts: (x) => typeof x === 'string' && x !== '',
};

export const callable: Kind = { expected: 'a function', accepts: (x) => typeof x === 'function' };

export const oneOf = (...values: readonly unknown[]): Kind => ({
  expected: values.map((value) => (value === null ? 'null' : String(value))).join(' or '),
  accepts: (x) => values.includes(x),
});

/** An array of a kind; typed arrays count where the kind is of numbers. */
export const listOf = (kind: Kind, { length, min = 0 }: { length?: number; min?: number } = {}): Kind => ({
  expected: `a list${length === undefined ? '' : ` of ${length}`}${min > 0 ? `, ${min} or more` : ''}, each ${kind.expected}`,
  accepts: (x) =>
    (Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))) &&
    (length === undefined || (x as unknown[]).length === length) &&
    (x as unknown[]).length >= min &&
    Array.from(x as ArrayLike<unknown>).every(kind.accepts),
});

/** An object that has something under each of the names: a schedule, an optimizer. */
export const objectWith = (what: string, ...names: readonly string[]): Kind => ({
  expected: what,
  accepts: (x) =>
    typeof x === 'object' &&
    x !== null &&
    names.every((name) => (x as Record<string, unknown>)[name] !== undefined),
});

export const instanceOf = (type: abstract new (...args: never[]) => unknown, what: string): Kind => ({
  expected: what,
  accepts: (x) => x instanceof type,
});

export const anyOf = (...kinds: readonly Kind[]): Kind => ({
  expected: kinds.map(({ expected }) => expected).join(', or '),
  accepts: (x) => kinds.some(({ accepts }) => accepts(x)),
});

/** The same, of an option that must be given. */
export const required = (kind: Kind): Kind => ({ ...kind, required: true });
