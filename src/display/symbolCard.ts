/** Symbols as a table: how each is typeset, its name in code, its domain, what it means. */
import type { SymbolTable } from '../symbolic/index.ts';
import { escapeHtml, mathml, prose } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';
import type { ProofTable } from './proof.ts';

/** @throws when a name is not declared in the table. */
export function symbolCard(symbols: SymbolTable, names: readonly string[] = symbols.names): ProofTable {
  const entries = names.map((name) => ({ name, ...symbols.get(name) }));
  const rows = entries.map(
    ({ name, tex, domain, meaning }) =>
      `<tr><td class="sb-eq">${mathml(tex)}</td><td class="sb-rel"><code>${escapeHtml(name)}</code></td>` +
      `<td class="sb-eq">${mathml(domainTex(domain))}</td><td class="sb-why">${prose(meaning)}</td></tr>`,
  );
  const html = `<div class="sb-proof">${proofStyle}\n<table><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
  return {
    html,
    [Symbol.for('Jupyter.display')]: () => ({
      'text/html': html,
      'text/plain': entries.map(({ name, domain, meaning }) => `${name} in ${domain}: ${meaning}`).join('\n'),
    }),
  };
}

/** `(-inf,inf)` is the real line; other intervals are typeset as they are. */
const domainTex = (domain: string): string =>
  domain === '(-inf,inf)'
    ? '\\in\\mathbb{R}'
    : `\\in${domain.replace(',', ',\\,').replaceAll('inf', '\\infty')}`;
