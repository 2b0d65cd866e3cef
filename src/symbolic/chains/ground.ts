/** A statement at a length: sums written out, runs of variables as lists, KL and entropy as what they are. */
import type { Rational } from '../rational.ts';
import { indexValue, namesOf, pointName } from './model.ts';
import { exprWith } from './rewrite.ts';
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

/** @throws OutOfChain when an index lies outside the chain at this length. */
export function ground(expr: ChainExpr, length: number): Ground {
  const at = (e: ChainExpr): Ground => ground(e, length);
  switch (expr.kind) {
    case 'number':
      return { kind: 'number', value: expr.value, free: [] };
    case 'density':
      return groundDensity(expr.density, length);
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
      return expectation(expr.over, at(expr.arg), length);
    case 'kl': {
      const { first, second } = expr;
      const difference = combine('add', [
        logOf(groundDensity(first, length)),
        negative(logOf(groundDensity(second, length))),
      ]);
      return expectation(first, difference, length);
    }
    case 'entropy':
      return negative(expectation(expr.of, logOf(groundDensity(expr.of, length)), length));
    case 'sum':
    case 'prod': {
      const [from, to] = [indexValue(expr.from, length), indexValue(expr.to, length)];
      const terms = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
        at(exprWith(expr.body, expr.index, { base: '', plus: from + i })),
      );
      return combine(expr.kind === 'sum' ? 'add' : 'mul', terms);
    }
    case 'integral':
      return summed(namesOf(expr.over, length), at(expr.arg));
  }
}

/** A variable on both sides of the bar is given: q(x_0|x_1,x_0) is 1 at the x_0 that is given. */
function groundDensity({ name, left, given }: Density, length: number): Ground {
  const below = union(namesOf(given, length));
  const all = union(namesOf(left, length), below);
  return { kind: 'density', name, all, given: below, free: all };
}

/** Variables that the integrand does not read integrate to one, on any model. */
function expectation(over: Density, arg: Ground, length: number): Ground {
  const given = namesOf(over.given, length);
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
