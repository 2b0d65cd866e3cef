import { MAX_SPLITS, switchOf, where } from './switches.ts';
import { requireArguments } from './arguments.ts';
import { prepare, requireClaim, type Prepared } from './claim.ts';
import { claimProof } from './claim-proof.ts';
import { timeLeft, type Clock } from './clock.ts';
import { reachesBoundary, setRequirements, weakBounds } from './boundary.ts';
import { openRequirements, type Requirement } from './conditions.ts';
import { describe, simplestCounterexample } from './counterexample.ts';
import { decision } from './decision.ts';
import { digest, neg, nodesOfAll, toText, type FunctionName } from './expr.ts';
import type { FieldResult } from './field.ts';
import { conditionsOf } from './implied.ts';
import { topological, type Node } from './node.ts';
import { FieldLimit, NeverDefined } from './numbers.ts';
import { Normal } from './normal.ts';
import { compareAt, realCheck } from './real.ts';
import { Random } from './random.ts';
import { parse } from './parse.ts';
import { namesOther, repairText, repairs } from './repair.ts';
import { Sampler } from './sampling.ts';
import { shownAs } from './shown.ts';
import { DECIDE_OPTIONS, type Claim, type DecideOptions, type Verdict } from './verdict.ts';

const TIME_LIMIT_MS = 5000;
/** Each edit of a diagnosis is tried this long at most: how many are tried, `repairs` bounds. */
const REPAIR_MS = 1000;
/** Points at which a tiny difference is looked for, each with 1,200 digits; and the last resort, with 2,400. */
const DEEP_BITS = [4096, 4096, 4096] as const;
const DEEPEST_BITS = [8192] as const;

type Finding = Omit<Verdict, 'ms' | 'conditions'> & { conditions?: string[] };

/**
 * Decides a claim. It speaks of the points at which every symbol, defined ones included, lies in its domain and every
 * inequality holds.
 * - `proved`: the sides are equal wherever both are defined on that set. Both engines agree on it, every branch is certified,
 *   and every definedness condition that the domains do not imply is listed: x/x = 1 holds with condition x ≠ 0.
 * - `refuted`: with a point of the set at which both sides are defined and certainly differ.
 * - `vacuous`: the same after unfolding the definitions and sorting sums and products; never counted as proved.
 * - `undecided`: with the reason; an empty set, and sides defined nowhere, are among them.
 * - `error`: a fault of the checker itself, of this claim alone; it says nothing of the claim.
 * @throws ClaimError when the claim is malformed, or has another relation than `=`; Error for an unknown option. It never runs past the time limit.
 */
export function decide(claim: Claim, options: DecideOptions = {}): Verdict {
  requireClaim(claim, ['=']);
  requireArguments('options of decide', options, DECIDE_OPTIONS);
  const { timeLimitMs = TIME_LIMIT_MS, seed = 0, diagnose = true, simplify = true } = options;
  const start = performance.now();
  const found: Finding = decision(timeLimitMs, (clock) => find(claim, seed, simplify, clock));
  if (found.verdict === 'refuted' && diagnose) {
    const left = timeLimitMs - (performance.now() - start);
    const diagnosis = left > 0 ? decision(left, () => diagnosisOf(claim)) : undefined;
    if (typeof diagnosis === 'string') found.diagnosis = diagnosis;
  }
  const verdict = { conditions: [], ...found, ms: Math.round((performance.now() - start) * 100) / 100 };
  return shownAs(verdict, () => claimProof(claim, verdict));
}

/**
 * The first single edit of the right side under which the claim holds without a condition, else the first under which it
 * holds at all, with its conditions; if one is found in time.
 */
