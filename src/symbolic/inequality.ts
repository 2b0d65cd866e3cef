/**
 * Inequalities on a domain. Proved by a certified sign of the difference, or by a derivative that certifies where it is
 * least; refuted by a point at which the error balls say so; else undecided.
 */
import { addBalls, isNegative, isZero, negBall, type Ball } from './ball.ts';
import { derivative, dependsOn } from './calculus.ts';
import { allCases, certainlyEmpty } from './cases.ts';
import { prepare, type Prepared } from './claim.ts';
import { startClock, TimeUp, type Clock } from './clock.ts';
import { conditionText, openRequirements } from './conditions.ts';
import { decimalText } from './counterexample.ts';
import { contains, type Domain } from './domain.ts';
import { evaluateBall, evaluateDouble } from './evaluate.ts';
import { constant, neg, nodesOf, number, sub, substitute, symbol, symbolsOf, type Expr } from './expr.ts';
import { FieldLimit } from './numbers.ts';
import { Normal } from './normal.ts';
import { Random } from './random.ts';
import { compareQ, numberQ, rational, textQ, type Rational } from './rational.ts';
import { inSet, PRECISIONS } from './real.ts';
import { decimalNear, Sampler, SIMPLE_VALUES } from './sampling.ts';
import type { Claim, Counterexample, DecideOptions, Verdict } from './verdict.ts';

export type Comparison = '≤' | '<' | '≥' | '>';
export type InequalityClaim = Claim & { relation: Comparison };

const TIME_LIMIT_MS = 5000;
/** How deep derivatives are taken of derivatives: e^x ≥ 1 + x + x²/2 needs two. */
const MAX_DEPTH = 2;

/** Decides `lhs relation rhs` at every point of the claim's set at which both sides are defined. */
export function decideInequality(claim: InequalityClaim, options: DecideOptions = {}): Verdict {
  const { timeLimitMs = TIME_LIMIT_MS, seed = 0 } = options;
  const start = performance.now();
  const clock = startClock(timeLimitMs);
  let found: Omit<Verdict, 'ms'>;
  try {
    found = find(claim, Random.of(`${claim.relation}`, seed), clock);
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    found = { verdict: 'undecided', method: 'none', conditions: [], reason: error.message };
  }
  return { ...found, ms: Math.round((performance.now() - start) * 100) / 100 };
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
  const foreign = [prepared.lhs, prepared.rhs, ...prepared.constraints.map(({ expr }) => expr)]
    .flatMap(nodesOf)
    .flatMap((e) => (e.kind === 'call' && (e.fn === 'sin' || e.fn === 'cos') ? [e.fn] : []))[0];
  if (foreign) return undecided(`no engine decides ${foreign}`);
  const counterexample = violation(prepared, relation, random, clock);
  if (counterexample === 'nowhere')
    return undecided('no point of the set at which both sides are defined was found');
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
  const whole = attempt(prepare(claim), claim.relation, strict, random, clock);
  if (whole) return whole;
  const split = allCases(claim);
  if (split.length < 2) return null;
  const parts = split.map((each) => attempt(prepare(each.claim), claim.relation, strict, random, clock));
  if (parts.some((part) => part === null)) return null;
  const conditions = [...new Set(parts.flatMap((part) => part!.conditions))];
  return {
    verdict: 'proved',
    method: `certified sign, case by case: ${split.map(({ text }) => text).join('; ')}`,
    conditions,
  };
}

function attempt(
  prepared: Prepared,
  relation: Comparison,
  strict: boolean,
  random: Random,
  clock: Clock,
): Omit<Verdict, 'ms'> | null {
  try {
    const needed = withoutImplied(prepared, random, clock);
    const found = leastSign(needed, gapOf(prepared, relation), MAX_DEPTH, random, clock);
    if (!found || (strict && !found.strict)) return null;
    const normal = new Normal(needed, random, clock);
    const conditions = openRequirements([prepared.lhs, prepared.rhs], normal).map(conditionText);
    return { verdict: 'proved', method: found.method, conditions };
  } catch (error) {
    if (error instanceof FieldLimit) return null;
    throw error;
  }
}

/** Constraints that follow from the domains confine nothing. */
function withoutImplied(prepared: Prepared, random: Random, clock: Clock): Prepared {
  const normal = new Normal({ ...prepared, constraints: [] }, random, clock);
  const constraints = prepared.constraints.filter(({ expr, weak }) => {
    const { sign, strict } = normal.signs.sign(normal.read(expr));
    return !(sign === 1 && (strict || weak));
  });
  return { ...prepared, constraints };
}

interface Certificate {
  strict: boolean;
  method: string;
}

