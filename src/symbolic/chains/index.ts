/** Statements about densities: probability chains of any length. */
export { decideChain, type ChainOptions, type ChainVerdict } from './decide.ts';
export {
  deriveChain,
  type ChainDerivation,
  type ChainDerivationOptions,
  type ChainStepOptions,
} from './derivation.ts';
export { chainModel, type ChainModel } from './model.ts';
export { chainTeX, chainText } from './text.ts';
export { parseChain, parseStatement } from './parse.ts';
export type { ChainCounterexample } from './counterexample.ts';
export type { ChainExpr, ChainRelation, Statement } from './syntax.ts';
