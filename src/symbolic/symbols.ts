/** A symbol table: for every name its TeX, its domain and what it means. One table serves typesetting and proof. */
import { requireArguments, text, type KindsOf } from './arguments.ts';
import { isEmpty, parseDomain } from './domain.ts';
import { shownSymbols } from './shown.ts';
import { symbolNameFault } from './parse.ts';
import { suggestion } from './suggestion.ts';

export interface SymbolEntry {
  /** How the symbol is typeset, e.g. `\bar\alpha_t`. */
  tex: string;
  /**
   * The interval a proof ranges over: `(0,1)`, `[0,inf)`, `(-inf,inf)`. Evaluation is not bound by it: a schedule may
   * reach an edge (ᾱ₀ = 1) that a proof leaves out.
   */
  domain: string;
  /** One phrase for a reader. */
  meaning: string;
}

export interface SymbolTable {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @throws when `name` is not declared; the message names the nearest declared symbol. */
  get(name: string): SymbolEntry;
  /** Domains of the named symbols, in the form `decide` reads. */
  domains(names: Iterable<string>): Record<string, string>;
  /** A new table with more symbols. @throws when a name is declared twice with different entries. */
  extend(entries: Record<string, SymbolEntry>): SymbolTable;
  /** The same symbols, some of them typeset otherwise: ᾱ_{t−1} read as ᾱ_s where steps are skipped. */
  relabel(tex: Record<string, string>): SymbolTable;
}

const namePattern = /^[A-Za-z][A-Za-z0-9_]*$/;
const intervalPattern = /^[([]\s*[^,\s]+\s*,\s*[^,\s]+\s*[)\]]$/;

const ENTRY: KindsOf<SymbolEntry> = { tex: text, domain: text, meaning: text };

/**
 * Declares symbols.
 * @throws when a name is not an identifier or a domain is not an interval, or an empty one.
 */
export function declare(entries: Record<string, SymbolEntry>): SymbolTable {
  const table = new Map<string, SymbolEntry>();
  for (const [name, entry] of Object.entries(entries)) {
    if (!namePattern.test(name)) {
      throw new Error(`symbol name "${name}": expected letters, digits and _, starting with a letter`);
    }
    const fault = symbolNameFault(name);
    if (fault !== undefined) throw new Error(`symbol name "${name}": ${fault}`);
    requireArguments(`symbol ${name}`, entry, ENTRY, { required: ['tex', 'domain'] });
    if (!intervalPattern.test(entry.domain)) {
      throw new Error(
        `domain of ${name} is "${entry.domain}": expected an interval such as (0,1) or [0,inf)`,
      );
    }
    const domain = parseDomain(entry.domain);
    if (domain && isEmpty(domain)) throw new Error(`domain of ${name} is "${entry.domain}", which is empty`);
    table.set(name, Object.freeze({ ...entry }));
  }
  return tableOf(table);
}

function tableOf(entries: ReadonlyMap<string, SymbolEntry>): SymbolTable {
  const names = Object.freeze([...entries.keys()]);
  const get = (name: string): SymbolEntry => {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`unknown symbol ${name}${suggestion(name, names)}`);
    return entry;
  };
  const table: SymbolTable = {
    names,
    has: (name: string) => entries.has(name),
    get,
    domains: (wanted: Iterable<string>) =>
      Object.fromEntries([...wanted].map((name) => [name, get(name).domain])),
    extend: (more: Record<string, SymbolEntry>) => {
      for (const [name, entry] of Object.entries(more)) {
        const old = entries.get(name);
        if (old && (old.tex !== entry.tex || old.domain !== entry.domain)) {
          throw new Error(
            `symbol ${name} is declared already as ${old.tex} in ${old.domain}; give the new one another name`,
          );
        }
      }
      return declare({ ...Object.fromEntries(entries), ...more });
    },
    relabel: (tex: Record<string, string>) => {
      const changed = Object.entries(tex).map(([name, label]) => [name, { ...get(name), tex: label }]);
      return declare({ ...Object.fromEntries(entries), ...Object.fromEntries(changed) });
    },
  };
  return Object.freeze(shownSymbols(table));
}
