import type { Prepared } from './claim.ts';
import { isAffine } from './conditions.ts';
import { isRational, nodesOf, nodesOfAll, type Expr } from './expr.ts';
import type { Normal } from './normal.ts';

/** How often a claim is split in two: sixteen cases at most. */
export const MAX_SPLITS = 4;

/**
 * The linear expression at whose sign a claim falls into two cases that may each be easier: the simplest argument of
 * an absolute value, or base of an even power, whose sign is not certified. Null when there is none.
 */
export function switchOf({ lhs, rhs }: Prepared, normal: Normal): Expr | null {
  const candidates = nodesOfAll([lhs, rhs]).flatMap((node) => {
    if (node.kind === 'call' && node.fn === 'abs') return [node.arg];
    const even = node.kind === 'pow' && isRational(node.exponent) && node.exponent.n % 2n === 0n;
    return even ? [node.base] : [];
  });
  const open = candidates.filter((expr) => isAffine(expr) && normal.signs.sign(normal.read(expr)).sign === 0);
  const size = (expr: Expr): number => nodesOf(expr).length;
  return open.length === 0 ? null : open.reduce((a, b) => (size(b) < size(a) ? b : a));
}

/** The claim where the expression is ≥ 0. */
export const where = (prepared: Prepared, expr: Expr): Prepared => ({
  ...prepared,
  constraints: [...prepared.constraints, { expr, weak: true, text: 'a case' }],
});