/** A certificate that f ≥ 0 (or > 0) wherever it is defined on the set; null when none is found. */
function leastSign(set: Prepared, f: Expr, depth: number, random: Random, clock: Clock): Certificate | null {
  clock.check();
  const normal = new Normal(set, random, clock);
  const node = normal.read(f);
  if (node.kind === 'num' && node.n === 0n) return { strict: false, method: 'equality' };
  const { sign, strict } = normal.signs.sign(node);
  if (sign === 1) return { strict, method: 'certified sign of the difference' };
  if (sign === -1 && strict) return null;
  if (depth === 0) return null;
  for (const v of symbolsOf(f)) {
    const domain = set.free.get(v);
    if (!domain || set.constraints.some(({ expr }) => dependsOn(expr, v))) continue;
    for (const at of lowest(set, v, domain)) {
      const found = byDerivative(set, f, v, domain, at, depth, random, clock);
      if (found) return found;
    }
  }
  return null;
}

type Place = { expr: Expr; value: Rational | null };

/** Where the least value in v may lie: ends, small rationals, and symbols of the same domain. */
function lowest(set: Prepared, v: string, domain: Domain): Place[] {
  const { lo, hi } = domain;
  const simple = [rational(0n), rational(1n), rational(1n, 2n), rational(2n), rational(-1n)];
  const ends = [lo, hi].filter((q) => q !== null);
  const inside = simple.filter((q) => contains(domain, q) && !ends.some((end) => compareQ(end, q) === 0));
  const same = [...set.free].filter(
    ([name, other]) =>
      name !== v &&
      other.lo?.n === lo?.n &&
      other.lo?.d === lo?.d &&
      other.hi?.n === hi?.n &&
      other.hi?.d === hi?.d &&
      contained(other, domain),
  );
  return [
    ...[...ends, ...inside].map((q) => ({ expr: number(q.n, q.d), value: q })),
    ...same.map(([name]) => ({ expr: symbol(name), value: null })),
  ];
}

/** With equal ends: is every point of a in b? */
const contained = (a: Domain, b: Domain): boolean =>
  (!a.loClosed || b.loClosed) && (!a.hiClosed || b.hiClosed);

/**
 * f ≥ 0 because it is at v = c, falls before and rises after. f and f′ must be defined everywhere on the set, which holds
 * the whole interval of v at each of its points (no constraint mentions v); an open end may be closed for it.
 */
function byDerivative(
  set: Prepared,
  f: Expr,
  v: string,
  domain: Domain,
  { expr: c, value }: Place,
  depth: number,
  random: Random,
  clock: Clock,
): Certificate | null {
  const atLo = value !== null && domain.lo !== null && compareQ(value, domain.lo) === 0;
  const atHi = value !== null && domain.hi !== null && compareQ(value, domain.hi) === 0;
  const closed = { ...domain, ...(atLo && { loClosed: true }), ...(atHi && { hiClosed: true }) };
  const whole = withDomain(set, v, closed);
  const slope = derivative(f, v);
  if (!plausible(whole, f, slope, v, c, random, clock)) return null;
  const normal = new Normal(whole, random, clock);
  if (openRequirements([f, slope], normal).length > 0) return null;
  const base = leastSign(set, substitute(f, { [v]: c }), depth - 1, random, clock);
  if (!base) return null;
  const after = value
    ? withDomain(whole, v, { ...closed, lo: value, loClosed: false })
    : withConstraint(whole, sub(symbol(v), c));
  const before = value
    ? withDomain(whole, v, { ...closed, hi: value, hiClosed: false })
    : withConstraint(whole, sub(c, symbol(v)));
  if (!atHi && !leastSign(after, slope, depth - 1, random, clock)) return null;
  if (!atLo && !leastSign(before, neg(slope), depth - 1, random, clock)) return null;
  return { strict: base.strict, method: `least in ${v} by the sign of its derivative` };
}

const withDomain = (set: Prepared, v: string, domain: Domain): Prepared => ({
  ...set,
  free: new Map(set.free).set(v, domain),
});
const withConstraint = (set: Prepared, expr: Expr): Prepared => ({
  ...set,
  constraints: [...set.constraints, { expr, weak: false, text: '' }],
});

/** Doubles at a few points deny most places at once; they certify nothing. */
function plausible(
  set: Prepared,
  f: Expr,
  slope: Expr,
  v: string,
  c: Expr,
  random: Random,
  clock: Clock,
): boolean {
  const sampler = new Sampler(set, random, clock);
  for (let i = 0; i < 12; i++) {
    const point = sampler.next('typical');
    if (!point) return false;
    const doubles = new Map([...point].map(([name, q]) => [name, numberQ(q)]));
    const place = evaluateDouble(c, doubles);
    const there = evaluateDouble(f, new Map(doubles).set(v, place));
    const rise = evaluateDouble(slope, doubles) * Math.sign(doubles.get(v)! - place);
    if (!(there >= -1e-9) || !(rise >= -1e-9)) return false;
  }
  return true;
}

type Point = Map<string, Rational>;

