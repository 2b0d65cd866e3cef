/**
 * What "up to a factor free of x" claims, as an identity that the engines can decide: f ∝ g about x says that f/g has
 * the same value at x and at any other x′. For densities exp(a) and exp(b) that is a − b at x and at x′. No derivative
 * is taken, so nothing is assumed of smoothness or of a connected domain.
 */
import { add, div, neg, number, pow, substitute, sub, symbol, symbolsOf, type Expr } from './expr.ts';
import { isOne, isZero, minus, over, plus, times } from './tidy.ts';

export interface UpTo {
  lhs: Expr;
  rhs: Expr;
  /** What the two sides are, for a counterexample. */
  what: string;
}

/** f and g differ by a term free of x. */
export function upToTerm(x: string, prime: string, f: Expr, g: Expr): UpTo {
  return atBoth(x, prime, sub(f, g), 'difference');
}

/** f and g differ by a factor free of x. */
export function upToFactor(x: string, prime: string, f: Expr, g: Expr): UpTo {
  const [a, b] = [splitExponential(f), splitExponential(g)];
  const free = (e: Expr): boolean => !symbolsOf(e).includes(x);
  const exponential = !isZero(a.exponent) || !isZero(b.exponent);
  if (!exponential || !free(a.factor) || !free(b.factor)) return atBoth(x, prime, div(f, g), 'ratio');
  const difference = minus(a.exponent, b.exponent);
  const ratio = div(a.factor, b.factor);
  // The ratio of the factors adds the same to both sides; it is there so that it must be defined.
  return atBoth(x, prime, isOne(b.factor) ? difference : add(difference, ratio), 'difference of exponents');
}

function atBoth(x: string, prime: string, expr: Expr, what: string): UpTo {
  return { lhs: expr, rhs: substitute(expr, { [x]: symbol(prime) }), what };
}

/** The exponent of c·exp(…), or the expression itself where it is a log density already. */
export function logOf(expr: Expr): Expr {
  const { exponent } = splitExponential(expr);
  return isZero(exponent) ? expr : exponent;
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
      return expr.fn === 'exp' ? { factor: number(1), exponent: expr.arg } : plain;
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
      if ('kind' in expr.exponent) return plain;
      const { factor, exponent } = splitExponential(expr.base);
      // (c·e^a)^r = c^r·e^(ar) needs c > 0 for a fractional r
      if (isZero(exponent) || (expr.exponent.d !== 1n && !isOne(factor))) return plain;
      const { n, d } = expr.exponent;
      return {
        factor: isOne(factor) ? factor : pow(factor, expr.exponent),
        exponent: times(number(n, d), exponent),
      };
    }
    default:
      return plain;
  }
}
