/** Single-token edits of an expression: the slips of a pen that a check must catch. */
import { add, call, div, equalExpr, mul, neg, number, pow, symbol, symbolsOf, type Expr } from './expr.ts';

/**
 * Every expression that differs in one token: another symbol of the same expression or of `more`, a number one more or
 * less, a sign flipped, a root forgotten, a product for a quotient, a power one higher or none.
 */
export function edits(expr: Expr, more: readonly string[] = []): Expr[] {
  const names = [...new Set([...symbolsOf(expr), ...more])];
  const found = editsOf(expr, names);
  return found.filter((edit, i) => found.findIndex((other) => equalExpr(edit, other)) === i);
}

function editsOf(e: Expr, names: readonly string[]): Expr[] {
  switch (e.kind) {
    case 'number':
      return [number(e.n + e.d, e.d), ...(e.n > e.d ? [number(e.n - e.d, e.d)] : [])];
    case 'pi':
      return names.map(symbol);
    case 'symbol':
      return names.filter((name) => name !== e.name).map(symbol);
    case 'neg':
      return [e.arg, ...editsOf(e.arg, names).map(neg)];
    case 'add':
      return [
        ...e.args.flatMap((arg, i) => replaced(e.args, i, [arg.kind === 'neg' ? arg.arg : neg(arg)], add)),
        ...inside(e.args, names, add),
      ];
    case 'mul':
      return inside(e.args, names, mul);
    case 'div':
      return [mul(e.num, e.den), ...inside([e.num, e.den], names, div)];
    case 'call':
      return [...(e.fn === 'sqrt' ? [e.arg] : []), ...editsOf(e.arg, names).map((arg) => call(e.fn, arg))];
    case 'pow': {
      const { base, exponent } = e;
      const bases = editsOf(base, names).map((edited) => pow(edited, exponent));
      if ('kind' in exponent)
        return [...bases, ...editsOf(exponent, names).map((edited) => pow(base, edited))];
      return [...bases, base, pow(base, { n: exponent.n + exponent.d, d: exponent.d })];
    }
  }
}

type Build = (...args: Expr[]) => Expr;

const inside = (
  args: readonly Expr[],
  names: readonly string[],
  build: (a: Expr, b: Expr, ...more: Expr[]) => Expr,
): Expr[] => args.flatMap((arg, i) => replaced(args, i, editsOf(arg, names), build as Build));

const replaced = (args: readonly Expr[], index: number, edited: readonly Expr[], build: Build): Expr[] =>
  edited.map((edit) => build(...args.map((arg, i) => (i === index ? edit : arg))));
