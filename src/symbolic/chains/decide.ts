/** A statement about densities: refuted, proved with its scope, or left undecided with the reason. */
import { amount, flag, relationAmong, requireArguments, text, type KindsOf } from '../arguments.ts';
import { TimeUp, type Clock } from '../clock.ts';
import { decision } from '../decision.ts';
import { shownAs } from '../shown.ts';
import { chainText } from './text.ts';
import type { ChainCounterexample } from './counterexample.ts';
import { positivity, sideConditions } from './conditions.ts';
import { edits } from './edits.ts';
import { finiteCheck, type FiniteFinding } from './finite-check.ts';
import { familiesOf, statesOf } from './finite.ts';
import { routes, type Route } from './inequality.ts';
import { keepsMeaning } from './meaning.ts';
import type { ChainModel } from './model.ts';
import { parseChain, parseStatement } from './parse.ts';
import { extentOf } from './range-text.ts';
import { readings, type Extent } from './reading.ts';
import { proveByRules, type RuleProof } from './prove.ts';
import { unfolded } from './rewrite.ts';
import { positiveIn } from './sign.ts';
import { statementProof } from './step.ts';
import type { Size } from './sizes.ts';
import {
  chainRelations,
  indexText,
  shift,
  type ChainExpr,
  type IndexRange,
  type Statement,
} from './syntax.ts';

export interface ChainVerdict {
  /**
   * `tested`: no rule proves it, and it holds on all finite chains of the scope. That is no proof for others.
   * `error`: a fault of the checker itself.
   */
  readonly verdict: 'proved' | 'tested' | 'refuted' | 'undecided' | 'vacuous' | 'error';
  /** Of a proof `all densities, all T ≥ 1`; of a test the finite chains on which it is exact. */
  readonly scope?: string;
  readonly method: string;
  /** The rules that the rewriting used, and theorems cited. */
  readonly rules: readonly string[];
  /** TeX of the side conditions. */
  readonly conditions: readonly string[];
  /** Of a test: decimal logarithm of the probability that it is wrong on the chains of its scope. */
  readonly log10Error?: number;
  readonly counterexample?: ChainCounterexample;
  /** Of an inequality proved by its gap: left − right or right − left, which cannot be negative. */
  readonly gap?: string;
  readonly reason?: string;
  /** What would make it hold: a single edit of the right-hand side, a range of an index, a least T. Found by the rules. */
  readonly diagnosis?: string;
  readonly ms: number;
}

export interface ChainOptions {
  /** The range of an index that the statement leaves free, and the least T: `t = 2..T; T >= 3`. */
  readonly for?: string;
  /** What the larger side exceeds the smaller by: `KL(q(z|x) || p(z|x))`. Found where it can be. */
  readonly gap?: string;
  readonly seed?: number;
  /** Look for an edit that repairs a refuted statement. Default true. */
  readonly diagnose?: boolean;
  /** The decision ends by then, as undecided. Default 5000. */
  readonly timeLimitMs?: number;
}

const CHAIN_OPTIONS: KindsOf<ChainOptions> = {
  for: text,
  gap: text,
  seed: amount,
  diagnose: flag,
  timeLimitMs: amount,
};

/**
 * Decides `lhs = rhs`, `lhs >= rhs` or `lhs <= rhs`.
 * @throws ParseError for a text that is no statement or names a density that the model lacks.
 */
export function decideChain(
  model: ChainModel,
  statement: string | Statement,
  options: ChainOptions = {},
): ChainVerdict {
  requireArguments('options of decideChain', options, CHAIN_OPTIONS);
  const started = performance.now();
  const names = namesIn(model);
  const asked =
    typeof statement === 'string'
      ? parseStatement(statement, names)
      : { ...statement, relation: relationAmong('statement', statement.relation, chainRelations) };
  const extent = extentOf(options.for, model);
  const gap = options.gap === undefined ? undefined : parseChain(options.gap, names);
  const left = (options.timeLimitMs ?? 5000) - (performance.now() - started);
  const found = decision(Math.max(0, left), (clock) =>
    decided({ model, statement: asked, extent, gap, clock, seed: options.seed }, options),
  );
  const verdict: ChainVerdict = { rules: [], ...found, ms: performance.now() - started };
  return shownAs(verdict, () => statementProof(asked, verdict));
}

export const namesIn = (model: ChainModel) => ({
  densities: new Set(model.densities.keys()),
  functions: model.functions,
});

type Sides = Pick<Statement, 'lhs' | 'rhs'>;
type Decision = Omit<ChainVerdict, 'ms'>;
const nothing = { rules: [], conditions: [] } as const;

interface Question {
  readonly model: ChainModel;
  readonly statement: Statement;
  readonly extent: Extent;
  readonly gap?: ChainExpr;
  readonly seed?: number;
  readonly clock: Clock;
}

