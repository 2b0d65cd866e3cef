/** Single-token edits of an expression: the slips of a pen that a check must catch. */
import { add, call, div, digest, mul, neg, number, pow, symbol, symbolsOf, type Expr } from './expr.ts';

/** How many edits are looked at, and how deep within an expression they are made. */
const MAX_EDITS = 500;
const MAX_DEPTH = 200;

/**
 * Every expression that differs in one token: another symbol of the same expression or of `more`, a number one more or
 * less, a sign flipped, a root forgotten, a product for a quotient, a power one higher or none.
 */
export function edits(expr: Expr, more: readonly string[] = []): Expr[] {
  const names = [...new Set([...symbolsOf(expr), ...more])];
  const found = new Map<string, Expr>();
  let made = 0;
  for (const edit of editsOf(expr, names, MAX_DEPTH)) {
    if (++made > MAX_EDITS) break;
    const text = digest(edit);
    if (!found.has(text)) found.set(text, edit);
  }
  return [...found.values()];
}

/** The edits at a node and below, outermost first but for powers; deeper than `depth` nothing is edited. */
function* editsOf(e: Expr, names: readonly string[], depth: number): Generator<Expr> {
  if (depth === 0) return;
  const below = function* (part: Expr, whole: (edited: Expr) => Expr): Generator<Expr> {
    for (const edited of editsOf(part, names, depth - 1)) yield whole(edited);
  };
  const inEach = function* (args: readonly Expr[], build: (...args: Expr[]) => Expr): Generator<Expr> {
    for (const i of args.keys()) yield* below(args[i], (edited) => build(...replaced(args, i, edited)));
  };
  switch (e.kind) {
    case 'number':
      yield number(e.n + e.d, e.d);
      if (e.n > e.d) yield number(e.n - e.d, e.d);
      return;
    case 'pi':
      return yield* names.map(symbol);
    case 'symbol':
      return yield* names.filter((name) => name !== e.name).map(symbol);
    case 'neg':
      yield e.arg;
      return yield* below(e.arg, neg);
    case 'add':
      for (const [i, arg] of e.args.entries())
        yield add(...replaced(e.args, i, arg.kind === 'neg' ? arg.arg : neg(arg)));
      return yield* inEach(e.args, add);
    case 'mul':
      return yield* inEach(e.args, mul);
    case 'div':
      yield mul(e.num, e.den);
      return yield* inEach([e.num, e.den], (num, den) => div(num, den));
    case 'call':
      if (e.fn === 'sqrt') yield e.arg;
      return yield* below(e.arg, (arg) => call(e.fn, arg));
    case 'pow': {
      const { base, exponent } = e;
      yield* below(base, (edited) => pow(edited, exponent));
      if ('kind' in exponent) return yield* below(exponent, (edited) => pow(base, edited));
      yield base;
      yield pow(base, { n: exponent.n + exponent.d, d: exponent.d });
    }
  }
}

const replaced = (args: readonly Expr[], index: number, edited: Expr): Expr[] =>
  args.map((arg, i) => (i === index ? edited : arg));
