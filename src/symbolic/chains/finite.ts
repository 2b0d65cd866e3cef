/** A finite model: every variable has the same few states, every factor of a joint is a table of positive numbers. */
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

export class FiniteModel<C> {
  readonly states: number;
  readonly length: number;
  readonly tables = new Map<string, TableOf<C>[]>();
  /** Rows of all tables. The product of their sums is a denominator of every joint, so it bounds degrees. */
  rows = 0;
  private readonly cells: Cells<C>;
  private readonly joints = new Map<string, Joint<C>>();
  private readonly marginals = new Map<string, readonly C[]>();
  private readonly functions = new Map<string, C>();
  private readonly weight: () => C;

  /** `weight` draws one positive number. */
  constructor(model: ChainModel, size: { states: number; length: number }, cells: Cells<C>, weight: () => C) {
    this.states = size.states;
    this.length = size.length;
    this.cells = cells;
    this.weight = weight;
    for (const joint of model.densities.values()) {
      const tables = tablesOf(joint, size.length).map((table) => this.fill(table));
      this.tables.set(joint.name, tables);
      this.joints.set(joint.name, this.joint(tables));
    }
  }

  has(name: string, variable: string): boolean {
    return this.joints.get(name)!.names.includes(variable);
  }

  /** The marginal of the variables (sorted) at the states in `at`. */
  probability(name: string, variables: readonly string[], at: ReadonlyMap<string, number>): C {
    const key = `${name}:${variables.join()}`;
    let cells = this.marginals.get(key);
    if (cells === undefined) this.marginals.set(key, (cells = this.marginal(name, variables)));
    return cells[variables.reduce((index, variable) => index * this.states + at.get(variable)!, 0)];
  }

  /** A declared function's value at these states. */
  functionValue(name: string, states: readonly number[]): C {
    const key = `${name}(${states.join()})`;
    let value = this.functions.get(key);
    if (value === undefined) this.functions.set(key, (value = this.weight()));
    return value;
  }

  private fill(table: Table): TableOf<C> {
    const { cells, states } = this;
    const rows = Array.from({ length: states ** table.parents.length }, () => {
      const row = Array.from({ length: states ** table.child.length }, () => this.weight());
      const total = cells.sum(row, 1);
      return row.map((cell) => cells.div(cell, total));
    });
    this.rows += rows.length;
    return { ...table, rows };
  }

  private joint(tables: readonly TableOf<C>[]): Joint<C> {
    let names: readonly string[] = [];
    let joint: readonly C[] = [this.cells.one];
    for (const { child, parents, rows } of tables) {
      const before = names;
      const positions = parents.map((parent) => before.indexOf(parent));
      const digits = before.length;
      joint = joint.flatMap((cell, index) => {
        const row = positions.reduce((at, p) => at * this.states + this.digit(index, digits, p), 0);
        return rows[row].map((entry) => this.cells.mul(cell, entry));
      });
      names = [...before, ...child];
    }
    return { names, cells: joint };
  }

  private digit(index: number, digits: number, position: number): number {
    return Math.floor(index / this.states ** (digits - 1 - position)) % this.states;
  }

  private marginal(name: string, variables: readonly string[]): readonly C[] {
    const { names, cells } = this.joints.get(name)!;
    const positions = variables.map((variable) => names.indexOf(variable));
    const groups: C[][] = Array.from({ length: this.states ** variables.length }, () => []);
    cells.forEach((cell, index) => {
      const to = positions.reduce((at, p) => at * this.states + this.digit(index, names.length, p), 0);
      groups[to].push(cell);
    });
    return groups.map((group) => this.cells.sum(group, this.rows));
  }
}
