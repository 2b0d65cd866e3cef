/**
 * What "up to a factor free of x" claims, as an identity that the engines can decide: f ∝ g about x says that
 * f(x)·g(x′) = f(x′)·g(x) for any two values, and that neither line vanishes. Multiplied out, a zero of one line must be
 * a zero of the other, which their ratio would not see. For densities exp(a) and exp(b) it is a − b at x and at x′.
 * No derivative is taken, so nothing is assumed of smoothness or of a connected domain.
 */
import { mul, neg, number, pow, substitute, sub, symbol, symbolsOf, type Expr } from './expr.ts';
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
