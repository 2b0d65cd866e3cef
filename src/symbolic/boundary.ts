import type { Prepared } from './claim.ts';
import { isAffine, openRequirements, type Requirement } from './conditions.ts';
import type { Expr } from './expr.ts';
import type { Node } from './node.ts';
import type { Normal } from './normal.ts';
import { rational } from './rational.ts';

/**
 * What confines the points of the claim only by "≥ 0": requirements of the sides, of the inequalities and of the
 * definitions, and closed domains of defined symbols. Where one is 0, a point may be isolated from all others, and
 * a proof that speaks of generic points says nothing about it. Left out is what the linear ones among them imply.
 */
export function weakBounds(
  prepared: Prepared,
  requirements: readonly Requirement[],
  [lhs, rhs]: readonly [Node, Node],
  normal: Normal,
): readonly Expr[] {
  const weak = [...requirements, ...setRequirements(prepared, normal)].filter(
    ({ relation, node }) => relation === '≥' && !isSquareOf(node, lhs, rhs, normal),
  );
  const bounds = [
    ...weak.map(({ expr, node }) => ({ expr, node })),
    ...normal.openWeak.map(({ expr }) => ({ expr, node: normal.read(expr) })),
  ];
  const affine = bounds.filter(({ expr }) => isAffine(expr));
  const others = bounds.filter(({ expr }) => !isAffine(expr));
  if (affine.length === 0 || others.length === 0) return bounds.map(({ expr }) => expr);
  const within = normal.signsWithin(affine.map(({ node }) => node));
  return [...affine, ...others.filter(({ node }) => within.sign(node).sign !== 1)].map(({ expr }) => expr);
}

/** √E = f with E = f² on every branch: wherever f is defined, E ≥ 0 by itself. */
function isSquareOf(node: Node, lhs: Node, rhs: Node, normal: Normal): boolean {
  const root = normal.nodes.sqrt(node);
  const other = root === lhs ? rhs : root === rhs ? lhs : null;
  return other !== null && normal.field.equalOnEveryBranch(node, normal.nodes.pow(other, rational(2n)));
}

/** What must hold for the inequalities and the definitions themselves to be defined. */
export function setRequirements(prepared: Prepared, normal: Normal): Requirement[] {
  const values = [...prepared.defined.values()].map(({ value }) => value);
  return openRequirements([...prepared.constraints.map(({ expr }) => expr), ...values], normal);
}

/**
 * By continuity a proof holds at the boundary of the set where the bounds are > 0; isolated zeros are covered when
 * the identity holds on every branch, or the bounds are linear, so that the set is convex.
 */
export function reachesBoundary(bounds: readonly Expr[], lhs: Node, rhs: Node, normal: Normal): boolean {
  return bounds.every(isAffine) || normal.field.equalOnEveryBranch(lhs, rhs);
}
