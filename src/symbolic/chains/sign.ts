/** The sign of an expression as its shape shows it: what is squared, a density, a mean of such, a function declared positive. */
import { subexpressions } from './rewrite.ts';
import { placeText, type ChainExpr, type Place } from './syntax.ts';
import { chainText } from './text.ts';

const names = (list: readonly Place[]): string => list.map(placeText).sort().join();

/** Certainly not negative. An entropy may be: that of a narrow density is. `positive` names functions. */
export function isNonNegative(expr: ChainExpr, positive: ReadonlySet<string>): boolean {
  const at = (e: ChainExpr): boolean => isNonNegative(e, positive);
  switch (expr.kind) {
    case 'number':
      return expr.value.n >= 0n;
    case 'density':
      return true;
    case 'function':
      return positive.has(expr.name);
    case 'kl':
      return names(expr.first.left) === names(expr.second.left);
    case 'add':
      return expr.args.every(at);
    case 'neg':
      return expr.arg.kind === 'number' && expr.arg.value.n <= 0n;
    case 'mul':
      return unpaired(expr.args).every(at);
    case 'div':
      return unpaired([...factors(expr.num), ...factors(expr.den)]).every(at);
    case 'expect':
    case 'integral':
      return at(expr.arg);
    case 'sum':
    case 'prod':
      return at(expr.body);
    default:
      return false;
  }
}

/** Certainly above 0: an empty sum, or a square, is not. Densities are, where a statement divides by them. */
export function isPositive(expr: ChainExpr, positive: ReadonlySet<string>): boolean {
  const at = (e: ChainExpr): boolean => isPositive(e, positive);
  switch (expr.kind) {
    case 'number':
      return expr.value.n > 0n;
    case 'density':
      return true;
    case 'function':
      return positive.has(expr.name);
    case 'add':
      return expr.args.every((e) => isNonNegative(e, positive)) && expr.args.some(at);
    case 'mul':
      return expr.args.every(at);
    case 'div':
      return at(expr.num) && at(expr.den);
    case 'expect':
    case 'integral':
      return at(expr.arg);
    case 'prod':
      return at(expr.body);
    default:
      return false;
  }
}

const factors = (expr: ChainExpr): readonly ChainExpr[] =>
  expr.kind === 'mul' ? expr.args.flatMap(factors) : [expr];

/** The factors of a product that no equal factor makes a square. */
function unpaired(list: readonly ChainExpr[]): ChainExpr[] {
  const left = new Map<string, ChainExpr>();
  for (const factor of list.flatMap(factors)) {
    const text = chainText(factor);
    if (!left.delete(text)) left.set(text, factor);
  }
  return [...left.values()];
}

/** Functions declared positive that an expression reads. */
export const positiveIn = (expr: ChainExpr, positive: ReadonlySet<string>): string[] => [
  ...new Set(
    subexpressions(expr).flatMap((e) => (e.kind === 'function' && positive.has(e.name) ? [e.name] : [])),
  ),
];
