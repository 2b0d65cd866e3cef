/** Quantities read off a log density: the mean and the variance of the Gaussian it is, if it is quadratic. */
import { partial } from './calculus.ts';
import { number, substitute, type Expr } from './expr.ts';
import { negative, over } from './tidy.ts';

export interface Quantity {
  readonly kind: 'quantity';
  readonly of: string;
  /** What is read, in words: `variance`. */
  readonly label: string;
  /** The quantity of this log density. */
  read(line: Expr): Expr;
}

/** The variance in x: −1/L″ of a log density L. */
export function varianceOf(x: string): Quantity {
  return {
    kind: 'quantity',
    of: x,
    label: 'variance',
    read: (line) => negative(over(number(1), curvature(line, x))),
  };
}

/** The mean in x: −L′(0)/L″ of a log density L. */
export function meanOf(x: string): Quantity {
  const read = (line: Expr): Expr => {
    const slope = substitute(partial(line, x), { [x]: number(0) });
    return negative(over(slope, curvature(line, x)));
  };
  return { kind: 'quantity', of: x, label: 'mean', read };
}

const curvature = (line: Expr, x: string): Expr =>
  substitute(partial(partial(line, x), x), { [x]: number(0) });

/** What must vanish for the line to be the log density of a Gaussian in x: its third derivative. */
export const thirdDerivative = (line: Expr, x: string): Expr => partial(partial(partial(line, x), x), x);