function diagnosisOf(claim: Claim): string | undefined {
  const [lhs, rhs] = [claim.lhs, claim.rhs].map((side) => (typeof side === 'string' ? parse(side) : side));
  let fallback: string | undefined;
  for (const repair of repairs(rhs, Object.keys(claim.symbols))) {
    if (timeLeft() <= 0) break;
    const repaired = { ...claim, rhs: repair.whole };
    const { verdict, conditions = [] } = decision<Finding>(REPAIR_MS, (clock) =>
      find(repaired, 0, false, clock),
    );
    if (verdict !== 'proved' && verdict !== 'vacuous') continue;
    if (namesOther(lhs, repair.whole, verdict)) continue;
    if (conditions.length === 0) return repairText(repair);
    fallback ??= `${repairText(repair)}, where ${conditions.join(', ')}`;
  }
  return fallback;
}

function find(claim: Claim, seed: number, simplify: boolean, clock: Clock): Finding {
  const prepared = prepare(claim);
  if (prepared.vacuous) return { verdict: 'vacuous', method: 'comparison', reason: prepared.vacuous };
  if (prepared.empty) return { verdict: 'undecided', method: 'none', reason: `empty set: ${prepared.empty}` };
  const foreign = functionIn(prepared, ['sin', 'cos']);
  if (foreign) return { verdict: 'undecided', method: 'none', reason: `no engine decides ${foreign}` };
  const text = `${digest(prepared.lhs)} = ${digest(prepared.rhs)}`;
  const random = Random.of(text, seed);
  const real = realCheck(prepared, random, clock);
  if (real.kind === 'refuted') {
    const counterexample = simplify
      ? simplestCounterexample(prepared, real.witness, random, clock)
      : describe(prepared, real.witness);
    return { verdict: 'refuted', method: 'counterexample with error balls', counterexample };
  }
  if (real.kind === 'unclear') {
    const reason = definedNowhere(prepared, random, clock) ?? real.reason;
    return { verdict: 'undecided', method: 'real', reason, ...(real.nowhere && { definedNowhere: true }) };
  }
  return certify(prepared, Random.of(text, seed + 1), clock, MAX_SPLITS);
}

/** Why a side is defined at no point at all, where the normal form shows it: (x − x)/(x − x). */
function definedNowhere(prepared: Prepared, random: Random, clock: Clock): string | null {
  try {
    const normal = new Normal(prepared, random, clock);
    normal.read(prepared.lhs);
    normal.read(prepared.rhs);
    return null;
  } catch (error) {
    if (error instanceof NeverDefined) return `both sides are defined at only 0 points: ${error.message}`;
    if (error instanceof FieldLimit) return null; // too large to tell
    throw error;
  }
}

/** The sides agree at real points; the field engine and the certificates make that a proof, or do not. */
function certify(prepared: Prepared, random: Random, clock: Clock, splits: number): Finding {
  try {
    const normal = new Normal(prepared, random, clock);
    const found = certifyWhole(prepared, normal, random, clock, splits === MAX_SPLITS);
    if (found.verdict !== 'undecided' || splits === 0) return found;
    return (
      certifyCases(prepared, normal, random, clock, splits) ??
      (splits === MAX_SPLITS ? differsDeep(prepared, DEEPEST_BITS, random, clock) : null) ??
      found
    );
  } catch (error) {
    if (!(error instanceof FieldLimit)) throw error;
    return {
      verdict: 'undecided',
      method: 'real',
      reason: `agrees at real points; not certified: ${error.message}`,
    };
  }
}

/** Both sides of a switch, where the whole is not certified. */
function certifyCases(
  prepared: Prepared,
  normal: Normal,
  random: Random,
  clock: Clock,
  splits: number,
): Finding | null {
  const expr = switchOf(prepared, normal);
  if (!expr) return null;
  let errorBound = -Infinity;
  for (const side of [expr, neg(expr)]) {
    const found = certify(where(prepared, side), random, clock, splits - 1);
    if (found.verdict !== 'proved') return null;
    errorBound = Math.max(errorBound, found.errorBound ?? 0);
  }
  const requirements = openRequirements([prepared.lhs, prepared.rhs], normal);
  const { conditions, log10Error } = conditionsOf(requirements, prepared);
  const method = 'prime fields with certified signs in each case, and real points';
  return { verdict: 'proved', method, errorBound: Math.max(errorBound, log10Error), conditions };
}

