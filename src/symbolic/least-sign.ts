/** Certificates that an expression is nowhere negative: the sign of its normal form, or where its derivative makes it least. */
import { dependsOn, partial } from './calculus.ts';
import type { Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import { openRequirements } from './conditions.ts';
import { contains, type Domain } from './domain.ts';
import { evaluateDouble } from './evaluate.ts';
import { neg, number, sub, substitute, symbol, symbolsOf, type Expr } from './expr.ts';
import { Normal } from './normal.ts';
import type { Random } from './random.ts';
import { compareQ, numberQ, rational, type Rational } from './rational.ts';
import { Sampler } from './sampling.ts';

export interface Certificate {
  strict: boolean;
  method: string;
  /** log10 of the probability that it is wrong; −∞ where nothing random was asked. */
  log10Error: number;
}

/** A certificate that f ≥ 0 (or > 0) wherever it is defined on the set; null when none is found. */
export function leastSign(
  set: Prepared,
  f: Expr,
  depth: number,
  random: Random,
  clock: Clock,
): Certificate | null {
  clock.check();
  const normal = new Normal(set, random, clock);
  const node = normal.read(f);
  if (node.kind === 'num' && node.n === 0n)
    return { strict: false, method: 'equality', log10Error: normal.log10Error };
  const { sign, strict } = normal.signs.sign(node);
  if (sign === 1)
    return { strict, method: 'certified sign of the difference', log10Error: normal.log10Error };
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
  const slope = partial(f, v);
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
  const rise = atHi ? undefined : leastSign(after, slope, depth - 1, random, clock);
  const fall = atLo ? undefined : leastSign(before, neg(slope), depth - 1, random, clock);
  if (rise === null || fall === null) return null;
  // An open end is never reached, and f is above its value there as soon as it moves strictly.
  const away = (atLo && !domain.loClosed && rise?.strict) || (atHi && !domain.hiClosed && fall?.strict);
  return {
    strict: base.strict || away === true,
    method: `least in ${v} by the sign of its derivative`,
    log10Error: Math.max(...[base, rise, fall].map((part) => part?.log10Error ?? -Infinity)),
  };
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
