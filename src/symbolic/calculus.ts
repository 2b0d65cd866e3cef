/** Derivatives of expressions, by dual numbers: one fold carries each value together with its slope. */
import { PI, call, div, foldExpr, mul, neg, number, pow, rebuild, symbol, type Expr } from './expr.ts';
import { minus, plus, times } from './tidy.ts';

interface Dual {
  value: Expr;
  /** null is an exact 0: what does not depend on the variable adds no terms. */
  slope: Expr | null;
}

/** How fast a symbol goes; null is an exact 0. */
type Slopes = (name: string) => Expr | null;

/**
 * d expr, where every symbol goes as fast as `slopes` says. Not simplified beyond leaving out zeros: it is for the checker,
 * and for reading after `decide`.
 */
export const slopeBy = (expr: Expr, slopes: Slopes): Expr => slopeOf(expr, slopes) ?? number(0);

/** ∂expr/∂name with every other symbol held: only for expressions in which nothing depends on another. */
export const partial = (expr: Expr, name: string): Expr => slopeBy(expr, alone(name));

/** Does the expression mention the variable at all? */
export const dependsOn = (expr: Expr, name: string): boolean => slopeOf(expr, alone(name)) !== null;

const alone =
  (name: string): Slopes =>
  (read) =>
    read === name ? number(1) : null;

function slopeOf(expr: Expr, slopes: Slopes): Expr | null {
  return foldExpr<Dual>(expr, {
    number: (n, d) => ({ value: number(n, d), slope: null }),
    pi: () => ({ value: PI, slope: null }),
    symbol: (name) => ({ value: symbol(name), slope: slopes(name) }),
    add: (terms) => ({
      value: rebuild.add(terms.map(valueOf)),
      slope: total(terms.map(({ slope }) => slope)),
    }),
    mul: (factors) => ({
      value: rebuild.mul(factors.map(valueOf)),
      slope: total(factors.map(({ slope }, i) => slope && productWith(factors, i, slope))),
    }),
    neg: ({ value, slope }) => ({ value: neg(value), slope: slope && neg(slope) }),
    div: (a, b) => ({
      value: div(a.value, b.value),
      slope: b.slope
        ? div(
            minus(a.slope ? times(a.slope, b.value) : number(0), times(a.value, b.slope)),
            pow(b.value, number(2)),
          )
        : a.slope && div(a.slope, b.value),
    }),
    pow: power,
    call: (fn, { value, slope }) => ({
      value: call(fn, value),
      slope: slope && times(outer[fn](value), slope),
    }),
  }).slope;
}

const valueOf = ({ value }: Dual): Expr => value;

const outer = {
  sqrt: (u: Expr) => div(number(1), mul(number(2), call('sqrt', u))),
  exp: (u: Expr) => call('exp', u),
  log: (u: Expr) => div(number(1), u),
  abs: (u: Expr) => div(u, call('abs', u)),
  sin: (u: Expr) => call('cos', u),
  cos: (u: Expr) => neg(call('sin', u)),
  erf: (u: Expr) => times(div(number(2), call('sqrt', PI)), call('exp', neg(pow(u, number(2))))),
};

function power(base: Dual, exponent: { n: bigint; d: bigint } | Dual): Dual {
  if ('n' in exponent) {
    const { n, d } = exponent;
    const lowered = n === d * 2n ? base.value : pow(base.value, { n: n - d, d });
    const slope = base.slope && (n === d ? base.slope : times(times(number(n, d), lowered), base.slope));
    return { value: pow(base.value, exponent), slope: n === 0n ? null : slope };
  }
  const value = pow(base.value, exponent.value);
  // d(b^e) = b^e·(e′·log b + e·b′/b)
  const byExponent = exponent.slope && times(exponent.slope, call('log', base.value));
  const byBase = base.slope && div(times(exponent.value, base.slope), base.value);
  const factor = total([byExponent, byBase]);
  return { value, slope: factor && times(value, factor) };
}

function total(slopes: (Expr | null)[]): Expr | null {
  const terms = slopes.filter((slope): slope is Expr => slope !== null);
  return terms.length === 0 ? null : plus(...terms);
}

function productWith(factors: Dual[], index: number, slope: Expr): Expr {
  return times(...factors.map(({ value }, i) => (i === index ? slope : value)));
}
