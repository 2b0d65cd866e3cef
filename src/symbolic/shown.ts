/** How values of this room show themselves in a notebook, and what a proof that fails throws. */
import type { Formula } from './formula.ts';
import type { Proof } from './proof.ts';
import type { SymbolTable } from './symbols.ts';

/** Contents by MIME type. */
export type Shown = Record<string, string>;

const displaySymbol = Symbol.for('Jupyter.display');

/** How the kinds of values of this room are shown. */
export interface Presenter {
  proof(proof: Proof): Shown;
  formula(formula: Formula): Shown;
  symbols(table: SymbolTable): Shown;
}

/** Without the display room: TeX and text. */
let presenter: Presenter = {
  proof: (proof) => ({ 'text/latex': proof.toTeX(), 'text/plain': proof.toString() }),
  formula: (formula) => ({
    'text/latex': `$$${formula.typeset()}$$`,
    'text/plain': `${formula.name}: ${formula.toString().slice(1, -1)}   [${formula.cite}]`,
  }),
  symbols: (table) => ({
    'text/plain': table.names
      .map((name) => `${name} in ${table.get(name).domain}: ${table.get(name).meaning}`)
      .join('\n'),
  }),
};

/** From now on values show themselves so: the display room brings its tables when it is loaded. */
export function presentBy(next: Presenter): void {
  presenter = next;
}

/** The value itself, which shows itself so. It is hidden from JSON, from comparisons and from copies. */
export function shownBy<T extends object>(value: T, show: () => Shown): T {
  return Object.defineProperty(value, displaySymbol, { value: show, configurable: true });
}

/** The value itself, shown as the proof that it is or stands for. */
export function shownAs<T extends object>(value: T, proof: () => Proof): T {
  return shownBy(value, () => presenter.proof(proof()));
}

export const shownFormula = <T extends Formula>(formula: T): T =>
  shownBy(formula, () => presenter.formula(formula));

export const shownSymbols = <T extends SymbolTable>(table: T): T =>
  shownBy(table, () => presenter.symbols(table));

/** What `check()` throws: short, in plain text. It shows itself as the whole proof, with the line that fails. */
export class ProofError extends Error {
  override readonly name = 'ProofError';

  constructor(message: string, proof: Proof) {
    super(message);
    shownAs(this, () => proof);
  }
}