function decided(asked: Question, options: ChainOptions): Decision {
  const { model, statement, extent, clock } = asked;
  const diagnosed = (question: Question): Pick<Decision, 'diagnosis'> => {
    const diagnosis = options.diagnose === false ? undefined : repair(question);
    return diagnosis === undefined ? {} : { diagnosis };
  };
  const { lengths, reason } = readings(model, statement, extent, clock);
  if (lengths.length === 0)
    return { verdict: 'undecided', method: 'reading', reason, ...nothing, ...diagnosed(asked) };
  if (sortedText(unfolded(statement.lhs)) === sortedText(unfolded(statement.rhs)))
    return { verdict: 'vacuous', method: 'comparison', reason: 'the same after unfolding', ...nothing };
  const question = { ...asked, extent: { ...extent, least: lengths[0].length } };
  const quick = finitely(question, { quick: true });
  if (quick.kind === 'refuted')
    return {
      verdict: 'refuted',
      method: 'counterexample on a finite chain',
      ...nothing,
      counterexample: quick.counterexample,
      ...diagnosed(question),
    };
  const byShape =
    quick.kind === 'unable' && quick.beyond && statement.relation !== '=' ? byTheorem(question) : undefined;
  if (byShape !== undefined) return byShape;
  if (quick.kind === 'unable')
    return { verdict: 'undecided', method: 'finite chains', reason: quick.reason, ...nothing };
  return statement.relation === '=' ? equality(question) : inequality(question);
}

const finitely = (
  { model, statement, extent, seed, clock }: Question,
  options: { quick?: boolean } = {},
): FiniteFinding => finiteCheck(model, statement, { ...extent, seed, clock, ...options });

function equality(question: Question): Decision {
  const { model, statement, extent, clock } = question;
  const { ranges, least } = extent;
  const proof = proveByRules(model, statement, ranges, least, clock);
  if (proof.kind === 'proved')
    return {
      verdict: 'proved',
      scope: everything(model, least),
      method: 'rules and finite chains',
      rules: proof.rules,
      conditions: [...sideConditions([statement], extent, model), ...proof.conditions],
    };
  if (proof.diverges) return { verdict: 'undecided', method: 'rules', reason: proof.reason, ...nothing };
  const finite = finitely(question);
  if (finite.kind === 'unable')
    return {
      verdict: 'undecided',
      method: 'finite chains',
      reason: `${proof.reason}; and ${finite.reason}`,
      ...nothing,
    };
  return finiteDecision(finite, question, proof.reason);
}

function finiteDecision(
  finite: FiniteFinding,
  { model, statement, extent }: Question,
  open: string,
): Decision {
  // Positive functions were drawn so.
  const drawn = [statement.lhs, statement.rhs]
    .flatMap((side) => positiveIn(side, model.positive))
    .map(positivity);
  switch (finite.kind) {
    case 'refuted':
      return {
        verdict: 'refuted',
        method: 'counterexample on a finite chain',
        ...nothing,
        counterexample: finite.counterexample,
      };
    case 'agrees':
      return {
        verdict: 'tested',
        scope: sizesText(finite.sizes, model),
        method: 'exact tables and residues',
        log10Error: finite.log10Error,
        reason: `no rule proves it for all densities: ${open}`,
        rules: [],
        conditions: [...new Set([...sideConditions([statement], extent, model), ...drawn])],
      };
    case 'unrefuted':
      return { verdict: 'undecided', method: 'finite chains', reason: open, ...nothing };
    case 'unable':
      return { verdict: 'undecided', method: 'finite chains', reason: finite.reason, ...nothing };
  }
}

function inequality(question: Question): Decision {
  const proved = byTheorem(question);
  if (proved !== undefined) return proved;
  const full = finitely(question);
  if (full.kind === 'refuted')
    return {
      verdict: 'refuted',
      method: 'counterexample on a finite chain',
      ...nothing,
      counterexample: full.counterexample,
    };
  const reason = "no violation found, and no gap that is a KL; give one: { gap: 'KL(… || …)' }";
  return { verdict: 'undecided', method: 'finite chains', reason, ...nothing };
}

/** An inequality by the first theorem that gives it. */
function byTheorem(question: Question): Decision | undefined {
  const { model, statement, extent, gap } = question;
  const free = extent.ranges.map(({ index }) => index);
  // A shape says nothing of whether a sum has a meaning where it has terms: the tables do, or the rules.
  const unseen = readings(model, statement, extent, question.clock).unseen === true;
  for (const route of routes(statement, model, free, gap)) {
    if (route.identity === undefined && (unseen || !keepsMeaning(model, statement, extent))) continue;
    const found = route.identity === undefined ? nothing : holds(question, route.identity);
    if (found !== undefined) return proof(question, route, found);
  }
  return undefined;
}

