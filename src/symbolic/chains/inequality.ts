/**
 * Inequalities, by cited theorems whose conditions are checked. Gibbs: a ≥ b when a = b + g, an identity to be proved,
 * and g is made of KL divergences and other quantities that cannot be negative. Jensen: log E[f] ≥ E[log f], E[1/Y] ≥ 1/E[Y].
 * Cauchy–Schwarz: E[f g]² ≤ E[f²] E[g²].
 */
import { chainText } from './text.ts';
import type { ChainModel } from './model.ts';
import { finiteness } from './conditions.ts';
import { candidates, isOpen, sides } from './gaps.ts';
import { ONE } from '../rational.ts';
import { subexpressions } from './rewrite.ts';
import { isNonNegative as isNeverNegative } from './sign.ts';
import { isSpan, placeText, type ChainExpr, type Density, type Place, type Statement } from './syntax.ts';

/** A way to show that larger ≥ smaller: what remains to be proved equal, and the theorem cited. */
export interface Route {
  readonly cite: string;
  /** To be proved: equal sides. Empty where the shape alone suffices. */
  readonly identity?: { lhs: ChainExpr; rhs: ChainExpr };
  /** larger − smaller. */
  readonly gap?: ChainExpr;
  readonly conditions: readonly string[];
  /** What must not be negative for the theorem to hold. */
  readonly rests?: readonly ChainExpr[];
}

const GIBBS = 'Gibbs: KL ≥ 0';
const NEVER_NEGATIVE =
  'the difference is made of what is never negative: densities, squares, positive functions';
const JENSEN = 'Jensen: log E ≥ E log';
const RECIPROCAL = 'Jensen: E[1/Y] ≥ 1/E[Y]';
const SCHWARZ = 'Cauchy–Schwarz';

/** Routes to try, in order; `gap` is the author's, `free` the indices that the statement leaves free. */
export function routes(
  statement: Statement,
  model: ChainModel,
  free: readonly string[],
  gap?: ChainExpr,
): Route[] {
  const [larger, smaller] =
    statement.relation === '≥' ? [statement.lhs, statement.rhs] : [statement.rhs, statement.lhs];
  const finite = finiteness([larger, smaller]);
  const byGap = (big: ChainExpr, small: ChainExpr, found: ChainExpr): Route => ({
    cite: subexpressions(found).some(({ kind }) => kind === 'kl') ? GIBBS : NEVER_NEGATIVE,
    identity: { lhs: big, rhs: plus(small, found) },
    gap: found,
    conditions: finiteness([big, small, found]),
    rests: [found],
  });
  const isNonNegative = (e: ChainExpr): boolean => isNeverNegative(e, model.positive);
  const list: Route[] = [];
  if (gap !== undefined) return isNonNegative(gap) ? [byGap(larger, smaller, gap)] : [];
  const [more, less] = apart(larger, smaller);
  if (less.length === 0 && more.every(isNonNegative))
    list.push({ cite: NEVER_NEGATIVE, conditions: finite, rests: more });
  if (more.length === 1 && less.length === 1 && schwarz(less[0], more[0]))
    list.push({ cite: SCHWARZ, conditions: finite });
  const reciprocal = aboveReciprocal(larger, smaller, isNonNegative);
  if (reciprocal) list.push({ cite: RECIPROCAL, identity: reciprocal, conditions: finite, rests: [larger] });
  const jensen = { cite: JENSEN, conditions: finite };
  const lower = belowLog(larger, isNonNegative);
  if (lower) list.push({ ...jensen, identity: { lhs: lower, rhs: smaller } });
  const upper = smaller.kind === 'neg' ? belowLog(smaller.arg, isNonNegative) : undefined;
  if (upper) list.push({ ...jensen, identity: { lhs: larger, rhs: { kind: 'neg', arg: upper } } });
  const bases = ['', 'T', ...free];
  for (const candidate of candidates(larger, smaller, model, bases))
    list.push(byGap(larger, smaller, candidate));
  for (const weighted of weightedBelowLog(larger, smaller, bases, isNonNegative))
    list.push({ ...jensen, identity: { lhs: weighted, rhs: smaller } });
  if (smaller.kind === 'neg')
    for (const weighted of weightedBelowLog(smaller.arg, larger, bases, isNonNegative))
      list.push({ ...jensen, identity: { lhs: larger, rhs: { kind: 'neg', arg: weighted } } });
  return list;
}

type Test = (expr: ChainExpr) => boolean;

