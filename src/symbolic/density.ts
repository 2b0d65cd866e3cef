/** What must hold before anything is read off a line as the density of a Gaussian. */
import { number, symbolsOf, type Expr } from './expr.ts';
import { decideInequality } from './inequality.ts';
import { claimFor, unfoldFor, type GivenRelation } from './relations.ts';
import type { Relation, Step } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { isOne } from './tidy.ts';
import { isExponential, splitExponential } from './upto.ts';

/** A step of the main line. */
export interface Turn {
  readonly relation: Relation;
  readonly about?: string;
  /** Judged when it is first looked at. */
  readonly line: () => Step;
}

export interface DensityOf {
  readonly x: string;
  readonly line: Expr;
  readonly symbols: SymbolTable;
  readonly given: readonly GivenRelation[];
  /** How the line came from the start of the derivation. */
  readonly turns: readonly Turn[];
}

/** Each side question must be settled fast: it is asked while the reader types. */
const LIMIT_MS = 1000;

/**
 * @throws when the line need not be the density of x any more: it came by a bound, or something that may depend on x was
 *   dropped; x does not range over all reals; or a factor before the exponential depends on x or is not shown positive.
 */
export function requireDensity({ x, line, symbols, given, turns }: DensityOf): void {
  for (const { relation, about } of turns) {
    if (relation === '=') continue;
    if (relation !== '∝' && relation !== '+c')
      throw new Error(`a line that came by ${relation} is a bound: no density of ${x} can be read off it`);
    if (about !== x)
      throw new Error(
        `a step by ${relation} about ${about} may have dropped what depends on ${x}: no density of ${x} can be read off`,
      );
  }
  const { domain } = symbols.get(x);
  if (domain !== '(-inf,inf)') throw new Error(`${x} ranges over ${domain}: a Gaussian needs (-inf,inf)`);
  const confined = given.find(
    ({ defines, left, right }) =>
      defines === undefined &&
      [left, right].some((side) => symbolsOf(unfoldFor(x, side, given, symbols)).includes(x)),
  );
  if (confined) throw new Error(`"${confined.text}" confines ${x}: a Gaussian ranges over all reals`);
  const unfolded = unfoldFor(x, line, given, symbols);
  if (!isExponential(unfolded)) return;
  const { factor } = splitExponential(unfolded);
  if (symbolsOf(factor).includes(x))
    throw new Error(`the factor before the exponential depends on ${x}: expected the density of a Gaussian`);
  if (!isOne(factor)) requirePositive('the factor before the exponential', factor, symbols, given);
}

/** Why the line is the density of x only on part of the reals: a step before it rests on a condition that x is in. */
export function partOnly({ x, turns }: DensityOf): string | undefined {
  const steps = turns.map(({ line }) => line());
  const confined = steps.find(({ confines }) => confines?.includes(x));
  return (
    confined &&
    `a step before holds only where $${confined.conditions.join(', ')}$: a density of ${x} is needed everywhere`
  );
}

/** @throws unless the expression is proved positive on its domains. */
export function requirePositive(
  what: string,
  expr: Expr,
  symbols: SymbolTable,
  given: readonly GivenRelation[],
): void {
  const claim = { ...claimFor(number(0), expr, symbols, given), relation: '<' as const };
  const { verdict, counterexample } = decideInequality(claim, { timeLimitMs: LIMIT_MS, diagnose: false });
  if (verdict === 'proved') return;
  const where =
    counterexample &&
    Object.entries(counterexample.point)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
  throw new Error(
    counterexample
      ? `${what} is ${counterexample.rhs}${where ? ` at ${where}` : ''}: expected it to be positive`
      : `${what} is not shown to be positive: narrow the domains, or give an inequality`,
  );
}
