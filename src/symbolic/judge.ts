/** Judging one step: its verdict, the relations it rests on, and for a refuted one a counterexample to read. */
import { prepare } from './claim.ts';
import { timeLeft, TimeUp } from './clock.ts';
import { decide } from './decide.ts';
import { decision } from './decision.ts';
import { logDensityOf, requireDensity, requirePositive, signOf, type DensityOf } from './density.ts';
import { number, symbolsOf, type Expr } from './expr.ts';
import { conditionSymbols, conditionTex, shortPair, valueTex } from './figures.ts';
import { decideInequality, isComparison } from './inequality.ts';
import { canHoldTogether, nonzeroConditions } from './nonzero.ts';
import { thirdDerivative, varianceOf, type Quantity } from './quantity.ts';
import { namesOther } from './repair.ts';
import { areMet, claimFor, inequalitiesAt, relationTex, unfoldFor, type GivenRelation } from './relations.ts';
import { diagnose, mutationScore, type Held } from './score.ts';
import { StepError, type Relation, type Step, type StepCounterexample } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { upToFactor, upToTerm } from './upto.ts';
import type { Claim, Counterexample, DecideOptions, Verdict } from './verdict.ts';

export interface Question {
  readonly previous: Expr;
  readonly next: Expr;
  readonly relation: Relation;
  /** The variable that a factor or term must be free of. */
  readonly about?: string;
  readonly symbols: SymbolTable;
  readonly given: readonly GivenRelation[];
}

export type Judgement = Pick<
  Step,
  | 'verdict'
  | 'method'
  | 'log10Error'
  | 'ms'
  | 'uses'
  | 'conditions'
  | 'confines'
  | 'counterexample'
  | 'diagnosis'
  | 'reason'
  | 'mutants'
>;

/** A side question (is this relation needed, does this mutant fall) must be settled fast or not at all. */
export const SIDE_LIMIT_MS = 1000;

interface Posed {
  claim: Claim;
  /** What the two sides of the claim are, where they are not the two lines. */
  sides?: readonly [string, string];
  /** Their left sides must not vanish for the relation to say anything. */
  nonzero: readonly Claim[];
  symbols: SymbolTable;
  /** A name of the claim that is none of the author's: `xPrime`, shown as `x'`. */
  primed?: { name: string; shown: string };
}

/** What is said where relations may leave nothing. */
export const unmetRelations: Judgement = {
  verdict: 'undecided',
  method: 'none',
  reason: 'no point was found that meets all relations given: about nothing, nothing is said',
  ms: 0,
  uses: [],
  conditions: [],
};

/** A step with everything that is told of it: its decision, its mutants or its diagnosis. */
const STEP_LIMIT_MS = 30_000;

/** @throws StepError when the step cannot be asked as it stands; ClaimError, ParseError */
export function judge(
  question: Question,
  { mutants, timeLimitMs = STEP_LIMIT_MS }: { mutants: boolean; timeLimitMs?: number },
): Judgement {
  const start = performance.now();
  const found = decision(timeLimitMs, () => judged(question, mutants));
  return { uses: [], ms: Math.round((performance.now() - start) * 100) / 100, ...found };
}