/** What either side has with a plus, once both are moved so, equal terms and zeros are dropped. */
function apart(larger: ChainExpr, smaller: ChainExpr): [ChainExpr[], ChainExpr[]] {
  const isZero = (e: ChainExpr): boolean => e.kind === 'number' && e.value.n === 0n;
  const [more, less] = sides(larger, smaller).map((list) => list.filter((e) => !isZero(e)));
  const left = [...less];
  const kept = more.filter((e) => {
    const at = left.findIndex((other) => chainText(other) === chainText(e));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [kept, left];
}

const plus = (a: ChainExpr, b: ChainExpr): ChainExpr => ({ kind: 'add', args: [a, b] });

/** E[log f] for log E[f]. */
function belowLog(expr: ChainExpr, isNonNegative: Test): ChainExpr | undefined {
  if (expr.kind !== 'log' || expr.arg.kind !== 'expect' || !isNonNegative(expr.arg.arg)) return undefined;
  return { ...expr.arg, arg: { kind: 'log', arg: expr.arg.arg } };
}

/**
 * E_d[log(p·f / d)] for log E_p[f], and E_d[log(p(x,z) / d(z))] for log p(x): Jensen after a change of measure to a density
 * that the other side averages over.
 */
function weightedBelowLog(
  log: ChainExpr,
  other: ChainExpr,
  bases: readonly string[],
  isNonNegative: Test,
): ChainExpr[] {
  if (log.kind !== 'log') return [];
  const { arg } = log;
  const over = subexpressions(other).flatMap((e) =>
    e.kind === 'expect' ? [e.over] : e.kind === 'kl' ? [e.first] : [],
  );
  const density = (d: Density): ChainExpr => ({ kind: 'density', density: d });
  const names = (list: readonly Place[]): string[] => list.map(placeText).sort();
  // Densities under a sum read its index, which means nothing outside it.
  const found = over.filter(isOpen(bases)).flatMap((d): ChainExpr[] => {
    const weighted = (num: ChainExpr): ChainExpr[] => [
      { kind: 'expect', over: d, arg: { kind: 'log', arg: { kind: 'div', num, den: density(d) } } },
    ];
    if (
      arg.kind === 'expect' &&
      isNonNegative(arg.arg) &&
      names(d.left).join() === names(arg.over.left).join()
    )
      return weighted({ kind: 'mul', args: [density(arg.over), arg.arg] });
    if (arg.kind !== 'density' || d.left.length === 0) return [];
    const taken = [...arg.density.left, ...arg.density.given];
    if (d.left.some((a) => taken.some((b) => mayOverlap(a, b)))) return [];
    return weighted(density({ ...arg.density, left: [...arg.density.left, ...d.left] }));
  });
  return [...new Map(found.map((e) => [chainText(e), e])).values()];
}

const mayOverlap = (a: Place, b: Place): boolean =>
  a.family === b.family && (isSpan(a) || isSpan(b) || placeText(a) === placeText(b));

/** E[b/a] ≥ c where E[a/b] = 1/c. */
function aboveReciprocal(larger: ChainExpr, smaller: ChainExpr, isNonNegative: Test): Route['identity'] {
  if (larger.kind !== 'expect' || larger.arg.kind !== 'div' || !isNonNegative(larger.arg)) return undefined;
  const { num, den } = larger.arg;
  const one: ChainExpr = { kind: 'number', value: ONE };
  const [top, bottom] = smaller.kind === 'div' ? [smaller.den, smaller.num] : [one, smaller];
  return {
    lhs: { ...larger, arg: { kind: 'div', num: den, den: num } },
    rhs: { kind: 'div', num: top, den: bottom },
  };
}

/** Is `small` E[f g]² and `big` E[f²] E[g²] over the same density? g may be 1. */
function schwarz(small: ChainExpr, big: ChainExpr): boolean {
  if (small.kind !== 'mul' || small.args.length !== 2) return false;
  const [one, two] = small.args;
  if (one.kind !== 'expect' || chainText(one) !== chainText(two)) return false;
  const over = chainText({ kind: 'density', density: one.over });
  const square = (e: ChainExpr): string | undefined => {
    if (e.kind !== 'expect' || chainText({ kind: 'density', density: e.over }) !== over) return undefined;
    const { arg } = e;
    if (arg.kind !== 'mul' || arg.args.length !== 2) return undefined;
    const [a, b] = arg.args.map(chainText);
    return a === b ? a : undefined;
  };
  const factors = one.arg.kind === 'mul' ? one.arg.args.map(chainText) : [chainText(one.arg)];
  const squares = (big.kind === 'mul' ? big.args : [big]).map(square);
  return factors.length <= 2 && [...factors].sort().join(' ; ') === [...squares].sort().join(' ; ');
}
