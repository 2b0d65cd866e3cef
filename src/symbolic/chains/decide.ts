/** A statement about densities: refuted, proved with its scope, or left undecided with the reason. */
import { startClock, TimeUp, type Clock } from '../clock.ts';
import { chainText } from './text.ts';
import type { ChainCounterexample } from './counterexample.ts';
import { sideConditions } from './conditions.ts';
import { edits } from './edits.ts';
import { finiteCheck, wellFormed, type FiniteFinding } from './finite-check.ts';
import { familiesOf, statesOf } from './finite.ts';
import { routes, type Route } from './inequality.ts';
import type { ChainModel } from './model.ts';
import { parseChain, parseStatement } from './parse.ts';
import { rangesOf } from './range-text.ts';
import { proveByRules, type RuleProof } from './prove.ts';
import { unfolded } from './rewrite.ts';
import type { Size } from './sizes.ts';
import type { ChainExpr, IndexRange, Statement } from './syntax.ts';

export interface ChainVerdict {
  /** `tested`: no rule proves it, and it holds on all finite chains of the scope. That is no proof for others. */
  readonly verdict: 'proved' | 'tested' | 'refuted' | 'undecided' | 'vacuous';
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
  /** A single edit of the right-hand side under which the statement holds. */
  readonly diagnosis?: string;
  readonly ms: number;
}

export interface ChainOptions {
  /** Range of an index that the statement leaves free: `t = 2..T`. Several are separated by `;`. */
  readonly for?: string;
  /** What the larger side exceeds the smaller by: `KL(q(z|x) || p(z|x))`. Found where it can be. */
  readonly gap?: string;
  readonly seed?: number;
  /** Look for an edit that repairs a refuted statement. Default true. */
  readonly diagnose?: boolean;
  /** The decision ends by then, as undecided. Default 5000. */
  readonly timeLimitMs?: number;
}

/**
 * Decides `lhs = rhs`, `lhs >= rhs` or `lhs <= rhs`.
 * @throws ParseError for a text that is no statement or names a density that the model lacks.
 */
export function decideChain(
  model: ChainModel,
  statement: string | Statement,
  options: ChainOptions = {},
): ChainVerdict {
  const started = performance.now();
  const names = namesIn(model);
  const asked = typeof statement === 'string' ? parseStatement(statement, names) : statement;
  const ranges = rangesOf(options.for);
  const gap = options.gap === undefined ? undefined : parseChain(options.gap, names);
  const clock = startClock(options.timeLimitMs ?? 5000);
  const end = (): number => performance.now() - started;
  try {
    return { ...decided({ model, statement: asked, ranges, gap, clock }, options), ms: end() };
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    return { verdict: 'undecided', method: 'finite chains', reason: error.message, ...nothing, ms: end() };
  }
}

export const namesIn = (model: ChainModel) => ({
  densities: new Set(model.densities.keys()),
  functions: model.functions,
});

type Decision = Omit<ChainVerdict, 'ms'>;
const nothing = { rules: [], conditions: [] } as const;

interface Asked {
  model: ChainModel;
  statement: Statement;
  ranges: readonly IndexRange[];
  gap?: ChainExpr;
  clock: Clock;
}

function decided({ model, statement, ranges, gap, clock }: Asked, options: ChainOptions): Decision {
  if (sortedText(unfolded(statement.lhs)) === sortedText(unfolded(statement.rhs)))
    return { verdict: 'vacuous', method: 'comparison', reason: 'the same after unfolding', ...nothing };
  const { lengths, reason } = wellFormed(model, statement, ranges, clock);
  if (lengths.length === 0) return { verdict: 'undecided', method: 'reading', reason, ...nothing };
  const least = lengths[0].length;
  const { seed } = options;
  const quick = finiteCheck(model, statement, { ranges, seed, clock, quick: true });
  const question = { model, statement, ranges, least, seed, clock };
  if (quick.kind === 'refuted') {
    const diagnosis = options.diagnose === false ? undefined : repair(question);
    return {
      verdict: 'refuted',
      method: 'counterexample on a finite chain',
      ...nothing,
      counterexample: quick.counterexample,
      ...(diagnosis && { diagnosis }),
    };
  }
  if (quick.kind === 'unable')
    return { verdict: 'undecided', method: 'finite chains', reason: quick.reason, ...nothing };
  const repeated = repeatedIn(lengths);
  if (repeated !== undefined)
    return {
      verdict: 'undecided',
      method: 'reading',
      reason: `${repeated}, which is no density: holds where variables have states, is not proved`,
      ...nothing,
    };
  return statement.relation === '=' ? equality(question) : inequality(question, gap);
}

const repeatedIn = (lengths: ReturnType<typeof wellFormed>['lengths']): string | undefined =>
  lengths.find(({ seen }) => seen.repeated !== undefined)?.seen.repeated;

interface Question {
  model: ChainModel;
  statement: Statement;
  ranges: readonly IndexRange[];
  least: number;
  seed?: number;
  clock: Clock;
}

