import { childrenOf, isRational, nodesOf, toText, type Expr } from './expr.ts';
import type { Node } from './node.ts';
import type { Normal } from './normal.ts';

export type Requirement = { readonly expr: Expr; readonly node: Node; relation: '≠' | '≥' | '>' };

/** What must hold for both sides to be defined and is not certified to hold on the claim's set. */
export function openRequirements(sides: readonly Expr[], normal: Normal): Requirement[] {
  const open = new Map<Node, Requirement>();
  const require = (expr: Expr, relation: Requirement['relation']): void => {
    const node = normal.read(expr);
    const { sign, strict } = normal.signs.sign(node);
    const holds = relation === '≠' ? sign !== 0 && strict : sign === 1 && (strict || relation === '≥');
    if (holds) return;
    // Half of it is certified: x ≥ 0 is known, x > 0 asked.
    if (relation === '>' && sign === 1) return nonzero(expr);
    const key = normal.nodes.split(node)[1];
    const known = open.get(key);
    if (!known) open.set(key, { expr, node, relation });
    else if (known.relation !== relation) known.relation = '>';
  };
  const nonzero = (expr: Expr): void => {
    switch (expr.kind) {
      case 'mul':
        return expr.args.forEach(nonzero);
      case 'neg':
        return nonzero(expr.arg);
      case 'div':
        return nonzero(expr.num);
      case 'pow':
        return isRational(expr.exponent) ? nonzero(expr.base) : undefined;
      case 'call':
        if (expr.fn === 'exp') return;
        return expr.fn === 'log' ? require(expr, '≠') : nonzero(expr.arg);
      default:
        return require(expr, '≠');
    }
  };
  for (const node of sides.flatMap((side) => nodesOf(side))) {
    if (node.kind === 'div') nonzero(node.den);
    if (node.kind === 'call' && node.fn === 'sqrt') require(node.arg, '≥');
    if (node.kind === 'call' && node.fn === 'log') require(node.arg, '>');
    if (node.kind !== 'pow') continue;
    if (!isRational(node.exponent)) require(node.base, '>');
    else {
      if (node.exponent.d !== 1n) require(node.base, node.exponent.n < 0n ? '>' : '≥');
      else if (node.exponent.n <= 0n) nonzero(node.base);
    }
  }
  for (const [key, { relation }] of open) {
    // A product is as its factors are: x·y ≥ 0 follows from x ≥ 0 and y ≥ 0.
    if (key.kind !== 'mul' || relation === '≠' || normal.nodes.split(open.get(key)!.node)[0].n < 0n) continue;
    const given = key.args.map((factor) => open.get(factor)).filter((r) => r && r.node.kind !== 'mul');
    const implied = (r: Requirement | undefined): boolean =>
      r?.relation === '>' || (r?.relation === '≥' && relation === '≥');
    if (given.length === key.args.length && given.every(implied)) open.delete(key);
  }
  return [...open.values()];
}

export const conditionText = ({ expr, relation }: Requirement): string => `${toText(expr)} ${relation} 0`;

/** Is the expression a·x + b·y + … + c in its symbols? (Sufficient, by structure.) */
export function isAffine(expr: Expr): boolean {
  if (expr.kind === 'number' || expr.kind === 'symbol') return true;
  if (expr.kind === 'add' || expr.kind === 'neg') return childrenOf(expr).every(isAffine);
  if (expr.kind === 'mul')
    return expr.args.filter((arg) => arg.kind !== 'number').length <= 1 && expr.args.every(isAffine);
  return expr.kind === 'div' && expr.den.kind === 'number' && isAffine(expr.num);
}
