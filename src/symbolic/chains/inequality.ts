/**
 * Inequalities, by cited theorems whose conditions are checked. Gibbs: a ≥ b when a = b + g, an identity to be proved,
 * and g is made of KL divergences and other quantities that cannot be negative. Jensen: log E[f] ≥ E[log f].
 * Cauchy–Schwarz: E[f g]² ≤ E[f²] E[g²].
 */
import { chainText } from './text.ts';
import type { ChainModel } from './model.ts';
import { candidates, isNonNegative } from './gaps.ts';
import type { ChainExpr, Statement } from './syntax.ts';

/** A way to show that larger ≥ smaller: what remains to be proved equal, and the theorem cited. */
export interface Route {
  readonly cite: string;
  /** To be proved: equal sides. Empty where the shape alone suffices. */
  readonly identity?: { lhs: ChainExpr; rhs: ChainExpr };
  /** larger − smaller. */
  readonly gap?: ChainExpr;
  readonly conditions: readonly string[];
}

const GIBBS = 'Gibbs: KL ≥ 0';
const JENSEN = 'Jensen: log E ≥ E log';
const SCHWARZ = 'Cauchy–Schwarz';
const FINITE = '\\text{the expectations are finite}';

/** Routes to try, in order; `gap` is the author's, `free` the indices that the statement leaves free. */
export function routes(
  statement: Statement,
  model: ChainModel,
  free: readonly string[],
  gap?: ChainExpr,
): Route[] {
  const [larger, smaller] =
    statement.relation === '≥' ? [statement.lhs, statement.rhs] : [statement.rhs, statement.lhs];
  const byGap = (big: ChainExpr, small: ChainExpr, found: ChainExpr, cite = GIBBS): Route => ({
    cite,
    identity: { lhs: big, rhs: plus(small, found) },
    gap: found,
    conditions: [FINITE],
  });
  const list: Route[] = [];
  if (gap !== undefined) return isNonNegative(gap) ? [byGap(larger, smaller, gap)] : [];
  if (schwarz(smaller, larger)) list.push({ cite: SCHWARZ, conditions: [FINITE] });
  const jensen = { cite: JENSEN, conditions: [FINITE] };
  const lower = belowLog(larger);
  if (lower) list.push({ ...jensen, identity: { lhs: lower, rhs: smaller } });
  const upper = smaller.kind === 'neg' ? belowLog(smaller.arg) : undefined;
  if (upper) list.push({ ...jensen, identity: { lhs: larger, rhs: { kind: 'neg', arg: upper } } });
  for (const candidate of candidates(larger, smaller, model, ['', 'T', ...free]))
    list.push(byGap(larger, smaller, candidate));
  return list;
}

const plus = (a: ChainExpr, b: ChainExpr): ChainExpr => ({ kind: 'add', args: [a, b] });

/** E[log f] for log E[f]. */
function belowLog(expr: ChainExpr): ChainExpr | undefined {
  if (expr.kind !== 'log' || expr.arg.kind !== 'expect' || !isNonNegative(expr.arg.arg)) return undefined;
  return { ...expr.arg, arg: { kind: 'log', arg: expr.arg.arg } };
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