function equality({ model, statement, ranges, least, seed, clock }: Question): Decision {
  const proof = proveByRules(model, statement, ranges, least, clock);
  if (proof.kind === 'proved')
    return {
      verdict: 'proved',
      scope: everything(model, least),
      method: 'rules and finite chains',
      rules: proof.rules,
      conditions: [...sideConditions([statement], ranges, least, model.shortest), ...proof.conditions],
    };
  if (proof.diverges) return { verdict: 'undecided', method: 'rules', reason: proof.reason, ...nothing };
  const finite = finiteCheck(model, statement, { ranges, seed, clock });
  if (finite.kind === 'unable')
    return {
      verdict: 'undecided',
      method: 'finite chains',
      reason: `${proof.reason}; and ${finite.reason}`,
      ...nothing,
    };
  return finiteDecision(finite, model, proof.reason);
}

function finiteDecision(finite: FiniteFinding, model: ChainModel, open: string): Decision {
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
        ...nothing,
      };
    case 'unrefuted':
      return { verdict: 'undecided', method: 'finite chains', reason: open, ...nothing };
    case 'unable':
      return { verdict: 'undecided', method: 'finite chains', reason: finite.reason, ...nothing };
  }
}

function inequality(question: Question, gap?: ChainExpr): Decision {
  const { model, statement, ranges, least, seed, clock } = question;
  const tried = routes(
    statement,
    model,
    ranges.map(({ index }) => index),
    gap,
  );
  for (const route of tried) {
    const found = route.identity === undefined ? nothing : holds(question, route.identity);
    if (found === undefined) continue;
    return proof(question, route, found, everything(model, least));
  }
  const full = finiteCheck(model, statement, { ranges, seed, clock });
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

/** What proves an identity for all densities, or undefined. */
function holds(
  { model, ranges, least, clock }: Question,
  { lhs, rhs }: { lhs: ChainExpr; rhs: ChainExpr },
): Pick<RuleProof, 'rules' | 'conditions'> | undefined {
  if (sortedText(lhs) === sortedText(rhs)) return { rules: [], conditions: [] };
  const { lengths } = wellFormed(model, { lhs, rhs }, ranges, clock);
  if (lengths[0]?.length !== least || repeatedIn(lengths) !== undefined) return undefined;
  // The tables first: they refute most wrong guesses at once.
  const finite = finiteCheck(model, { lhs, relation: '=', rhs }, { ranges, quick: true, clock });
  if (finite.kind !== 'unrefuted') return undefined;
  const found = proveByRules(model, { lhs, rhs }, ranges, least, clock);
  return found.kind === 'proved' ? found : undefined;
}

function proof(
  { model, statement, ranges, least }: Question,
  route: Route,
  { rules, conditions }: Pick<RuleProof, 'rules' | 'conditions'>,
  scope: string,
): Decision {
  return {
    verdict: 'proved',
    scope,
    method: `${route.cite}; rules and finite chains`,
    rules: [route.cite, ...rules],
    conditions: [
      ...new Set([
        ...sideConditions(
          [statement, ...(route.identity ? [route.identity] : [])],
          ranges,
          least,
          model.shortest,
        ),
        ...conditions,
        ...route.conditions,
      ]),
    ],
    ...(route.gap && { gap: chainText(route.gap) }),
  };
}

// What is told must not depend on the machine: the number of edits ends the search, the time only a runaway one.
const MAX_EDITS = 80;

/** A single edit of the right-hand side that the rules prove, found before the time is up. */
function repair(question: Question): string | undefined {
  const { model, statement, ranges, clock } = question;
  try {
    if (statement.relation !== '=') {
      const other: Statement = { ...statement, relation: statement.relation === '≥' ? '≤' : '≥' };
      return finiteCheck(model, other, { ranges, quick: true, clock }).kind === 'unrefuted'
        ? `no counterexample with ${other.relation}`
        : undefined;
    }
    for (const { expr, what } of edits(statement.rhs, [...model.densities.keys()]).slice(0, MAX_EDITS))
      if (holds(question, { lhs: statement.lhs, rhs: expr })) return `holds with ${what}`;
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
  }
  return undefined;
}

const isLong = (model: ChainModel): boolean => [...model.densities.values()].some(({ long }) => long);

const everything = (model: ChainModel, least: number): string =>
  isLong(model) ? `all densities, all $T \\ge ${least}$` : 'all densities';

function sizesText(sizes: readonly Size[], model: ChainModel): string {
  const states = [...new Set(sizes.map((size) => size.states))];
  const parts = states.map((n) => {
    const lengths = sizes.filter((size) => size.states === n).map(({ length }) => length);
    const families = familiesOf(model, lengths[0]);
    const count = statesOf(families, n);
    const noun = isLong(model) ? 'chains' : 'models';
    const long = isLong(model) ? `, $T = ${lengths.join(', ')}$` : '';
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
