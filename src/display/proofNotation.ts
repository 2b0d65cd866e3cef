/** The notation of a notebook, from the symbol table: how each symbol is written, read, and what it ranges over. */
import type { SymbolTable } from '../symbolic/index.ts';
import { escapeHtml, mathml, prose } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';
import type { ProofTable } from './proof.ts';

/**
 * A table of symbols; all of them when none are named.
 * @throws when a named symbol is not declared.
 */
export function notation(symbols: SymbolTable, ...names: readonly string[]): ProofTable {
  const entries = (names.length === 0 ? symbols.names : names).map((name) => ({
    name,
    ...symbols.get(name),
  }));
  const rows = entries.map(
    ({ name, tex, domain, meaning }) =>
      `<tr><td class="sb-eq">${mathml(tex)}</td><td class="sb-rel"><code>${escapeHtml(name)}</code></td>` +
      `<td class="sb-why">${prose(meaning)}</td><td class="sb-v"><div class="sb-ev">${mathml(domainTeX(domain))}</div></td></tr>`,
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

const domainTeX = (domain: string): string =>
  domain === '(-inf,inf)' ? '\\mathbb R' : domain.replaceAll('inf', '\\infty').replace(',', ',\\,');
