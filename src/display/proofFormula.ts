/** A formula as a card: the typeset line, its name and where it comes from. */
import type { Formula } from '../symbolic/index.ts';
import { escapeHtml, mathml } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';
import type { ProofTable } from './proof.ts';

/** Several formulas make one table. Each row: name, formula, citation. */
export function formulaCard(...formulas: readonly Formula[]): ProofTable {
  const rows = formulas.map(
    (formula) =>
      `<tr><td class="sb-why">${escapeHtml(formula.name)}</td>` +
      `<td class="sb-eq">${mathml(`\\displaystyle ${formula.typeset()}`)}</td>` +
      `<td class="sb-v"><div class="sb-ev">${escapeHtml(formula.cite)}</div></td></tr>`,
  );
  const html = `<div class="sb-proof">${proofStyle}\n<table><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
  return {
    html,
    [Symbol.for('Jupyter.display')]: () => ({
      'text/html': html,
      'text/latex': `$$\\begin{aligned}${formulas.map((f) => f.typeset().replace('=', '&=')).join('\\\\\n')}\\end{aligned}$$`,
      'text/plain': formulas.map((f) => `${f.name}: ${f.toString()}   [${f.cite}]`).join('\n'),
    }),
  };
}
