/** The value of a grounded expression on a finite model, in any arithmetic that knows logarithms. */
import type { Clock } from '../clock.ts';
import type { Rational } from '../rational.ts';
import { FiniteModel, type Cells } from './finite.ts';
import type { Ground } from './ground.ts';

/** Values: numbers of the tables, and what logarithms make of them. */
export interface Arithmetic<C, V> extends Cells<C> {
  plain(cell: C): V;
  number(value: Rational): V;
  total(terms: readonly V[]): V;
  negative(a: V): V;
  times(a: V, b: V): V;
  quotient(a: V, b: V): V;
  log(a: V): V;
}

/** The value is out of reach of the arithmetic: a product of logarithms. */
export class NoValue extends Error {
  override readonly name: string = 'NoValue';
}

/** A side is not defined at this point: a division by 0, the logarithm of 0. */
export class Undefined extends NoValue {
  override readonly name = 'Undefined';
}

export class Evaluation<C, V> {
  private readonly model: FiniteModel<C>;
  private readonly arithmetic: Arithmetic<C, V>;
  private readonly memo = new Map<Ground, Map<string, V>>();

  private readonly clock?: Clock;

  constructor(model: FiniteModel<C>, arithmetic: Arithmetic<C, V>, clock?: Clock) {
    this.model = model;
    this.arithmetic = arithmetic;
    this.clock = clock;
  }

  /** @throws NoValue, TimeUp */
  at(expr: Ground, states: Map<string, number>): V {
    this.clock?.check();
    let known = this.memo.get(expr);
    if (known === undefined) this.memo.set(expr, (known = new Map()));
    const key = expr.free.map((name) => states.get(name)).join();
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = this.compute(expr, states)));
    return value;
  }

  private compute(expr: Ground, states: Map<string, number>): V {
    const { arithmetic: a, model } = this;
    const at = (e: Ground): V => this.at(e, states);
    switch (expr.kind) {
      case 'number':
        return a.number(expr.value);
      case 'density': {
        const { name, all, given } = expr;
        const joint = model.probability(name, all, states);
        return a.plain(given.length === 0 ? joint : a.div(joint, model.probability(name, given, states)));
      }
      case 'function':
        return a.plain(
          model.functionValue(
            expr.name,
            expr.args.map((arg) => states.get(arg)!),
          ),
        );
      case 'add':
        return a.total(expr.args.map(at));
      case 'mul':
        return expr.args.map(at).reduce((x, y) => a.times(x, y), a.plain(a.one));
      case 'neg':
        return a.negative(at(expr.arg));
      case 'div':
        return a.quotient(at(expr.num), at(expr.den));
      case 'log':
        return a.log(at(expr.arg));
      case 'sum':
        return this.sum(expr.bound, expr.arg, states);
    }
  }

  private sum(bound: readonly string[], arg: Ground, outer: ReadonlyMap<string, number>): V {
    const terms: V[] = [];
    eachState(bound, this.model.states, new Map(outer), (states) => terms.push(this.at(arg, states)));
    return this.arithmetic.total(terms);
  }
}

/** Calls back at every assignment of states to the names, on top of those in `states`, which it changes; `count` says how many each has. */
export function eachState(
  names: readonly string[],
  count: (name: string) => number,
  states: Map<string, number>,
  visit: (states: Map<string, number>) => void,
): void {
  if (names.length === 0) return visit(states);
  const [first, ...rest] = names;
  for (let state = 0; state < count(first); state++) {
    states.set(first, state);
    eachState(rest, count, states, visit);
  }
}