function certifyWhole(
  prepared: Prepared,
  normal: Normal,
  random: Random,
  clock: Clock,
  searches: boolean,
): Finding {
  const [lhs, rhs] = [normal.read(prepared.lhs), normal.read(prepared.rhs)];
  const requirements = openRequirements([prepared.lhs, prepared.rhs], normal);
  let result = normal.field.equal(lhs, rhs);
  let method = 'prime fields and real points';
  if (result.kind !== 'equal') {
    const required = [...requirements, ...setRequirements(prepared, normal)];
    const pins = settledSigns([lhs, rhs], required, normal);
    if (pins.size > 0) {
      result = normal.field.equal(lhs, rhs, { pins });
      method = 'prime fields with certified signs and real points';
    }
  }
  if (result.kind !== 'equal') return deeper(prepared, result, random, clock, searches);
  const weak = weakBounds(prepared, requirements, [lhs, rhs], normal);
  if (weak.length > 0 && !reachesBoundary(weak, lhs, rhs, normal))
    return {
      verdict: 'undecided',
      method,
      reason: `holds where ${weak.map((expr) => `${toText(expr)} > 0`).join(', ')}; not certified where it is 0`,
    };
  const { conditions, log10Error } = conditionsOf(requirements, prepared);
  const errorBound = Math.max(result.log10Error, normal.log10Error, log10Error);
  return { verdict: 'proved', method, errorBound: Math.round(errorBound * 10) / 10, conditions };
}

/** Signs that hold wherever both sides are defined, certified or required: they settle roots of hidden squares. */
function settledSigns(
  roots: readonly Node[],
  requirements: readonly Requirement[],
  normal: Normal,
): Map<Node, number> {
  const sums = topological(roots).filter((node) => node.kind === 'add');
  const certified = sums
    .map((node) => [node, normal.signs.sign(node).sign] as const)
    .filter(([, sign]) => sign !== 0);
  const required = requirements.flatMap(({ node, relation }): [Node, number][] => {
    const [coefficient, rest] = normal.nodes.split(node);
    return relation === '≠' ? [] : [[rest, coefficient.n < 0n ? -1 : 1]];
  });
  return new Map([...required, ...certified]);
}

/** The field engine denies what real points suggest: look for the difference with thousands of digits. */
function deeper(
  prepared: Prepared,
  result: FieldResult,
  random: Random,
  clock: Clock,
  searches: boolean,
): Finding {
  const found = searches && result.kind !== 'unable' ? differsDeep(prepared, DEEP_BITS, random, clock) : null;
  if (found) return found;
  const reason = {
    equal: '',
    differs: 'equal at real points to 256 digits, but not shown to be equal exactly',
    mixed: 'equal at real points, but the branch of a root or absolute value is not certified',
    unable: result.kind === 'unable' ? result.reason : '',
  }[result.kind];
  return { verdict: 'undecided', method: 'prime fields and real points', reason };
}

/** A refutation at one of a few points, each looked at with that many bits. */
function differsDeep(
  prepared: Prepared,
  precisions: readonly number[],
  random: Random,
  clock: Clock,
): Finding | null {
  const sampler = new Sampler(prepared, random, clock);
  for (const [i, bits] of precisions.entries()) {
    const point = sampler.next(i === 0 ? 'simple' : 'typical');
    const compared = point && compareAt(prepared, point, clock, [bits]);
    if (compared?.kind !== 'differ') continue;
    const counterexample = simplestCounterexample(prepared, compared.witness, random, clock);
    return { verdict: 'refuted', method: 'counterexample with error balls', counterexample };
  }
  return null;
}

/** The first of these functions that the claim reads. */
function functionIn(
  { lhs, rhs, constraints }: Prepared,
  functions: readonly FunctionName[],
): string | undefined {
  return nodesOfAll([lhs, rhs, ...constraints.map(({ expr }) => expr)]).flatMap((node) =>
    node.kind === 'call' && functions.includes(node.fn) ? [node.fn] : [],
  )[0];
}
