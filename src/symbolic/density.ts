/** What must hold before anything is read off a line as the density of a Gaussian. */
import { call, number, symbolsOf, type Expr } from './expr.ts';
import { exponent, logDensity, type Gaussian } from './gaussian.ts';
import { decideInequality } from './inequality.ts';
import { claimFor, confiningDefinition, unfoldFor, type GivenRelation } from './relations.ts';
import type { Relation } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { isOne } from './tidy.ts';
import type { Turn } from './turns.ts';
import { splitExponential } from './upto.ts';
import type { Verdict } from './verdict.ts';

export interface DensityOf {
  readonly x: string;
  readonly line: Expr;
  readonly symbols: SymbolTable;
  readonly given: readonly GivenRelation[];
  /** How the line came from the start of the derivation. */
  readonly turns: readonly Turn[];
  /** The line it started with. */
  readonly start: Expr;
  /** What the step that reads it off is given alone. */
  readonly own: readonly GivenRelation[];
}

/** Each side question must be settled fast: it is asked while the reader types. */
const LIMIT_MS = 1000;

/**
 * @throws when the line need not be the density of x any more: it came by a bound, or something that may depend on x was
 *   dropped; x does not range over all reals; or a factor before the exponential depends on x or is not shown positive.
 */
export function requireDensity(density: DensityOf): void {
  const { x, line, symbols, given, turns, start, own } = density;
  const dense = isDense(density);
  for (const { relation, about } of turns) {
    if (relation === '=') continue;
    if (relation !== '∝' && relation !== '+c')
      throw new Error(`a line that came by ${relation} is a bound: no density of ${x} can be read off it`);
    if (about !== x)
      throw new Error(
        `a step by ${relation} about ${about} may have dropped what depends on ${x}: no density of ${x} can be read off`,
      );
    if (relation !== (dense ? '∝' : '+c'))
      throw new Error(
        `a step by ${relation} to a ${dense ? 'density' : 'log density'} of ${x}: expected ${dense ? '∝' : '+c'}`,
      );
  }
  const first = splitExponential(unfoldFor(x, start, given, symbols));
  const scaled = turns.some(({ relation }) => relation === '∝');
  if (scaled && !isOne(first.factor) && signOf(first.factor, symbols, given).verdict !== 'proved')
    throw new Error(
      `the line it starts with is not shown to be positive: no density of ${x} can be read off`,
    );
  const local = [...turns.flatMap((turn) => turn.given), ...own].find(
    (relation) => !given.includes(relation) && reachesSymbol(x, relation, given, symbols),
  );
  if (local)
    throw new Error(
      `"${local.text}" is given to one step alone and bears on ${x}: no density of ${x} can be read off`,
    );
  const { domain } = symbols.get(x);
  if (domain !== '(-inf,inf)') throw new Error(`${x} ranges over ${domain}: a Gaussian needs (-inf,inf)`);
  const confined =
    confiningDefinition(x, given, symbols) ??
    given.find((relation) => relation.defines === undefined && reachesSymbol(x, relation, given, symbols));
  if (confined) throw new Error(`"${confined.text}" confines ${x}: a Gaussian ranges over all reals`);
  const unfolded = unfoldFor(x, line, given, symbols);
  if (!isExponentialIn(x, unfolded)) return; // a log density, or positive by what isDense asks
  const { factor } = splitExponential(unfolded);
  if (symbolsOf(factor).includes(x))
    throw new Error(`the factor before the exponential depends on ${x}: expected the density of a Gaussian`);
  if (!isOne(factor)) requirePositive('the factor before the exponential', factor, symbols, given);
}

/** A factor such as e^{−λ} that does not read x says nothing of the kind of a line. */
const isExponentialIn = (x: string, expr: Expr): boolean =>
  symbolsOf(splitExponential(expr).exponent).includes(x);

const reachesSymbol = (
  x: string,
  { left, right }: GivenRelation,
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): boolean => [left, right].some((side) => symbolsOf(unfoldFor(x, side, given, symbols)).includes(x));

/**
 * Is the line a density, rather than the logarithm of one? It is when it is never negative: the logarithm of a Gaussian
 * density always is somewhere. An exponential that is not positive is an error, see `requireDensity`.
 */
export function isDense({ x, line, symbols, given }: DensityOf): boolean {
  const unfolded = unfoldFor(x, line, given, symbols);
  return isExponentialIn(x, unfolded) || signOf(unfolded, symbols, given).verdict === 'proved';
}

/** The log density of x, up to a term free of it. */
export function logDensityOf(density: DensityOf): Expr {
  const { x, line, symbols, given } = density;
  const unfolded = unfoldFor(x, line, given, symbols);
  if (!isDense(density)) return unfolded;
  return isExponentialIn(x, unfolded) ? splitExponential(unfolded).exponent : call('log', unfolded);
}

/** @throws when the mean or the variance depends on x: then N(x; mean, variance) is no Gaussian in x. */
export function requireFree(
  x: string,
  parts: Record<string, Expr>,
  { given, symbols }: Pick<DensityOf, 'given' | 'symbols'>,
): void {
  for (const [what, expr] of Object.entries(parts))
    if (symbolsOf(unfoldFor(x, expr, given, symbols)).includes(x))
      throw new Error(`the ${what} reads ${x}: a Gaussian in ${x} has a ${what} free of it`);
}

/**
 * The line that a Gaussian is compared with: its exponent up to a factor or a term, or all of it.
 * @throws when the relation is a bound
 */
export function gaussianLine(x: string, normal: Gaussian, relation: Relation, dense: boolean): Expr {
  if (relation !== '=' && relation !== (dense ? '∝' : '+c'))
    throw new Error(
      `a ${dense ? 'density' : 'log density'} by ${relation}: expected = or ${dense ? '∝' : '+c'}`,
    );
  const log = relation === '=' ? logDensity(x, normal) : exponent(x, normal);
  return dense ? call('exp', log) : log;
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
  const { verdict, counterexample } = signOf(expr, symbols, given);
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

/** Is the expression positive everywhere? */
export function signOf(expr: Expr, symbols: SymbolTable, given: readonly GivenRelation[]): Verdict {
  const claim = { ...claimFor(number(0), expr, symbols, given), relation: '<' as const };
  return decideInequality(claim, { timeLimitMs: LIMIT_MS, diagnose: false });
}
