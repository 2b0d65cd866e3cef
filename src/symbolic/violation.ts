/** Looking for a point at which a difference that should not be negative certainly is. */
import { isNegative, isValue } from './ball.ts';
import { certainlyEmpty } from './cases.ts';
import type { Prepared } from './claim.ts';
import { checkTime, TimeUp, withinTime, type Clock } from './clock.ts';
import { describe } from './counterexample.ts';
import { decide } from './decide.ts';
import { contains } from './domain.ts';
import { ballsAt, doublesAt, type Point } from './evaluate.ts';
import { constant, number, substitute, type Expr } from './expr.ts';
import type { Random } from './random.ts';
import { absBig, numberQ } from './rational.ts';
import { inSet, PRECISIONS, type Witness } from './real.ts';
import { decimalNear, Sampler, SIMPLE_VALUES, type PointKind } from './sampling.ts';
import type { Counterexample } from './verdict.ts';

/** A point at which the inequality certainly fails; 'nowhere' when no point of the set was found at which both sides are defined. */
export function violation(
  prepared: Prepared,
  gap: Expr,
  strict: boolean,
  random: Random,
  clock: Clock,
): Counterexample | 'nowhere' | null {
  const fails = (point: Point): Witness | null => failsAt(prepared, gap, strict, point, clock);
  const shown = (witness: Witness): Counterexample =>
    describe(prepared, simplest(prepared, witness, fails, clock));
  const sampler = new Sampler(prepared, random, clock);
  const seen: { point: Point; gap: number }[] = [];
  let defined = 0;
  const kinds: PointKind[] = [
    'simple',
    'typical',
    'extreme',
    ...(sampler.switches.size > 0 ? (['switch'] as const) : []),
  ];
  for (let i = 0; i < 30 * kinds.length; i++) {
    const point = sampler.next(kinds[i % kinds.length]!, i === 0 ? 300 : 60);
    if (!point) break;
    const value = relativeGap(prepared, gap, point);
    if (!Number.isNaN(value)) defined++;
    const witness = value > 1e-9 ? null : fails(point);
    if (witness) return shown(witness);
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
          const witness = there > 1e-9 ? null : fails(next);
          if (witness) return shown(witness);
          if (there < best.gap) best = { point: next, gap: there };
        }
      }
    }
  }
  return null;
}

/** Is a point of the set found at which both sides are certainly defined? */
export function isDefinedSomewhere(prepared: Prepared, gap: Expr, random: Random, clock: Clock): boolean {
  const sampler = new Sampler(prepared, random, clock);
  const bits = PRECISIONS[0];
  for (let i = 0; i < 12; i++) {
    const point = sampler.next(i % 2 === 0 ? 'simple' : 'typical', i === 0 ? 300 : 60);
    if (!point) return false;
    if (!Number.isFinite(relativeGap(prepared, gap, point))) continue;
    const valueOf = ballsAt(point, bits, clock.check);
    if (isValue(valueOf(gap)) && inSet(prepared, point, bits, valueOf)) return true;
  }
  return false;
}

function relativeGap({ lhs, rhs }: Prepared, gap: Expr, point: Point): number {
  const doubles = new Map([...point].map(([name, q]) => [name, numberQ(q)]));
  const valueOf = doublesAt(doubles);
  return valueOf(gap) / (Math.abs(valueOf(lhs)) + Math.abs(valueOf(rhs)) || 1);
}

/** The point with what shows that the inequality fails there, or null. */
function failsAt(prepared: Prepared, gap: Expr, strict: boolean, point: Point, clock: Clock): Witness | null {
  const { lhs, rhs } = prepared;
  for (const bits of PRECISIONS) {
    clock.check();
    const valueOf = ballsAt(point, bits, clock.check);
    const value = valueOf(gap);
    if (value.state === 'undefined') return null;
    if (isNegative(value))
      return inSet(prepared, point, bits, valueOf)
        ? { point, lhs: valueOf(lhs), rhs: valueOf(rhs), bits }
        : null;
  }
  if (!strict || !equalAt(prepared, gap, point)) return null;
  const bits = PRECISIONS[1];
  const valueOf = ballsAt(point, bits, clock.check);
  return { point, lhs: valueOf(lhs), rhs: valueOf(rhs), bits };
}

/** At a point of small numbers: is equality certain, by arithmetic or by the engines that prove identities? */
function equalAt(prepared: Prepared, gap: Expr, point: Point): boolean {
  if ([...point.values()].some(({ n, d }) => absBig(n) > SMALL || d > SMALL)) return false;
  if (!inSet(prepared, point, PRECISIONS[0])) return false;
  const numbers = new Map([...point].map(([name, { n, d }]) => [name, number(n, d)]));
  const there = substitute(gap, numbers);
  const exact = constant(there);
  if (exact) return exact.n === 0n;
  const claim = { lhs: there, rhs: number(0), symbols: {} };
  const { verdict, conditions } = decide(claim, { timeLimitMs: EQUALITY_MS, diagnose: false });
  return (verdict === 'proved' && conditions.length === 0) || verdict === 'vacuous';
}

const SMALL = 10_000n;
const EQUALITY_MS = 200;

/** Each coordinate as simple as the failure allows, as long as time is left. */
function simplest(
  prepared: Prepared,
  found: Witness,
  fails: (point: Point) => Witness | null,
  clock: Clock,
): Witness {
  let best = found;
  try {
    withinTime(SIMPLIFYING * Math.max(0, clock.left()), () => {
      for (const [name, domain] of prepared.free) {
        const x = numberQ(best.point.get(name)!);
        const options = [...SIMPLE_VALUES.slice(0, 8), ...[1, 2, 3].map((digits) => decimalNear(x, digits))];
        for (const value of options) {
          checkTime();
          const witness = contains(domain, value) ? fails(new Map(best.point).set(name, value)) : null;
          if (!witness) continue;
          best = witness;
          break;
        }
      }
    });
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
  }
  return best;
}

/** Of the time left, what simplifying a counterexample may take. */
const SIMPLIFYING = 0.8;
