/** Engine one: a statement on random finite chains, refuted exactly or certified with a bound. */
import { startClock, TimeUp, type Clock } from '../clock.ts';
import { poolPrime } from '../primes.ts';
import { Random } from '../random.ts';
import { divQ, negQ, rational, type Rational } from '../rational.ts';
import { counterexampleOf, type ChainCounterexample } from './counterexample.ts';
import { approximate, exact, isZero, type LogValue } from './exact.ts';
import { Evaluation, NoValue, Undefined, eachState } from './evaluate.ts';
import { FiniteModel } from './finite.ts';
import { sumsIn } from './ground.ts';
import type { ChainModel } from './model.ts';
import { BadPoint, modular, type ModularValue, type Residue } from './modular.ts';
import { LEFT, readings, RIGHT, type AtLength, type Instance } from './reading.ts';
import { subexpressions } from './rewrite.ts';
import { few, sizesFor, type Size } from './sizes.ts';
import { chainText } from './text.ts';
import type { ChainExpr, IndexRange, Statement } from './syntax.ts';

export type FiniteFinding =
  | { readonly kind: 'refuted'; readonly counterexample: ChainCounterexample }
  /** Holds on every size listed, but for the probability 10^log10Error. */
  | { readonly kind: 'agrees'; readonly sizes: readonly Size[]; readonly log10Error: number }
  /** No violation of the inequality was found; nothing is certified. */
  | { readonly kind: 'unrefuted'; readonly sizes: readonly Size[] }
  /** `beyond`: the arithmetic has no such values, a product of logarithms; whether the sides are defined is not in doubt. */
  | { readonly kind: 'unable'; readonly reason: string; readonly beyond?: boolean };

export interface FiniteOptions {
  readonly seed?: number;
  /** Free indices of the statement. */
  readonly ranges?: readonly IndexRange[];
  /** The least T; default that of the model. */
  readonly least?: number;
  /** Only look for a counterexample, on the smallest chains: what a mutant is worth. */
  readonly quick?: boolean;
  /** Default five seconds. When most of it has run, no further size is tried. */
  readonly clock?: Clock;
}

const SKEWED = 60; // models with rare states, the last resort against an inequality

/** @throws TimeUp when the clock runs out before anything is known. */
export function finiteCheck(
  model: ChainModel,
  statement: Statement,
  options: FiniteOptions = {},
): FiniteFinding {
  const { clock = startClock(5000), ranges = [], least = model.shortest } = options;
  const whole = clock.left();
  const late = (): boolean => clock.left() < whole / 5;
  const random = Random.of(
    `${chainText(statement.lhs)}${statement.relation}${chainText(statement.rhs)}`,
    options.seed,
  );
  const { lengths, reason } = readings(model, statement, { least, ranges }, clock);
  if (lengths.length === 0) return { kind: 'unable', reason: reason ?? 'no instance' };
  const sizes = sizesFor(model, [...lengths.map(({ length }) => length)]);
  const filling = lengths.filter(({ fills }) => fills).map(({ length }) => length);
  const inequality = statement.relation !== '=';
  let compared = false;
  let undefinedAt: string | undefined;
  for (const size of options.quick ? few(sizes, filling) : sizes) {
    const instances = lengths.find(({ length }) => length === size.length)!.instances;
    const trials = (size.states === 2 ? 3 : 1) * (inequality ? 4 : 1);
    const skewed = inequality && !options.quick && size === sizes[0] ? SKEWED : 0;
    for (let i = 0; i < trials + skewed; i++) {
      const weight = i % 4 < 3 && i < trials ? smallWeight(random) : skewWeight(random);
      const finite = new FiniteModel<Rational>(model, size, exact, weight, clock, valueOf(weight, random, 3));
      const found = compare(finite, instances, statement, clock);
      if (found.kind === 'differs') return { kind: 'refuted', counterexample: found.counterexample };
      if (found.kind === 'unable') return { kind: 'unable', reason: found.reason, beyond: true };
      if (found.kind === 'equal') compared = true;
      else undefinedAt ??= `${found.reason}${model.long ? ` at T = ${size.length}` : ''}`;
      if (late()) break;
    }
  }
  if (!compared && undefinedAt !== undefined) return { kind: 'unable', reason: undefinedAt };
  if (statement.relation !== '=' || options.quick) return { kind: 'unrefuted', sizes };
  return certify(model, statement, sizes, lengths, { random, late, clock });
}

const smallWeight = (random: Random) => (): Rational => rational(BigInt(1 + random.below(4)));

/** An inequality may fail only where some states are rare. */
const skewWeight = (random: Random) => (): Rational => rational(10n ** BigInt(random.below(4)));

/** Values of functions: fractions too, and negative ones where they may be. */
const valueOf =
  (weight: () => Rational, random: Random, denominators: number) =>
  (positive: boolean): Rational => {
    const size = divQ(weight(), rational(BigInt(1 + random.below(denominators))));
    return positive || random.below(2) === 0 ? size : negQ(size);
  };

type Comparison =
  | { kind: 'equal' }
  /** At no point are both sides defined, or the arithmetic has no value for them. */
  | { kind: 'undefined' | 'unable'; reason: string }
  | { kind: 'differs'; counterexample: ChainCounterexample };