function judged(question: Question, mutants: boolean): Judgement {
  const { previous, next, relation, symbols, given } = question;
  const none = { uses: [], conditions: [] };
  const strict = relation === '<' || relation === '>';
  if (!strict && prepare(claimFor(previous, next, symbols, given)).vacuous) {
    return { verdict: 'vacuous', method: 'comparison', reason: 'the same after unfolding', ms: 0, ...none };
  }
  if (!areMet(given, symbols)) {
    return unmetRelations;
  }
  const posed = pose(question);
  const asked = ask(posed, relation, {});
  const { verdict, method, ms, reason, ...found } = asked;
  const holds = (line: Expr): Held => {
    const mutant = pose({ ...question, next: line });
    const held = ask(mutant, relation, { timeLimitMs: SIDE_LIMIT_MS, simplify: false });
    return {
      verdict: held.verdict,
      conditions: held.conditions.map((text) => conditionTex(text, mutant.symbols)),
      definedNowhere: held.definedNowhere,
    };
  };
  if (verdict === 'proved') {
    const where = found.conditions;
    return {
      verdict,
      method,
      ms,
      log10Error: found.errorBound,
      uses: usedRelations(question, posed.claim),
      conditions: where.map((text) => conditionTex(text, posed.symbols)),
      ...(where.length > 0 && { confines: [...new Set(where.flatMap(conditionSymbols))] }),
      ...(mutants && { mutants: inTime(() => mutationScore(next, holds)) }),
    };
  }
  if (verdict === 'refuted') {
    const counterexample = found.counterexample && counterexampleOf(found.counterexample, posed);
    const names = [...symbolsOf(previous), ...given.flatMap(({ defines }) => defines ?? [])];
    const repaired = (line: Expr): Held => {
      const held = holds(line);
      return namesOther(previous, line, held.verdict) ? { verdict: 'undecided', conditions: [] } : held;
    };
    const diagnosis = inTime(() => diagnose(next, names, symbols, repaired));
    return { verdict, method, ms, ...none, counterexample, diagnosis };
  }
  return { verdict, method, ms, ...none, reason };
}

/** A verdict stands without what is told beside it, when time runs out for that. */
function inTime<T>(help: () => T): T | undefined {
  try {
    return help();
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    return undefined;
  }
}

/** The verdict on what was posed, what must not vanish included. */
function ask({ claim, nonzero }: Posed, relation: Relation, options: DecideOptions): Verdict {
  const found = deciderOf(relation)(claim, { ...options, diagnose: false });
  // The lines differ, or nothing would have been asked: what is the same multiplied out is shown by that alone.
  const same = found.verdict === 'vacuous' && relation === '∝';
  if (found.verdict !== 'proved' && !same) return found;
  const perLine = nonzero.map((each) => nonzeroConditions(each, SIDE_LIMIT_MS));
  const conditions = [...new Set([...found.conditions, ...perLine.flatMap((each) => each ?? [])])];
  const together =
    perLine.every((each) => each !== null) &&
    (nonzero.length === 0 ||
      conditions.length === 0 ||
      canHoldTogether(conditions, [claim, ...nonzero], SIDE_LIMIT_MS));
  if (!together) {
    const reason = 'one of the lines may be 0 everywhere, and nothing but 0 is proportional to 0';
    return { ...found, verdict: 'undecided', conditions: [], reason };
  }
  return { ...found, ...(same && { method: 'the same multiplied out' }), verdict: 'proved', conditions };
}

/** Inequalities have their own decisions; the other relations are identities. */
const deciderOf = (relation: Relation): ((claim: Claim, options: DecideOptions) => Verdict) =>
  isComparison(relation) ? (claim, options) => decideInequality({ ...claim, relation }, options) : decide;

function pose({ previous, next, relation, about, symbols, given }: Question): Posed {
  if (relation === '=' || isComparison(relation))
    return { claim: claimFor(previous, next, symbols, given), nonzero: [], symbols };
  if (about === undefined) {
    throw new StepError(
      `a step by ${relation} needs the variable it is about: { relation: '${relation}', about: 'x' }`,
    );
  }
  const { tex, domain, meaning } = symbols.get(about);
  const prime = `${about}Prime`;
  const extended = symbols.extend({
    [prime]: { tex: `${tex}'`, domain, meaning: `another value of: ${meaning}` },
  });
  const [f, g] = [previous, next].map((line) => unfoldFor(about, line, given, symbols));
  const { lhs, rhs, sides, factors } = (relation === '∝' ? upToFactor : upToTerm)(about, prime, f, g);
  const there = inequalitiesAt(about, prime, given, extended);
  const both = there.length === 0 ? given : [...given, ...there];
  const primed = { name: prime, shown: `${about}'` };
  const nonzero = factors.map((factor) => claimFor(factor, number(0), extended, both));
  return { claim: claimFor(lhs, rhs, extended, both), sides, nonzero, symbols: extended, primed };
}

