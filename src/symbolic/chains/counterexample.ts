/** A finite model on which a statement fails, as tables a reader can check by hand. */
import { shortPair } from '../figures.ts';
import type { Rational } from '../rational.ts';
import { approximate, type LogValue } from './exact.ts';
import type { FiniteModel } from './finite.ts';
import { pointOf } from './model.ts';
import { densityTeX, densityText, nameTeX, placeTeX } from './text.ts';

export interface ChainCounterexample {
  /** States of the variables of each family and, on a chain, its length. */
  readonly states: Readonly<Record<string, number>>;
  readonly length: number;
  /** Values of free indices: `t = 2`. */
  readonly at: string;
  /**
   * Every factor of every joint, row by row of its parents: q(x_1|x_0) = 1/3, 2/3; 1/2, 1/2. And the values of functions
   * at states: f(0) = -2.
   */
  readonly tables: readonly { name: string; tex: string; value: string }[];
  /** The states of the free variables. */
  readonly point: readonly { name: string; tex: string; value: string }[];
  readonly lhs: string;
  readonly rhs: string;
}

interface Found {
  at: string;
  names: readonly string[];
  states: ReadonlyMap<string, number>;
  left: LogValue;
  right: LogValue;
}

export function counterexampleOf(finite: FiniteModel<Rational>, found: Found): ChainCounterexample {
  const tables = [...finite.tables.values()].flat().map(({ label, rows }) => ({
    name: densityText(label),
    tex: densityTeX(label),
    value: rows.map((row) => row.map(fraction).join(', ')).join('; '),
  }));
  const values = [...finite.values].map(([name, value]) => ({
    name,
    tex: name.replace(/^[^(]+/, nameTeX),
    value: fraction(value),
  }));
  const point = found.names.map((name) => ({
    name,
    tex: placeTeX(pointOf(name)),
    value: `${found.states.get(name)}`,
  }));
  const [lhs, rhs] = shortPair(decimal(found.left), decimal(found.right));
  const names = [...finite.tables.values()].flat().flatMap(({ child }) => child);
  const states = Object.fromEntries(names.map((name) => [pointOf(name).family, finite.states(name)]));
  return { states, length: finite.length, at: found.at, tables: [...tables, ...values], point, lhs, rhs };
}

const fraction = ({ n, d }: Rational): string => (d === 1n ? `${n}` : `${n}/${d}`);

const decimal = (value: LogValue): string => {
  const text = approximate(value).value.toFixed(15);
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
};
