/**
 * What "up to a factor free of x" claims, as an identity that the engines can decide: f ∝ g about x says that
 * f(x)·g(x′) = f(x′)·g(x) for any two values, and that neither line vanishes. Multiplied out, a zero of one line must be
 * a zero of the other, which their ratio would not see. For densities exp(a) and exp(b) it is a − b at x and at x′.
 * No derivative is taken, so nothing is assumed of smoothness or of a connected domain.
 */
import {
  call,
  equalExpr,
  isRational,
  mul,
  neg,
  number,
  pow,
  substitute,
  sub,
  symbol,
  symbolsOf,
  type Expr,
} from './expr.ts';
import { isOne, isZero, minus, over, plus, times } from './tidy.ts';

export interface UpTo {
  lhs: Expr;
  rhs: Expr;
  /** What the two sides are, for a counterexample. */
  sides: readonly [string, string];
  /** What must vanish nowhere. */
  factors: readonly Expr[];
}

/** f and g differ by a term free of x. */
export function upToTerm(x: string, prime: string, f: Expr, g: Expr): UpTo {
  return { ...atBoth(x, prime, sub(f, g), 'difference'), factors: [] };
}

/** f and g differ by a factor free of x. */
export function upToFactor(x: string, prime: string, f: Expr, g: Expr): UpTo {
  const [a, b] = [splitExponential(f), splitExponential(g)];
  const free = (e: Expr): boolean => !symbolsOf(e).includes(x);
  const exponential = !isZero(a.exponent) || !isZero(b.exponent);
  if (exponential && free(a.factor) && free(b.factor)) {
    const difference = atBoth(x, prime, minus(a.exponent, b.exponent), 'difference of exponents');
    return { ...difference, factors: [a.factor, b.factor] };
  }
  const [f1, g1] = [f, g].map((line) => substitute(line, { [x]: symbol(prime) }));
  return {
    lhs: mul(f, g1),
    rhs: mul(f1, g),
    sides: ['the old line times the new one at the primed value', 'the other way round'],
    factors: [f, g],
  };
}

function atBoth(x: string, prime: string, expr: Expr, what: string): Omit<UpTo, 'factors'> {
  const sides = [`the ${what}`, 'at the primed value'] as const;
  return { lhs: expr, rhs: substitute(expr, { [x]: symbol(prime) }), sides };
}

export const isExponential = (expr: Expr): boolean => !isZero(splitExponential(expr).exponent);

interface Split {
  factor: Expr;
  exponent: Expr;
}

/** expr = factor·exp(exponent), read off products, quotients and powers. */
export function splitExponential(expr: Expr): Split {
  const plain: Split = { factor: expr, exponent: number(0) };
  switch (expr.kind) {
    case 'call':
      if (expr.fn === 'exp') return { factor: number(1), exponent: expr.arg };
      return expr.fn === 'sqrt' ? (powered(expr.arg, number(1, 2)) ?? plain) : plain;
    case 'add': {
      // c·e^a + d·e^a
      const parts = expr.args.map(splitExponential);
      const [first] = parts;
      if (!parts.every(({ exponent }) => equalExpr(exponent, first.exponent))) return plain;
      return { factor: plus(...parts.map(({ factor }) => factor)), exponent: first.exponent };
    }
    case 'neg': {
      const { factor, exponent } = splitExponential(expr.arg);
      return { factor: neg(factor), exponent };
    }
    case 'mul': {
      const parts = expr.args.map(splitExponential);
      return {
        factor: times(...parts.map(({ factor }) => factor)),
        exponent: plus(...parts.map(({ exponent }) => exponent)),
      };
    }
    case 'div': {
      const [a, b] = [splitExponential(expr.num), splitExponential(expr.den)];
      return { factor: over(a.factor, b.factor), exponent: minus(a.exponent, b.exponent) };
    }
    case 'pow': {
      const { base, exponent } = expr;
      if (!isRational(exponent)) {
        // 2^a is e^(a·log 2)
        if (base.kind === 'number' && base.n > 0n)
          return { factor: number(1), exponent: times(exponent, call('log', base)) };
        return powered(base, exponent) ?? plain;
      }
      if (exponent.d !== 1n) return powered(base, number(exponent.n, exponent.d)) ?? plain;
      const { factor, exponent: inner } = splitExponential(base);
      if (isZero(inner)) return plain;
      return {
        factor: isOne(factor) ? factor : pow(factor, exponent),
        exponent: times(number(exponent.n), inner),
      };
    }
    default:
      return plain;
  }
}

/** (e^a)^r = e^(ar); a factor before it would have to be positive. */
function powered(base: Expr, by: Expr): Split | undefined {
  const { factor, exponent } = splitExponential(base);
  return isOne(factor) && !isZero(exponent)
    ? { factor: number(1), exponent: times(by, exponent) }
    : undefined;
}
