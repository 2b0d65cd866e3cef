/** Expressions and proof. */
export {
  foldExpr,
  substitute,
  symbolsOf,
  toText,
  type Algebra,
  type Expr,
  type FunctionName,
} from './expr.ts';
export { parse, ParseError } from './parse.ts';
export type { Claim, Counterexample, DecideOptions, Verdict } from './verdict.ts';
export { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';
export { typeset } from './tex.ts';
export { formula, type Formula, type FormulaSpec, type FormulaValues } from './formula.ts';
export { derivative } from './calculus.ts';
export {
  exponent,
  gaussian,
  gaussianModel,
  klDivergence,
  logDensity,
  product,
  type Gaussian,
  type GaussianModel,
} from './gaussian.ts';
