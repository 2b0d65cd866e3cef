/** Expressions that are handed in as objects: plain JavaScript passes anything. */
import { isRecord, shown } from './arguments.ts';
import { FUNCTIONS, type Expr } from './expr.ts';
import { symbolNameFault } from './parse.ts';

const isFraction = (value: Record<string, unknown>): boolean =>
  typeof value.n === 'bigint' && typeof value.d === 'bigint' && value.d > 0n;

/** What is not as an expression must be, in words; undefined for an expression. However deep or shared, every part is looked at once. */
export function exprFault(given: unknown): string | undefined {
  const seen = new Set<unknown>();
  const entered = new Set<unknown>();
  const stack = [given];
  while (stack.length > 0) {
    const value = stack.at(-1);
    if (seen.has(value)) {
      stack.pop();
      continue;
    }
    const found = partsOf(value);
    if (typeof found === 'string') return `expected an expression in a string${found}`;
    if (entered.has(value)) {
      seen.add(value);
      entered.delete(value);
      stack.pop();
      continue;
    }
    entered.add(value);
    for (const part of found) {
      if (entered.has(part))
        return `expected an expression in a string, got an object that is a part of itself: ${shown(part)}`;
      if (!seen.has(part)) stack.push(part);
    }
  }
  return undefined;
}

/** The parts of one node, or what is wrong with it. */
function partsOf(value: unknown): readonly unknown[] | string {
  if (!isRecord(value) || !('kind' in value)) return `, got ${shown(value)}`;
  const { kind } = value;
  const needs = (what: string): string =>
    `, or as parse() gives it; a node of kind ${shown(kind)} needs ${what}, got ${shown(value)}`;
  switch (kind as Expr['kind']) {
    case 'number':
      return isFraction(value) ? [] : needs('n and d > 0, both bigint');
    case 'pi':
      return [];
    case 'symbol': {
      const fault = typeof value.name === 'string' ? symbolNameFault(value.name) : 'none is given';
      return fault === undefined ? [] : needs(`a name (${fault})`);
    }
    case 'add':
    case 'mul':
      return Array.isArray(value.args) ? value.args : needs('args, a list of expressions');
    case 'div':
      return 'num' in value && 'den' in value ? [value.num, value.den] : needs('num and den');
    case 'neg':
      return 'arg' in value ? [value.arg] : needs('arg');
    case 'pow': {
      const { base, exponent } = value;
      if (base === undefined || !isRecord(exponent)) return needs('base and exponent');
      if ('kind' in exponent) return [base, exponent];
      return isFraction(exponent) ? [base] : needs('an exponent with n and d > 0, both bigint');
    }
    case 'call':
      if (!FUNCTIONS.some((name) => name === value.fn)) return needs(`fn, one of ${FUNCTIONS.join(', ')}`);
      return 'arg' in value ? [value.arg] : needs('arg');
    default:
      return `, or as parse() gives it; ${shown(kind)} is no kind of expression (number, pi, symbol, add, mul, div, neg, pow, call)`;
  }
}

/** The expression itself. @throws when the object is none */
export function wellFormed(expr: Expr): Expr {
  const fault = exprFault(expr);
  if (fault !== undefined) throw new Error(fault);
  return expr;
}
