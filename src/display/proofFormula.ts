/** A formula as a card: the typeset line, its name and where it comes from. */
import type { Formula } from '../symbolic/index.ts';
import { displaySymbol } from './host.ts';
import { mathLine } from './mathLine.ts';
import { escapeHtml } from './proofMath.ts';
import { table, type ProofTable } from './proof.ts';

/** Several formulas make one table. Each row: name, formula, citation. */
export function formulaCard(...formulas: readonly Formula[]): ProofTable {
  const rows = formulas.map(
    (formula) =>
      `<tr><th scope="row" class="sb-name">${escapeHtml(formula.name)}</th><td><div class="sb-cell">` +
      `${mathLine(formula.typeset())}<div class="sb-note">${escapeHtml(formula.cite)}</div></div></td></tr>`,
  );
  const html = table({ head: ['name', 'formula'], rows });
  return {
    html,
    [displaySymbol]: () => ({
      'text/html': html,
      'text/latex': `$$\\begin{aligned}${formulas.map((f) => f.typeset().replace('=', '&=')).join('\\\\\n')}\\end{aligned}$$`,
      'text/plain': formulas.map((f) => `${f.name}: ${f.toString()}   [${f.cite}]`).join('\n'),
    }),
  };
}