function compare(
  finite: FiniteModel<Rational>,
  instances: readonly Instance[],
  statement: Statement,
  clock: Clock,
): Comparison {
  const evaluation = new Evaluation(finite, exact, clock);
  let compared = false;
  let reason = '';
  for (const { lhs, rhs, at } of instances) {
    const names = [...new Set([...lhs.free, ...rhs.free])];
    let differs: ChainCounterexample | undefined;
    try {
      eachState(names, finite.states, new Map(), (states) => {
        if (differs) return;
        let left: LogValue, right: LogValue;
        try {
          [left, right] = [evaluation.at(lhs, states), evaluation.at(rhs, states)];
        } catch (error) {
          if (!(error instanceof Undefined)) throw error;
          reason = error.message; // the statement speaks of the points at which both sides are defined
          return;
        }
        compared = true;
        if (!violated(left, right, statement.relation)) return;
        differs = counterexampleOf(finite, { at, names, states, left, right });
      });
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      return { kind: 'unable', reason: error.message };
    }
    if (differs) return { kind: 'differs', counterexample: differs };
  }
  return compared ? { kind: 'equal' } : { kind: 'undefined', reason };
}

function violated(left: LogValue, right: LogValue, relation: Statement['relation']): boolean {
  const difference = exact.total([left, exact.negative(right)]);
  if (relation === '=') return !isZero(difference);
  const { value, error } = approximate(difference);
  return relation === '≤' ? value > error : value < -error;
}

/** Random residues on every size; exact large numbers too where a logarithm may hold a constant. */
function certify(
  model: ChainModel,
  statement: Statement,
  sizes: readonly Size[],
  lengths: readonly AtLength[],
  { random, late, clock }: { random: Random; late: () => boolean; clock: Clock },
): FiniteFinding {
  const constants = [statement.lhs, statement.rhs].some(hasConstantsInLogs);
  const certified: Size[] = [];
  let log10Error = -Infinity;
  for (const size of sizes) {
    if (certified.length > 0 && late()) break;
    const { instances } = lengths.find(({ length }) => length === size.length)!;
    let bound = 0;
    try {
      for (let trial = 0; trial < 2; trial++) {
        const degree = modularTrial(model, size, instances, { random, trial, clock });
        if (degree === 'undefined')
          return {
            kind: 'unable',
            reason: 'a denominator or the argument of a logarithm is 0 on some chains',
          };
        if (degree === 'differs')
          return { kind: 'unable', reason: 'the exact tables agree and the residues do not: not certified' };
        bound += Math.log10(degree) - 18; // p > 10^18
        if (constants) {
          const weight = largeWeight(random);
          const value = valueOf(weight, random, 1);
          const finite = new FiniteModel<Rational>(model, size, exact, weight, clock, value);
          const found = compare(finite, instances, statement, clock);
          if (found.kind === 'differs') return { kind: 'refuted', counterexample: found.counterexample };
        }
      }
    } catch (error) {
      if (error instanceof NoValue) return { kind: 'unable', reason: error.message };
      if (error instanceof TimeUp && certified.length > 0) break;
      throw error;
    }
    if (constants) bound = Math.max(bound, 2 * (bound / 2 + 18 - Math.log10(LARGE)));
    certified.push(size);
    log10Error = Math.max(log10Error, bound);
  }
  if (log10Error > -6) return { kind: 'unable', reason: 'the degree is too high for a bound' };
  const reached = lengths.filter(({ length }) => certified.some((size) => size.length === length));
  const empty = [...sumsIn(statement.lhs, LEFT), ...sumsIn(statement.rhs, RIGHT)].some(
    (path) => !reached.some(({ seen }) => seen.filled.has(path)),
  );
  if (empty) return { kind: 'unable', reason: 'a sum or product in it has no terms at the lengths tried' };
  return { kind: 'agrees', sizes: certified, log10Error: log10Error + Math.log10(certified.length) };
}

const LARGE = 2 ** 24;
const largeWeight = (random: Random) => (): Rational => rational(BigInt(1 + random.below(LARGE)));

/**
 * Logarithms of products and ratios of densities hold no constants: on the common denominator of a joint, a marginal
 * sums distinct monomials (each picks one entry of every row, and with it one path) with coefficient 1.
 */
function hasConstantsInLogs(expr: ChainExpr): boolean {
  const plain = new Set(['density', 'function', 'mul', 'div', 'prod', 'log']);
  return subexpressions(expr).some(
    (e) => e.kind === 'log' && subexpressions(e.arg).some(({ kind }) => !plain.has(kind)),
  );
}

function modularTrial(
  model: ChainModel,
  size: Size,
  instances: readonly Instance[],
  { random, trial, clock }: { random: Random; trial: number; clock: Clock },
): number | 'differs' | 'undefined' {
  for (let attempt = 0; ; attempt++) {
    const p = poolPrime(random.below(48));
    const arithmetic = modular(p);
    const weight = (): Residue => ({
      a: random.residue(p),
      b: random.residue(p),
      db: random.residue(p),
      degree: [1, 0],
    });
    try {
      const finite = new FiniteModel<Residue>(model, size, arithmetic, weight, clock);
      return compareResidues(new Evaluation(finite, arithmetic, clock), instances, finite.states);
    } catch (error) {
      if (!(error instanceof BadPoint)) throw error;
      if (attempt > 5 + trial) return 'undefined'; // at every point, not by chance
    }
  }
}

/** The largest degree of a difference, or that one is not zero. Residues of a statement without a value agree nowhere. */
function compareResidues(
  evaluation: Evaluation<Residue, ModularValue>,
  instances: readonly Instance[],
  count: (name: string) => number,
): number | 'differs' {
  let degree = 1;
  let differs = false;
  for (const { lhs, rhs } of instances) {
    const names = [...new Set([...lhs.free, ...rhs.free])];
    eachState(names, count, new Map(), (states) => {
      const [left, right] = [evaluation.at(lhs, states), evaluation.at(rhs, states)];
      if (left.a !== right.a || (left.h ?? 0n) !== (right.h ?? 0n)) differs = true;
      degree = Math.max(degree, left.degree[0] + right.degree[1], left.degree[1] + right.degree[0]);
    });
  }
  return differs ? 'differs' : degree;
}
