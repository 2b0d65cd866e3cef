import {
  add,
  call,
  div,
  isRational,
  mul,
  neg,
  number,
  pow,
  rebuild,
  symbol,
  toText,
  type Expr,
} from './expr.ts';

/** One edit of an expression: the whole after it, and the part it changed. */
export type Repair = { whole: Expr; before: Expr; after: Expr };

/**
 * The slips of a pen, undone: at each place of the expression another symbol, the sign, a square or root, a factor
 * 2, a quotient turned over. Likely ones first.
 */
export function* repairs(expr: Expr, names: readonly string[]): Generator<Repair> {
  for (const alternatives of [slips(names), scalings]) yield* at(expr, (whole) => whole, alternatives);
}

type Alternatives = (e: Expr) => Expr[];

const slips =
  (names: readonly string[]): Alternatives =>
  (e) => {
    switch (e.kind) {
      case 'symbol':
        return [
          ...names.filter((name) => name !== e.name).map(symbol),
          pow(e, { n: 2n, d: 1n }),
          call('sqrt', e),
        ];
      case 'neg':
        return [e.arg];
      case 'add':
        return e.args.map((arg, i) =>
          add(...e.args.map((x, k) => (k === i ? (arg.kind === 'neg' ? arg.arg : neg(arg)) : x))),
        );
      case 'div':
        return [mul(e.num, e.den), div(e.den, e.num)];
      case 'call':
        return e.fn === 'sqrt' || e.fn === 'abs' ? [e.arg] : [];
      case 'pow':
        return isRational(e.exponent)
          ? [e.base, pow(e.base, { n: -e.exponent.n, d: e.exponent.d })]
          : [e.base];
      case 'number':
        return [number(e.n + e.d, e.d), number(e.n - e.d, e.d)];
      case 'mul':
        return [];
    }
  };

const scalings: Alternatives = (e) =>
  e.kind === 'number'
    ? []
    : [neg(e), mul(number(2), e), div(e, number(2)), call('sqrt', e), pow(e, { n: 2n, d: 1n })];

/** Every edit at this node, then within it; `put` makes the whole expression of an edited node. */
function* at(e: Expr, put: (e: Expr) => Expr, alternatives: Alternatives): Generator<Repair> {
  for (const after of alternatives(e)) yield { whole: put(after), before: e, after };
  switch (e.kind) {
    case 'add':
    case 'mul':
      for (const [i, arg] of e.args.entries()) {
        const join = (x: Expr): Expr => put(rebuild[e.kind](e.args.map((other, k) => (k === i ? x : other))));
        yield* at(arg, join, alternatives);
      }
      return;
    case 'div':
      yield* at(e.num, (x) => put(div(x, e.den)), alternatives);
      yield* at(e.den, (x) => put(div(e.num, x)), alternatives);
      return;
    case 'neg':
      yield* at(e.arg, (x) => put(neg(x)), alternatives);
      return;
    case 'call':
      yield* at(e.arg, (x) => put(call(e.fn, x)), alternatives);
      return;
    case 'pow': {
      const { exponent } = e;
      yield* at(e.base, (x) => put(pow(x, exponent)), alternatives);
      if (!isRational(exponent)) yield* at(exponent, (x) => put(pow(e.base, x)), alternatives);
      return;
    }
    default:
      return;
  }
}

/** "holds with b in place of a", in the smallest part that reads well. */
export const repairText = ({ before, after }: Repair): string =>
  `holds with ${toText(after)} in place of ${toText(before)}`;
