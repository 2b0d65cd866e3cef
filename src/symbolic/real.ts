import {
  addBalls,
  excludesZero,
  isNonNegative,
  isPositive,
  isValue,
  isZero,
  log2Bound,
  negBall,
  type Ball,
} from './ball.ts';
import type { Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import { contains } from './domain.ts';
import { ballsAt, type Point } from './evaluate.ts';
import type { Expr } from './expr.ts';
import { Sampler, type PointKind } from './sampling.ts';
import type { Random } from './random.ts';

/** 64, 128 and 256 decimal digits. */
export const PRECISIONS = [224, 448, 896] as const;
/** Sides that agree to this many bits (40 digits) at a point are taken as equal there by this engine. */
const AGREED_BITS = 133;

/**
 * A point at which the sides certainly differ, with the values that show it at that many bits. Whoever finds one hands
 * it on as it is: compared again with other digits, a tiny difference may not show.
 */
export type Witness = {
  readonly point: Point;
  readonly lhs: Ball;
  readonly rhs: Ball;
  readonly bits: number;
};

export type PointVerdict =
  { kind: 'differ'; witness: Witness } | { kind: 'agree' | 'undefined' | 'unresolved' | 'outside' };

/** Is the point certainly in the claim's set? `valueOf` evaluates at this point. */
export function inSet(
  prepared: Prepared,
  point: Point,
  bits: number,
  valueOf: (expr: Expr) => Ball = ballsAt(point, bits),
): boolean {
  for (const [name, domain] of prepared.free) if (!contains(domain, point.get(name)!)) return false;
  for (const { value } of prepared.defined.values()) if (!isValue(valueOf(value))) return false;
  return prepared.constraints.every(({ expr, weak }) => {
    const value = valueOf(expr);
    return weak ? isNonNegative(value) : isPositive(value);
  });
}

/**
 * Compares the sides at one point. 'differ' is rigorous: the point is certainly in the set, both sides are
 * certainly defined, and the ball of their difference excludes 0.
 */
export function compareAt(
  prepared: Prepared,
  point: Point,
  clock: Clock,
  precisions: readonly number[] = PRECISIONS,
): PointVerdict {
  let before = Infinity;
  let beforeBits = 0;
  for (const bits of precisions) {
    clock.check();
    const valueOf = ballsAt(point, bits, clock.check);
    const [lhs, rhs] = [valueOf(prepared.lhs), valueOf(prepared.rhs)];
    if (lhs.state === 'undefined' || rhs.state === 'undefined') return { kind: 'undefined' };
    if (!isValue(lhs) || !isValue(rhs)) continue;
    const difference = addBalls(lhs, negBall(rhs), bits);
    if (excludesZero(difference)) {
      if (inSet(prepared, point, bits, valueOf))
        return { kind: 'differ', witness: { point, lhs, rhs, bits } };
      if (bits === precisions.at(-1)) return { kind: 'outside' };
      continue;
    }
    if (isZero(difference)) return { kind: 'agree' };
    const bound = log2Bound(difference);
    const scale = Math.max(log2Bound(lhs), log2Bound(rhs));
    // Where the sides cancel to 0, the residual must shrink as the precision grows.
    const shrinks = bound < before - 0.8 * (bits - beforeBits) && before < Infinity;
    if (bound < scale - AGREED_BITS || shrinks) return { kind: 'agree' };
    [before, beforeBits] = [bound, bits];
  }
  return { kind: 'unresolved' };
}

const inSetAt = (prepared: Prepared, point: Point): boolean =>
  PRECISIONS.some((bits) => inSet(prepared, point, bits));

export type RealResult =
  | { kind: 'refuted'; witness: Witness }
  | { kind: 'agrees'; defined: number; undefinedPoints: number }
  /** `nowhere`: at no point tried are both sides defined. */
  | { kind: 'unclear'; reason: string; nowhere: boolean };

const SCHEDULE: readonly PointKind[] = [
  'simple', 'typical', 'extreme', 'typical', 'extreme', 'typical', 'extreme', 'simple',
  'extreme', 'typical', 'extreme', 'typical', 'extreme', 'typical', 'extreme', 'extreme',
]; // prettier-ignore
/** Beside the schedule, for claims with places at which a side turns. */
const SWITCHES: readonly PointKind[] = Array<PointKind>(8).fill('switch');

/** The real engine: looks for a counterexample at typical and extreme points of the claim's set. */
export function realCheck(prepared: Prepared, random: Random, clock: Clock): RealResult {
  const sampler = new Sampler(prepared, random, clock);
  const counts = { agree: 0, undefined: 0, unresolved: 0, outside: 0, inSet: 0 };
  const schedule = sampler.switches.size > 0 ? [...SCHEDULE, ...SWITCHES] : SCHEDULE;
  const wanted = prepared.free.size === 0 ? 1 : schedule.length;
  const confined = prepared.constraints.length + prepared.defined.size > 0;
  let deep = 2; // agreeing points that are looked at with all the digits, so that tiny gaps show
  for (let i = 0; counts.agree < wanted && i < 6 * schedule.length; i++) {
    const point = sampler.next(schedule[i % schedule.length]!);
    if (!point) break;
    const result = compareAt(prepared, point, clock);
    if (result.kind === 'differ') return { kind: 'refuted', witness: result.witness };
    // Doubles chose the point: it counts only when it is certainly in the set.
    if (result.kind === 'agree' && confined && !inSetAt(prepared, point)) continue;
    if (result.kind === 'agree' && deep > 0 && i > 0) {
      deep--;
      const again = compareAt(prepared, point, clock, PRECISIONS.slice(-1));
      if (again.kind === 'differ') return { kind: 'refuted', witness: again.witness };
    }
    counts[result.kind]++;
    if (result.kind === 'undefined' || counts.inSet === 0)
      if (result.kind !== 'outside' && inSet(prepared, point, PRECISIONS[0])) counts.inSet++;
    if (prepared.free.size === 0) break;
  }
  if (counts.agree > 0 && (prepared.free.size === 0 || counts.agree >= 3))
    return { kind: 'agrees', defined: counts.agree, undefinedPoints: counts.undefined };
  const nowhere = counts.agree === 0 && counts.unresolved === 0 && counts.undefined > 0 && counts.inSet > 0;
  return { kind: 'unclear', reason: explain(counts), nowhere };
}

function explain(counts: Record<'agree' | 'undefined' | 'unresolved' | 'inSet', number>): string {
  if (counts.inSet === 0 && counts.agree === 0 && counts.unresolved === 0)
    return 'no point of the set was found: the domains and inequalities leave it empty, or nearly so';
  if (counts.unresolved > 0) return `${counts.unresolved} points stayed unresolved at 256 digits`;
  return `both sides are defined at only ${counts.agree} of the ${counts.agree + counts.undefined} points tried`;
}
