/** Expressions and proof. */
export {
  FUNCTIONS,
  foldExpr,
  substitute,
  symbolsOf,
  toText,
  type Algebra,
  type Expr,
  type FunctionName,
} from './expr.ts';
export { parse, ParseError } from './parse.ts';
export { erf } from './erf.ts';
export { decide } from './decide.ts';
export { ClaimError } from './claim.ts';
export { checkFile, checkLine, exitStatus, type CheckResult } from './check-file.ts';
export { claimMutationScore, mutants, type MutationScore, type Survivor } from './mutants.ts';
export type { Claim, Counterexample, DecideOptions, Verdict } from './verdict.ts';
export { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';
export { typeset } from './tex.ts';
export { typesetByName } from './by-name.ts';
export { plainProse } from './plain-text.ts';
export { presentBy, ProofError, shownBy, type Presenter, type Shown } from './shown.ts';
export { formula, type Formula, type FormulaSpec, type FormulaValues } from './formula.ts';
export { sum } from './tidy.ts';
export type { Dependence } from './dependence.ts';
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
export { induct, type Induction, type InductionSpec } from './induction.ts';
export type { FamilySpec } from './families.ts';
export { decideVectors, type VectorClaim, type VectorVerdict } from './decide-vectors.ts';
export {
  isotropicEntropy,
  isotropicKl,
  isotropicLogDensity,
  vectorSpace,
  type Isotropic,
  type VectorSpace,
  type VectorSpec,
} from './vectors.ts';
export {
  covariance,
  crossEntropy,
  entropy,
  expectation,
  jointEntropy,
  jointKl,
  jointLogDensity,
} from './moments.ts';
export {
  density,
  derivative,
  divergence,
  fokkerPlanck,
  gradient,
  isotropicGradient,
  isotropicLaplacian,
  laplacian,
  mixtureDensity,
  radialLaplacian,
  rate,
  scoreOf,
  type FokkerPlanck,
} from './differential.ts';
export { decideInequality, type Comparison, type InequalityClaim } from './inequality.ts';
export { meanOf, varianceOf, type Quantity } from './quantity.ts';
export { mutantSummary, relationTeX, survivorLines, type CheckOptions } from './derivation-text.ts';
export type { Proof } from './proof.ts';
export {
  stepVerdicts,
  type Inequality,
  type Relation,
  type Step,
  type StepCounterexample,
  type StepMutants,
  type StepVerdict,
} from './step.ts';
export { derive } from './derivation.ts';
export type {
  Derivation,
  DerivationOptions,
  ExprLike,
  GaussianTarget,
  StepOptions,
} from './derivation-options.ts';
export * from './chains/index.ts';
