/** From here on proofs, verdicts, formulas and symbols show themselves as their tables, without a word around them. */
import { presentBy, type Shown } from '../symbolic/index.ts';
import { displaySymbol } from './host.ts';
import { proofTable, type ProofTable } from './proof.ts';
import { formulaCard } from './proofFormula.ts';
import { symbolCard } from './symbolCard.ts';

const bundle = (table: ProofTable): Shown =>
  (table as unknown as Record<symbol, () => Shown>)[displaySymbol]();

presentBy({
  proof: (proof) => bundle(proofTable(proof)),
  formula: (formula) => bundle(formulaCard(formula)),
  symbols: (table) => bundle(symbolCard(table)),
});
