import { folder, isRational, nodesOfAll, toText, type Expr } from './expr.ts';
import type { Node } from './node.ts';
import type { Normal } from './normal.ts';

export type Requirement = { readonly expr: Expr; readonly node: Node; readonly relation: '≠' | '≥' | '>' };

/** Requirements by what they bear on: x ≥ 0 and −x ≥ 0 bear on one node from two sides. */
class Requirements {
  readonly list: Requirement[] = [];
  private readonly normal: Normal;

  constructor(normal: Normal) {
    this.normal = normal;
  }

  /** The node without its coefficient, and the side it is confined to (0: both). */
  private place({ node, relation }: Requirement): [Node, number] {
    const [coefficient, rest] = this.normal.nodes.split(node);
    return [rest, relation === '≠' ? 0 : coefficient.n < 0n ? -1 : 1];
  }

  add(asked: Requirement): void {
    const [rest, side] = this.place(asked);
    const at = this.list.findIndex((known) => {
      const [other, otherSide] = this.place(known);
      return other === rest && (side === 0 || otherSide === 0 || side === otherSide);
    });
    const known = this.list[at];
    if (!known) this.list.push(asked);
    else if (known.relation === '≠' || asked.relation === '>') this.list[at] = merged(asked, known);
    else if (asked.relation === '≠') this.list[at] = { ...known, relation: '>' };
  }
}

/** `asked` where `known` is either x ≠ 0 or on the same side. */
const merged = (asked: Requirement, known: Requirement): Requirement =>
  asked.relation === known.relation ? known : { ...asked, relation: '>' };

/** What must hold for both sides to be defined and is not certified to hold on the claim's set. */
export function openRequirements(sides: readonly Expr[], normal: Normal): Requirement[] {
  const open = new Requirements(normal);
  const require = (expr: Expr, relation: Requirement['relation']): void => {
    const node = normal.read(expr);
    const { sign, strict } = normal.signs.sign(node);
    const holds = relation === '≠' ? sign !== 0 && strict : sign === 1 && (strict || relation === '≥');
    if (holds) return;
    // Half of it is certified: x ≥ 0 is known, x > 0 asked.
    if (relation === '>' && sign === 1) return nonzero(expr);
    open.add({ expr, node, relation });
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
  for (const node of nodesOfAll(sides)) {
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
  return open.list.filter((requirement) => !impliedByFactors(requirement, open.list, normal));
}

/** A product is as its factors are: x·y ≥ 0 follows from x ≥ 0 and y ≥ 0. */
function impliedByFactors(
  { node, relation }: Requirement,
  others: readonly Requirement[],
  normal: Normal,
): boolean {
  const [coefficient, product] = normal.nodes.split(node);
  if (product.kind !== 'mul' || relation === '≠' || coefficient.n < 0n) return false;
  return product.args.every((factor) =>
    others.some((r) => r.node === factor && (r.relation === '>' || (r.relation === '≥' && relation === '≥'))),
  );
}

export const conditionText = ({ expr, relation }: Requirement): string => `${toText(expr)} ${relation} 0`;

/** Is the expression a·x + b·y + … + c in its symbols? (Sufficient, by structure.) */
export const isAffine = (expr: Expr): boolean => symbolsIfAffine()(expr) !== null;

/** For several expressions: the names of up to two symbols in one that is affine; null for another. */
export function symbolsIfAffine(): (expr: Expr) => readonly string[] | null {
  type Form = { names: readonly string[] | null; numeric?: boolean };
  const none: Form = { names: null };
  const joined = (xs: readonly Form[]): Form =>
    xs.some(({ names }) => names === null)
      ? none
      : { names: [...new Set(xs.flatMap(({ names }) => names!))].slice(0, 2) };
  const form = folder<Form>({
    number: () => ({ names: [], numeric: true }),
    pi: () => ({ names: [], numeric: true }),
    symbol: (name) => ({ names: [name] }),
    add: joined,
    neg: (a) => ({ names: a.names }),
    mul: (xs) => (xs.filter((x) => !x.numeric).length <= 1 ? joined(xs) : none),
    div: (a, b) => (b.numeric ? { names: a.names } : none),
    pow: () => none,
    call: () => none,
  });
  return (expr) => form(expr).names;
}
