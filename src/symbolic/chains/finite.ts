/**
 * A finite model: every factor of a joint is a table of positive numbers. x_0 … x_T have equally many states, variables of
 * different families differ in it, so that what holds by a coincidence of their numbers is refuted.
 */
import type { Clock } from '../clock.ts';
import { tablesOf, type ChainModel, type Table } from './model.ts';

/** Numbers that tables hold: exact rationals, or residues. */
export interface Cells<C> {
  readonly zero: C;
  readonly one: C;
  /** A sum over one denominator: polynomials of at most this degree, numerator and denominator alike. */
  sum(cells: readonly C[], degree: number): C;
  mul(a: C, b: C): C;
  div(a: C, b: C): C;
}

export interface TableOf<C> extends Table {
  /** For each state of the parents, the probabilities of the states of the child. */
  readonly rows: readonly (readonly C[])[];
}

interface Joint<C> {
  names: readonly string[];
  cells: readonly C[];
}

const VARIED = 3; // numbers of states that differ before they repeat

/** How many states a family has, the first declared `states` of them and each further one another number. */
export function statesOf(families: readonly string[], states: number): (name: string) => number {
  const counts = new Map(families.map((family, i) => [family, 2 + ((i + states - 2) % VARIED)]));
  return (name) => counts.get(name.split('_')[0]) ?? states;
}

/** The families of a model, in the order of its declarations. */
export const familiesOf = ({ densities }: Pick<ChainModel, 'densities'>, length: number): string[] => [
  ...new Set(
    [...densities.values()].flatMap((joint) =>
      tablesOf(joint, length).flatMap(({ child }) => child.map((name) => name.split('_')[0])),
    ),
  ),
];

export class FiniteModel<C> {
  readonly states: (name: string) => number;
  readonly length: number;
  readonly tables = new Map<string, TableOf<C>[]>();
  /** Rows of all tables. The product of their sums is a denominator of every joint, so it bounds degrees. */
  rows = 0;
  private readonly cells: Cells<C>;
  private readonly joints = new Map<string, Joint<C>>();
  private readonly marginals = new Map<string, readonly C[]>();
  private readonly functions = new Map<string, C>();
  private readonly weight: () => C;
  private readonly value: (positive: boolean) => C;
  private readonly positive: ReadonlySet<string>;
  private readonly clock?: Clock;

  /**
   * `weight` draws one positive number, `value` a value of a function, of any sign or positive; `states` is how many the
   * first family has. @throws TimeUp
   */
  constructor(
    model: ChainModel,
    size: { states: number; length: number },
    cells: Cells<C>,
    weight: () => C,
    clock?: Clock,
    value: (positive: boolean) => C = weight,
  ) {
    this.clock = clock;
    this.value = value;
    this.positive = model.positive;
    this.states = statesOf(familiesOf(model, size.length), size.states);
    this.length = size.length;
    this.cells = cells;
    this.weight = weight;
    for (const joint of model.densities.values()) {
      const tables = tablesOf(joint, size.length).map((table) => this.fill(table));
      this.tables.set(joint.name, tables);
      this.joints.set(joint.name, this.joint(tables));
    }
  }

  /** The marginal of the variables (sorted) at the states in `at`. */
  probability(name: string, variables: readonly string[], at: ReadonlyMap<string, number>): C {
    const key = `${name}:${variables.join()}`;
    let cells = this.marginals.get(key);
    if (cells === undefined) this.marginals.set(key, (cells = this.marginal(name, variables)));
    return cells[variables.reduce((index, name) => index * this.states(name) + at.get(name)!, 0)];
  }

  /** A declared function's value at these states. */
  functionValue(name: string, states: readonly number[]): C {
    const key = `${name}(${states.join()})`;
    let value = this.functions.get(key);
    if (value === undefined) this.functions.set(key, (value = this.value(this.positive.has(name))));
    return value;
  }

  /** The values of functions that were asked for: `f(0)`. */
  get values(): ReadonlyMap<string, C> {
    return this.functions;
  }

  private fill(table: Table): TableOf<C> {
    const { cells } = this;
    const rows = Array.from({ length: this.assignments(table.parents) }, () => {
      this.clock?.check();
      const row = Array.from({ length: this.assignments(table.child) }, () => this.weight());
      const total = cells.sum(row, 1);
      return row.map((cell) => cells.div(cell, total));
    });
    this.rows += rows.length;
    return { ...table, rows };
  }

  private assignments(names: readonly string[]): number {
    return names.reduce((product, name) => product * this.states(name), 1);
  }

  private joint(tables: readonly TableOf<C>[]): Joint<C> {
    let names: readonly string[] = [];
    let joint: readonly C[] = [this.cells.one];
    for (const { child, parents, rows } of tables) {
      const row = this.project(names, parents);
      joint = joint.flatMap((cell, index) => {
        this.clock?.check();
        return rows[row(index)].map((entry) => this.cells.mul(cell, entry));
      });
      names = [...names, ...child];
    }
    return { names, cells: joint };
  }

  /** From a position in a table over `names` to one in a table over some of them. */
  private project(names: readonly string[], onto: readonly string[]): (index: number) => number {
    const digits = onto.map((name) => {
      const after = names.slice(names.indexOf(name) + 1);
      return { stride: this.assignments(after), states: this.states(name) };
    });
    return (index) =>
      digits.reduce((at, { stride, states }) => at * states + (Math.floor(index / stride) % states), 0);
  }

  private marginal(name: string, variables: readonly string[]): readonly C[] {
    const { names, cells } = this.joints.get(name)!;
    const to = this.project(names, variables);
    const groups: C[][] = Array.from({ length: this.assignments(variables) }, () => []);
    cells.forEach((cell, index) => groups[to(index)].push(cell));
    return groups.map((group) => this.cells.sum(group, this.rows));
  }
}
