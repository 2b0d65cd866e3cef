/** Looking for a point at which a difference that should not be negative certainly is. */
import { addBalls, isNegative, isValue, isZero, negBall, type Ball } from './ball.ts';
import { certainlyEmpty } from './cases.ts';
import type { Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import { decimalText } from './counterexample.ts';
import { decide } from './decide.ts';
import { contains } from './domain.ts';
import { evaluateBall, evaluateDouble } from './evaluate.ts';
import { constant, number, substitute, type Expr } from './expr.ts';
import type { Random } from './random.ts';
import { absBig, numberQ, textQ, type Rational } from './rational.ts';
import { inSet, PRECISIONS } from './real.ts';
import { decimalNear, Sampler, SIMPLE_VALUES, type PointKind } from './sampling.ts';
import type { Counterexample } from './verdict.ts';

type Point = Map<string, Rational>;

/** A point at which the inequality certainly fails; 'nowhere' when no point of the set was found at which both sides are defined. */
export function violation(
  prepared: Prepared,
  gap: Expr,
  strict: boolean,
  random: Random,
  clock: Clock,
): Counterexample | 'nowhere' | null {
  const fails = (point: Point): boolean => failsAt(prepared, gap, strict, point, clock);
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

/** Is a point of the set found at which both sides are certainly defined? */
export function isDefinedSomewhere(prepared: Prepared, gap: Expr, random: Random, clock: Clock): boolean {
  const sampler = new Sampler(prepared, random, clock);
  const bits = PRECISIONS[0];
  for (let i = 0; i < 12; i++) {
    const point = sampler.next(i % 2 === 0 ? 'simple' : 'typical', i === 0 ? 300 : 60);
    if (!point) return false;
    if (!Number.isFinite(relativeGap(prepared, gap, point))) continue;
    if (isValue(evaluateBall(gap, point, bits, clock.check)) && inSet(prepared, point, bits, clock.check))
      return true;
  }
  return false;
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
  return strict && equalAt(prepared, gap, point, clock);
}

/** At a point of small numbers: is equality certain, by arithmetic or by the engines that prove identities? */
function equalAt(prepared: Prepared, gap: Expr, point: Point, clock: Clock): boolean {
  if ([...point.values()].some(({ n, d }) => absBig(n) > SMALL || d > SMALL)) return false;
  if (!inSet(prepared, point, PRECISIONS[0], clock.check)) return false;
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