/** A point at which the inequality certainly fails; 'nowhere' when no point of the set was found at which both sides are defined. */
function violation(
  prepared: Prepared,
  relation: Comparison,
  random: Random,
  clock: Clock,
): Counterexample | 'nowhere' | null {
  const gap = gapOf(prepared, relation);
  const strict = relation === '<' || relation === '>';
  const fails = (point: Point): boolean => failsAt(prepared, gap, strict, point, clock);
  const sampler = new Sampler(prepared, random, clock);
  const seen: { point: Point; gap: number }[] = [];
  let defined = 0;
  const kinds = ['simple', 'typical', 'extreme'] as const;
  for (let i = 0; i < 90; i++) {
    const point = sampler.next(kinds[i % 3]!, i === 0 ? 300 : 60);
    if (!point) break;
    const value = relativeGap(prepared, gap, point);
    if (!Number.isNaN(value)) defined++;
    if (!(value > 1e-9) && fails(point)) return describe(prepared, simpler(prepared, point, fails), clock);
    if (value > 0) seen.push({ point, gap: value });
    if (prepared.free.size === 0) break;
  }
  if (defined === 0) return certainlyEmpty(prepared) || prepared.free.size > 0 ? 'nowhere' : null;
  // From the points where it is tightest, downhill.
  seen.sort((a, b) => a.gap - b.gap);
  for (const { point, gap: value } of seen.slice(0, 3)) {
    let best = { point, gap: value };
    for (let round = 0; round < 40; round++) {
      clock.check();
      const scale = 2 ** (-round / 5);
      for (const [name, domain] of prepared.free) {
        for (const sign of [1, -1]) {
          const x = numberQ(best.point.get(name)!);
          const moved = decimalNear(x + sign * scale * (Math.abs(x) + 0.01), 6);
          if (!contains(domain, moved)) continue;
          const next = new Map(best.point).set(name, moved);
          if (!sampler.looksFeasible(next)) continue;
          const there = relativeGap(prepared, gap, next);
          if (!(there > 1e-9) && fails(next))
            return describe(prepared, simpler(prepared, next, fails), clock);
          if (there < best.gap) best = { point: next, gap: there };
        }
      }
    }
  }
  return null;
}

function relativeGap({ lhs, rhs }: Prepared, gap: Expr, point: Point): number {
  const doubles = new Map([...point].map(([name, q]) => [name, numberQ(q)]));
  const size = Math.abs(evaluateDouble(lhs, doubles)) + Math.abs(evaluateDouble(rhs, doubles));
  return evaluateDouble(gap, doubles) / (size || 1);
}

function failsAt(prepared: Prepared, gap: Expr, strict: boolean, point: Point, clock: Clock): boolean {
  for (const bits of PRECISIONS) {
    clock.check();
    const value = evaluateBall(gap, point, bits, clock.check);
    if (value.state === 'undefined') return false;
    if (isNegative(value)) return inSet(prepared, point, bits, clock.check);
  }
  if (!strict) return false;
  // Equality is seen where both sides are rational numbers.
  const numbers = new Map([...point].map(([name, { n, d }]) => [name, number(n, d)]));
  const exact = constant(substitute(gap, numbers));
  return exact?.n === 0n && inSet(prepared, point, PRECISIONS[0], clock.check);
}

/** Each coordinate as simple as the failure allows. */
function simpler(prepared: Prepared, found: Point, fails: (point: Point) => boolean): Point {
  let best = found;
  for (const [name, domain] of prepared.free) {
    const x = numberQ(best.get(name)!);
    const options = [...SIMPLE_VALUES.slice(0, 8), ...[1, 2, 3].map((digits) => decimalNear(x, digits))];
    const value = options.find((q) => contains(domain, q) && fails(new Map(best).set(name, q)));
    if (value) best = new Map(best).set(name, value);
  }
  return best;
}

function describe(prepared: Prepared, point: Point, clock: Clock): Counterexample {
  const bits = PRECISIONS[1];
  const value = (e: Expr): Ball => evaluateBall(e, point, bits, clock.check);
  const [lhs, rhs] = [value(prepared.lhs), value(prepared.rhs)];
  let digits = 12;
  while (digits < 240 && decimalText(lhs, digits) === decimalText(rhs, digits)) {
    if (isZero(addBalls(lhs, negBall(rhs), bits))) break;
    digits += 12;
  }
  const free = [...point].map(([name, q]): [string, string] => [name, textQ(q)]);
  const defined = [...prepared.defined].map(([name, { value: of }]): [string, string] => [
    name,
    decimalText(value(of), 12),
  ]);
  return {
    point: Object.fromEntries([...free, ...defined]),
    lhs: decimalText(lhs, digits),
    rhs: decimalText(rhs, digits),
  };
}

export const isComparison = (relation: string): relation is Comparison =>
  relation === '≤' || relation === '<' || relation === '≥' || relation === '>';
