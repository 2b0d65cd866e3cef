/** A formula: one value that is typeset, proved, evaluated in float64 and executed on tensors. */
import { record, requireArguments, text, texts, type KindsOf } from './arguments.ts';
import { foldExpr, symbolsOf, toText, type Algebra, type Expr } from './expr.ts';
import { floatAlgebra, type Column } from './float.ts';
import { parse } from './parse.ts';
import { shownFormula } from './shown.ts';
import type { SymbolTable } from './symbols.ts';
import { suggestion } from './suggestion.ts';
import { typeset } from './tex.ts';

export interface FormulaSpec {
  /** The left-hand side, typeset: `\tilde\beta_t`. */
  tex: string;
  /** The right-hand side, over declared symbols. */
  expr: string;
  /** Paper and equation. */
  cite: string;
  symbols: SymbolTable;
  /** Relations between the symbols that a proof about this formula may use, such as `beta = 1 - alpha`. */
  given?: readonly string[];
}

export type FormulaValues = Record<string, number | Float64Array | readonly number[]>;

export interface Formula {
  readonly name: string;
  readonly tex: string;
  readonly expr: Expr;
  readonly cite: string;
  readonly symbols: SymbolTable;
  readonly given: readonly string[];
  /** The symbols it reads, in the order they are written. */
  readonly reads: readonly string[];
  /**
   * Its value in float64. Other declared symbols may be present and are ignored, so a whole row of a schedule can be passed.
   * @throws when a symbol is missing or not declared, when arrays differ in length, at roots and logarithms of negative numbers, and where the result is not a number (0/0).
   */
  evaluate(values: Record<string, number>): number;
  evaluate(values: FormulaValues): number | Float64Array;
  /** Its value in any algebra: tensors, intervals, other expressions. @throws when a symbol is missing. */
  apply<T>(algebra: Algebra<T>, values: Record<string, T>): T;
  /** `tex = expression`, typeset. */
  typeset(): string;
  /** A copy with another expression: for breaking a proof or a sampler on purpose. */
  with(expr: string): Formula;
  /** The expression in brackets, so that formulas can be written into expressions: `` `${posteriorMean} - xt` ``. */
  toString(): string;
}

const SPEC: KindsOf<FormulaSpec> = { tex: text, expr: text, cite: text, symbols: record, given: texts };

/**
 * Declares a formula.
 * @throws when a field is unknown, or the expression does not parse or reads a symbol that the table does not declare.
 */
export function formula(name: string, spec: FormulaSpec): Formula {
  requireArguments(name, spec, SPEC, { required: ['tex', 'expr', 'symbols'] });
  const expr = parseWith(name, spec.expr);
  const { tex, cite, symbols, given = [] } = spec;
  for (const read of symbolsOf(expr)) {
    if (!symbols.has(read))
      throw new Error(`${name}: unknown symbol ${read}${suggestion(read, symbols.names)}`);
  }
  const reads = Object.freeze(symbolsOf(expr));

  const value = <T>(values: Record<string, T>, symbol: string): T => {
    if (Object.hasOwn(values, symbol)) return values[symbol];
    throw new Error(`${name} needs ${reads.join(', ')}: ${symbol} is missing`);
  };
  const apply = <T>(algebra: Algebra<T>, values: Record<string, T>): T =>
    foldExpr(
      expr,
      boundTo(algebra, (symbol) => value(values, symbol)),
    );

  function evaluate(values: Record<string, number>): number;
  function evaluate(values: FormulaValues): number | Float64Array;
  function evaluate(values: FormulaValues): number | Float64Array {
    for (const key of Object.keys(values)) {
      if (!symbols.has(key))
        throw new Error(`${name}: unknown symbol ${key}${suggestion(key, symbols.names)}`);
    }
    const columns = floatAlgebra((symbol) => column(name, symbol, value<unknown>(values, symbol)));
    return finite(name, () => foldExpr(expr, columns), values, reads);
  }

  const self: Formula = {
    name,
    tex,
    expr,
    cite,
    symbols,
    given,
    reads,
    evaluate,
    apply,
    typeset: () => `${tex} = ${typeset(expr, symbols)}`,
    with: (changed) => formula(name, { ...spec, expr: changed }),
    toString: () => `(${toText(expr)})`,
  };
  return Object.freeze(shownFormula(self));
}

/** The same algebra with its symbols looked up; works for algebras that are class instances too. */
function boundTo<T>(algebra: Algebra<T>, symbol: (name: string) => T): Algebra<T> {
  return Object.assign(Object.create(algebra) as Algebra<T>, { symbol });
}

function parseWith(name: string, text: string): Expr {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function column(name: string, symbol: string, value: unknown): Column {
  if (typeof value === 'number' || value instanceof Float64Array) return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'number'))
    return Float64Array.from(value);
  throw new TypeError(
    `${name}: ${symbol} is ${describe(value)}; expected a number, number[] or Float64Array`,
  );
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return `a ${value.constructor?.name ?? 'object'}`;
}

function finite(
  name: string,
  compute: () => Column,
  values: FormulaValues,
  reads: readonly string[],
): number | Float64Array {
  let result: Column;
  try {
    result = compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${name}: ${error.message}${pointOf(values, reads)}`, { cause: error });
  }
  const bad = typeof result === 'number' ? Number.isNaN(result) : result.some(Number.isNaN);
  if (bad) throw new RangeError(`${name} is not a number${pointOf(values, reads)}`);
  return result;
}

/** ` at abar = 0.5, eta = 1`, when all values are numbers. */
function pointOf(values: FormulaValues, reads: readonly string[]): string {
  const scalars = reads.filter((symbol) => typeof values[symbol] === 'number');
  return scalars.length === 0
    ? ''
    : ` at ${scalars.map((symbol) => `${symbol} = ${values[symbol] as number}`).join(', ')}`;
}
