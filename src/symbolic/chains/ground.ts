/** A statement at a length: sums written out, runs of variables as lists, KL and entropy as what they are. */
import type { Clock } from '../clock.ts';
import type { Rational } from '../rational.ts';
import { indexValue, Meaningless, namesOf, pointName } from './model.ts';
import { childrenOf, exprWith, indicesIn } from './rewrite.ts';
import { chainText, densityText } from './text.ts';
import type { ChainExpr, Density } from './syntax.ts';

export type Ground = { readonly free: readonly string[] } & (
  | { readonly kind: 'number'; readonly value: Rational }
  /** joint(all) / joint(given) */
  | {
      readonly kind: 'density';
      readonly name: string;
      readonly all: readonly string[];
      readonly given: readonly string[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: 'add' | 'mul'; readonly args: readonly Ground[] }
  | { readonly kind: 'neg' | 'log'; readonly arg: Ground }
  | { readonly kind: 'div'; readonly num: Ground; readonly den: Ground }
  /** Σ over the bound variables, whose values are those of the finite model. */
  | { readonly kind: 'sum'; readonly bound: readonly string[]; readonly arg: Ground }
);

const union = (...lists: (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();
const without = (list: readonly string[], gone: readonly string[]): string[] =>
  list.filter((name) => !gone.includes(name));
const combine = (kind: 'add' | 'mul', args: readonly Ground[]): Ground => ({
  kind,
  args,
  free: union(...args.map(({ free }) => free)),
});

const MAX_NODES = 50_000; // of a statement written out at one length: a second of exact arithmetic

/** A statement too long to be written out. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** What is seen while a statement is written out at a length. */
export class Grounding {
  readonly length: number;
  /** Paths to the sums and products that had a term. */
  readonly filled = new Set<string>();
  private left = MAX_NODES;

  private readonly clock?: Clock;
  private readonly variables?: ReadonlyMap<string, ReadonlySet<string>>;

  /** `variables` are those of each density at this length; without them none is checked. */
  constructor(length: number, clock?: Clock, variables?: ReadonlyMap<string, ReadonlySet<string>>) {
    this.length = length;
    this.clock = clock;
    this.variables = variables;
  }

  /** @throws Meaningless when the density has no such variable */
  known(density: string, names: readonly string[]): void {
    const variables = this.variables?.get(density);
    const stranger = variables && names.find((name) => !variables.has(name));
    if (stranger !== undefined) throw new Meaningless(`${density} is no density of ${stranger}`);
  }

  /** @throws TooLong, TimeUp */
  spend(nodes: number): void {
    this.clock?.check();
    this.left -= nodes;
    if (!(this.left >= 0)) throw new TooLong(`more than ${MAX_NODES} terms when its sums are written out`);
  }
}

/**
 * @throws Meaningless when it has no meaning at this length
 * @throws TooLong when the sums have too many terms
 */
export function ground(expr: ChainExpr, seen: Grounding | number, path = ''): Ground {
  if (typeof seen === 'number') return ground(expr, new Grounding(seen), path);
  const { length } = seen;
  let child = 0;
  const at = (e: ChainExpr): Ground => ground(e, seen, `${path}.${child++}`);
  seen.spend(1);
  switch (expr.kind) {
    case 'number':
      return { kind: 'number', value: expr.value, free: [] };
    case 'density':
      return groundDensity(expr.density, seen);
    case 'function': {
      const args = expr.args.map((arg) => pointName(arg, length));
      return { kind: 'function', name: expr.name, args, free: union(args) };
    }
    case 'add':
    case 'mul':
      return combine(expr.kind, expr.args.map(at));
    case 'neg':
    case 'log': {
      const arg = at(expr.arg);
      return { kind: expr.kind, arg, free: arg.free };
    }
    case 'div': {
      const [num, den] = [at(expr.num), at(expr.den)];
      return { kind: 'div', num, den, free: union(num.free, den.free) };
    }
    case 'expect':
      return expectation(expr.over, at(expr.arg), seen);
    case 'kl': {
      const { first, second } = expr;
      const [one, other] = [first, second].map((density) => union(namesOf(density.left, length)).join());
      if (one !== other)
        throw new Meaningless(
          `${chainText(expr)}: a KL between densities of different variables${lengthOf(expr, seen)}`,
        );
      const difference = combine('add', [
        logOf(groundDensity(first, seen)),
        negative(logOf(groundDensity(second, seen))),
      ]);
      return expectation(first, difference, seen);
    }
    case 'entropy':
      return negative(expectation(expr.of, logOf(groundDensity(expr.of, seen)), seen));
    case 'sum':
    case 'prod': {
      const [from, to] = [indexValue(expr.from, length), indexValue(expr.to, length)];
      const count = Math.max(0, to - from + 1);
      seen.spend(count);
      if (count > 0) seen.filled.add(path);
      const terms = Array.from({ length: count }, (_, i) =>
        ground(exprWith(expr.body, expr.index, { base: '', plus: from + i }), seen, `${path}.0`),
      );
      return combine(expr.kind === 'sum' ? 'add' : 'mul', terms);
    }
    case 'integral':
      return summed(once(namesOf(expr.over, length), 'an integral'), at(expr.arg));
  }
}

/** Paths to the sums and products of an expression. */
export function sumsIn(expr: ChainExpr, path = ''): string[] {
  const here = expr.kind === 'sum' || expr.kind === 'prod' ? [path] : [];
  return [...here, ...childrenOf(expr).flatMap((e, i) => sumsIn(e, `${path}.${i}`))];
}

/**
 * A variable that a density names twice on its left, or that it is given, has no density: its law is a point mass. So such
 * a statement has no meaning, though on finite chains it would have a value. What is given is a condition, and may be
 * named twice; so may what a mean is over, since point masses have means.
 */
function groundDensity(density: Density, seen: Grounding): Ground {
  const text = densityText(density);
  const left = union(once(namesOf(density.left, seen.length), text));
  const given = union(namesOf(density.given, seen.length));
  const both = left.find((name) => given.includes(name));
  if (both !== undefined)
    throw new Meaningless(
      `${text} has ${both} on both sides of the bar${lengthOf({ kind: 'density', density }, seen)}: no density`,
    );
  seen.known(density.name, [...left, ...given]);
  const all = union(left, given);
  return { kind: 'density', name: density.name, all, given, free: all };
}

/** @throws Meaningless when a name stands twice */
function once(names: string[], where: string): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Meaningless(`${where} names ${twice} twice: no density`);
  return names;
}

/** ` at T = 1`, where the expression reads T. */
const lengthOf = (expr: ChainExpr, { length }: Grounding): string =>
  indicesIn(expr).some(({ base }) => base === 'T') ? ` at T = ${length}` : '';

/** Variables that the integrand does not read integrate to one, on any model. */
function expectation(over: Density, arg: Ground, seen: Grounding): Ground {
  const { length } = seen;
  const given = namesOf(over.given, length);
  seen.known(over.name, [...namesOf(over.left, length), ...given]);
  const bound = without(union(namesOf(over.left, length)), given).filter((name) => arg.free.includes(name));
  const density: Ground = {
    kind: 'density',
    name: over.name,
    all: union(bound, given),
    given: union(given),
    free: union(bound, given),
  };
  return summed(bound, combine('mul', [density, arg]));
}

const summed = (bound: readonly string[], arg: Ground): Ground => ({
  kind: 'sum',
  bound,
  arg,
  free: without(arg.free, bound),
});
const logOf = (arg: Ground): Ground => ({ kind: 'log', arg, free: arg.free });
const negative = (arg: Ground): Ground => ({ kind: 'neg', arg, free: arg.free });