/** What proves an identity for all densities, or undefined. */
function holds(
  { model, extent, clock }: Question,
  sides: Sides,
): Pick<RuleProof, 'rules' | 'conditions'> | undefined {
  const { lhs, rhs } = sides;
  const { lengths } = readings(model, { lhs, rhs }, extent, clock);
  if (lengths[0]?.length !== extent.least) return undefined;
  if (sortedText(lhs) === sortedText(rhs) && keepsMeaning(model, sides, extent))
    return { rules: [], conditions: [] };
  // The tables first: they refute most wrong guesses at once.
  const finite = finiteCheck(model, { lhs, relation: '=', rhs }, { ...extent, quick: true, clock });
  if (finite.kind !== 'unrefuted') return undefined;
  const found = proveByRules(model, { lhs, rhs }, extent.ranges, extent.least, clock);
  return found.kind === 'proved' ? found : undefined;
}

function proof(
  { model, statement, extent }: Question,
  route: Route,
  { rules, conditions }: Pick<RuleProof, 'rules' | 'conditions'>,
): Decision {
  const read = [statement, ...(route.identity ? [route.identity] : [])];
  const positive = (route.rests ?? []).flatMap((expr) => positiveIn(expr, model.positive));
  const all = [
    ...sideConditions(read, extent, model),
    ...conditions,
    ...route.conditions,
    ...positive.map(positivity),
  ];
  return {
    verdict: 'proved',
    scope: everything(model, extent.least),
    method: `${route.cite}; rules and finite chains`,
    rules: [route.cite, ...rules],
    conditions: [...new Set(all)],
    ...(route.gap && { gap: chainText(route.gap) }),
  };
}

// What is told must not depend on the machine: the number of edits ends the search, the time only a runaway one.
const MAX_EDITS = 80;

/** What would make the statement hold, by the rules, found before the time is up. */
function repair(question: Question): string | undefined {
  const { model, statement, extent } = question;
  try {
    for (const more of model.long ? [1, 2, 3] : []) {
      const from = provedFrom({ ...question, extent: { ...extent, least: extent.least + more } });
      if (from !== undefined) return `holds from T ≥ ${from} on`;
    }
    for (const ranges of narrowed(extent.ranges))
      if (provedFrom({ ...question, extent: { ...extent, ranges } }) !== undefined)
        return `holds for ${ranges.map(rangeText).join('; ')}`;
    if (statement.relation !== '=') {
      const other: Statement = { ...statement, relation: statement.relation === '≥' ? '≤' : '≥' };
      const isOpen = finitely({ ...question, statement: other }, { quick: true }).kind === 'unrefuted';
      return isOpen ? `no counterexample with ${other.relation}` : undefined;
    }
    for (const { expr, what } of edits(statement.rhs, [...model.densities.keys()]).slice(0, MAX_EDITS))
      if (holds(question, { lhs: statement.lhs, rhs: expr })) return `holds with ${what}`;
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
  }
  return undefined;
}

/** The least T from which on the rules prove it for all densities, or undefined. */
function provedFrom(question: Question): number | undefined {
  const { model, statement, extent, clock } = question;
  const least = readings(model, statement, extent, clock).lengths[0]?.length;
  if (least === undefined) return undefined;
  const from = { ...question, extent: { ...extent, least } };
  if (statement.relation === '=') return holds(from, statement) && least;
  const isOpen = finitely(from, { quick: true }).kind === 'unrefuted';
  return isOpen && byTheorem(from) !== undefined ? least : undefined;
}

/** Each range without its first value, or without its last. */
const narrowed = (ranges: readonly IndexRange[]): IndexRange[][] =>
  ranges.flatMap((range, i) =>
    [
      { ...range, from: shift(range.from, 1) },
      { ...range, to: shift(range.to, -1) },
    ].map((changed) => ranges.map((each, j) => (j === i ? changed : each))),
  );

const rangeText = ({ index, from, to }: IndexRange): string =>
  `${index} = ${indexText(from)}..${indexText(to)}`;

const everything = (model: ChainModel, least: number): string =>
  model.long ? `all densities, all $T \\ge ${least}$` : 'all densities';

function sizesText(sizes: readonly Size[], model: ChainModel): string {
  const states = [...new Set(sizes.map((size) => size.states))];
  const parts = states.map((n) => {
    const lengths = sizes.filter((size) => size.states === n).map(({ length }) => length);
    const families = familiesOf(model, lengths[0]);
    const count = statesOf(families, n);
    const noun = model.long ? 'chains' : 'models';
    const long = model.long ? `, $T = ${lengths.join(', ')}$` : '';
    if (families.length === 1) return `${n}-state ${noun}${long}`;
    const each = families.map((family, i) => `${count(family)}${i === 0 ? ' states' : ''} of ${family}`);
    return `${noun} with ${each.join(', ')}${long}`;
  });
  return `exact on all ${parts.join('; ')}`;
}

/** Text with sums and products in a fixed order, so that a + b is b + a. */
function sortedText(expr: ChainExpr): string {
  if (expr.kind === 'add' || expr.kind === 'mul')
    return `${expr.kind}(${expr.args.map(sortedText).sort().join(';')})`;
  return chainText(expr);
}