/** TeX of the relations without which the claim is not proved: each is dropped in turn. */
function usedRelations({ relation, symbols, given }: Question, claim: Claim): string[] {
  const decided = deciderOf(relation);
  let kept = [...(claim.given ?? [])];
  for (const text of claim.given ?? []) {
    if (timeLeft() <= 0) break; // what was not tried without counts as used
    const fewer = kept.filter((other) => other !== text);
    const { verdict } = decided({ ...claim, given: fewer }, { timeLimitMs: SIDE_LIMIT_MS, diagnose: false });
    if (verdict === 'proved' || verdict === 'vacuous') kept = fewer;
  }
  return given.filter(({ text }) => kept.includes(text)).map((relation) => relationTex(relation, symbols));
}

/** Why something that must be positive is not shown to be: a point at which it is not refutes it. Null where it is. */
export function notPositive(
  what: string,
  expr: Expr,
  { symbols, given }: Pick<Question, 'symbols' | 'given'>,
): Judgement | null {
  const { verdict, method, ms, counterexample } = signOf(expr, symbols, given);
  if (verdict === 'proved') return null;
  const none = { ms, uses: [], conditions: [] };
  const claim = claimFor(number(0), expr, symbols, given);
  if (verdict !== 'refuted' || !counterexample) {
    const reason = `${what} is not shown to be positive: narrow the domains, or give an inequality`;
    return { verdict: verdict === 'error' ? 'error' : 'undecided', method, reason, ...none };
  }
  // The counterexample is one of 0 < expr.
  const shown = counterexampleOf(counterexample, { claim, symbols, nonzero: [] });
  const sides = [what, 'what it must exceed'] as const;
  return { verdict, method, ...none, counterexample: { ...shown, lhs: shown.rhs, rhs: shown.lhs, sides } };
}

/** The point in the symbols that are free: defined ones follow from them. */
function counterexampleOf(
  { point, lhs, rhs }: Counterexample,
  { claim, sides, symbols, primed }: Posed,
): StepCounterexample {
  const defined = new Set((claim.given ?? []).map((text) => /^\s*(\w+)\s*=/.exec(text)?.[1]));
  const [left, right] = shortPair(lhs, rhs);
  return {
    point: Object.entries(point)
      .filter(([name]) => !defined.has(name))
      .map(([name, value]) => ({
        name: name === primed?.name ? primed.shown : name,
        tex: symbols.get(name).tex,
        value: valueTex(value),
      })),
    lhs: left,
    rhs: right,
    ...(sides !== undefined && { sides }),
  };
}

/**
 * Reads a quantity off a line.
 * @throws when the line is not shown to be quadratic in the variable with a positive variance: then it is not the log
 *   density of a Gaussian.
 * @see requireDensity
 */
export function readOff(quantity: Quantity, density: DensityOf): Expr {
  const { of, label } = quantity;
  const { symbols, given } = density;
  requireDensity(density);
  const log = logDensityOf(density);
  const claim = claimFor(thirdDerivative(log, of), number(0), symbols, given);
  const { verdict, conditions } = decide(claim, { timeLimitMs: SIDE_LIMIT_MS, diagnose: false });
  // A condition would be a kink: x·|x| has no third derivative but at 0, and is no quadratic.
  if ((verdict === 'proved' && conditions.length === 0) || verdict === 'vacuous') {
    requirePositive(`the variance in ${of}`, varianceOf(of).read(log), symbols, given);
    return quantity.read(log);
  }
  throw new Error(
    `the ${label} in ${of}: expected a line that is quadratic in ${of}, the log density of a Gaussian`,
  );
}
