/**
 * Inequalities on a domain. Proved by a certified sign of the difference, or by a derivative that certifies where it is
 * least; refuted by a point at which the error balls say so; else undecided.
 */
import { requireArguments } from './arguments.ts';
import { allCases } from './cases.ts';
import { prepare, requireClaim, type Prepared } from './claim.ts';
import { claimProof } from './claim-proof.ts';
import type { Clock } from './clock.ts';
import { openRequirements } from './conditions.ts';
import { decision } from './decision.ts';
import type { Domain } from './domain.ts';
import { nodesOfAll, number, sub, type Expr } from './expr.ts';
import { conditionsOf } from './implied.ts';
import { leastSign } from './least-sign.ts';
import { FieldLimit } from './numbers.ts';
import { Normal } from './normal.ts';
import { Random } from './random.ts';
import { shownAs } from './shown.ts';
import { DECIDE_OPTIONS, type Claim, type DecideOptions, type Verdict } from './verdict.ts';
import { isDefinedSomewhere, violation } from './violation.ts';

const COMPARISONS = ['≤', '<', '≥', '>'] as const;
export type Comparison = (typeof COMPARISONS)[number];
/** From plain JavaScript `<=` and `>=` may be written so. */
export type InequalityClaim = Claim & { relation: Comparison };

const TIME_LIMIT_MS = 5000;
/** How deep derivatives are taken of derivatives: e^x ≥ 1 + x + x²/2 needs two. */
const MAX_DEPTH = 2;

/**
 * Decides `lhs relation rhs` at every point of the claim's set at which both sides are defined.
 * @throws ClaimError when the claim is malformed, or has another relation than these; Error for an unknown option
 */
export function decideInequality(asked: InequalityClaim, options: DecideOptions = {}): Verdict {
  const claim: InequalityClaim = { ...asked, relation: requireClaim(asked, COMPARISONS) };
  requireArguments('options of decideInequality', options, DECIDE_OPTIONS);
  const { timeLimitMs = TIME_LIMIT_MS, seed = 0 } = options;
  const start = performance.now();
  const found = decision(timeLimitMs, (clock) => find(claim, Random.of(`${claim.relation}`, seed), clock));
  const verdict = { ...found, ms: Math.round((performance.now() - start) * 100) / 100 };
  return shownAs(verdict, () => claimProof(claim, verdict));
}

function find(claim: InequalityClaim, random: Random, clock: Clock): Omit<Verdict, 'ms'> {
  const { relation } = claim;
  const strict = relation === '<' || relation === '>';
  const prepared = prepare(claim);
  const undecided = (reason: string): Omit<Verdict, 'ms'> => ({
    verdict: 'undecided',
    method: 'none',
    conditions: [],
    reason,
  });
  if (prepared.empty) return undecided(`empty set: ${prepared.empty}`);
  if (prepared.vacuous && !strict)
    return { verdict: 'vacuous', method: 'comparison', conditions: [], reason: prepared.vacuous };
  const foreign = nodesOfAll([
    prepared.lhs,
    prepared.rhs,
    ...prepared.constraints.map(({ expr }) => expr),
  ]).flatMap((e) => (e.kind === 'call' && (e.fn === 'sin' || e.fn === 'cos') ? [e.fn] : []))[0];
  if (foreign) return undecided(`no engine decides ${foreign}`);
  const gap = gapOf(prepared, relation);
  // Most that hold do by their sign, at once: the search for a counterexample is left out where it could find none.
  const evident = attempt(prepared, relation, strict, 0, random, clock);
  if (evident && isDefinedSomewhere(prepared, gap, random, clock)) return evident;
  const counterexample = violation(prepared, gap, strict, random, clock);
  if (counterexample === 'nowhere')
    return {
      ...undecided('no point of the set at which both sides are defined was found'),
      definedNowhere: true,
    };
  if (counterexample)
    return { verdict: 'refuted', method: 'counterexample with error balls', conditions: [], counterexample };
  return (
    certify(claim, strict, random, clock) ??
    undecided('holds at the points tried; no certificate of its sign was found')
  );
}

/** large − small ≥ 0 is what is claimed. */
const gapOf = ({ lhs, rhs }: Prepared, relation: Comparison): Expr =>
  relation === '≤' || relation === '<' ? sub(rhs, lhs) : sub(lhs, rhs);

function certify(
  claim: InequalityClaim,
  strict: boolean,
  random: Random,
  clock: Clock,
): Omit<Verdict, 'ms'> | null {
  const whole = attempt(prepare(claim), claim.relation, strict, MAX_DEPTH, random, clock);
  if (whole) return whole;
  const split = allCases(claim);
  if (split.length < 2) return null;
  const parts = split.map((each) =>
    attempt(prepare(each.claim), claim.relation, strict, MAX_DEPTH, random, clock),
  );
  if (parts.some((part) => part === null)) return null;
  const conditions = [...new Set(parts.flatMap((part) => part!.conditions))];
  return {
    verdict: 'proved',
    method: `certified sign, case by case: ${split.map(({ text }) => text).join('; ')}`,
    errorBound: Math.max(...parts.map((part) => part!.errorBound!)),
    conditions,
  };
}

function attempt(
  prepared: Prepared,
  relation: Comparison,
  strict: boolean,
  depth: number,
  random: Random,
  clock: Clock,
): Omit<Verdict, 'ms'> | null {
  try {
    const [needed, log10Error] = withoutImplied(prepared, random, clock);
    const found = leastSign(needed, gapOf(prepared, relation), depth, random, clock);
    if (!found || (strict && !found.strict)) return null;
    const normal = new Normal(needed, random, clock);
    const open = openRequirements([prepared.lhs, prepared.rhs], normal);
    const { conditions, log10Error: implied } = conditionsOf(open, prepared);
    const errorBound = Math.max(found.log10Error, normal.log10Error, log10Error, implied);
    return { verdict: 'proved', method: found.method, errorBound, conditions };
  } catch (error) {
    if (error instanceof FieldLimit) return null;
    throw error;
  }
}

/** Without the constraints that follow from the domains, which confine nothing; and the error bound of that. */
function withoutImplied(prepared: Prepared, random: Random, clock: Clock): [Prepared, number] {
  const normal = new Normal({ ...prepared, constraints: [] }, random, clock);
  const constraints = prepared.constraints.filter(({ expr, weak }) => {
    const { sign, strict } = normal.signs.sign(normal.read(expr));
    return !(sign === 1 && (strict || weak));
  });
  return [{ ...prepared, constraints }, normal.log10Error];
}

export const isComparison = (relation: string): relation is Comparison =>
  COMPARISONS.includes(relation as Comparison);

/** What lying in a domain comes down to. */
export function edgesOf({ lo, hi, loClosed, hiClosed }: Domain): [Comparison, Expr][] {
  return [
    ...(lo ? [[loClosed ? '≥' : '>', number(lo.n, lo.d)] as [Comparison, Expr]] : []),
    ...(hi ? [[hiClosed ? '≤' : '<', number(hi.n, hi.d)] as [Comparison, Expr]] : []),
  ];
}
