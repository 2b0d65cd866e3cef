/** What callers may pass: each option has a kind, and whatever is not of its kind is refused by name. Knows no other room. */
export { checkOptions, checkValue, OptionError, requireValue, shown, type Kinds } from './check.ts';
export {
  anyOf,
  callable,
  flag,
  instanceOf,
  listOf,
  objectWith,
  oneOf,
  real,
  required,
  text,
  whole,
  type Bounds,
  type Kind,
} from './kinds.ts';
export { didYouMean, nearest } from './nearest.ts';
