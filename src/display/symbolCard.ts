/** Symbols as a table: how each is typeset, its name in code, its domain, what it means. */
import type { SymbolTable } from '../symbolic/index.ts';
import { displaySymbol } from './host.ts';
import { escapeHtml, mathml, prose } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';
import type { ProofTable } from './proof.ts';

/** @throws when a name is not declared in the table. */
export function symbolCard(symbols: SymbolTable, names: readonly string[] = symbols.names): ProofTable {
  const entries = names.map((name) => ({ name, ...symbols.get(name) }));
  const rows = entries.map(
    ({ name, tex, domain, meaning }) =>
      `<tr><th scope="row">${mathml(tex)}</th><td><code>${escapeHtml(name)}</code></td>` +
      `<td>${mathml(domainTex(domain))}</td><td>${prose(meaning)}</td></tr>`,
  );
  const head = ['symbol', 'in code', 'domain', 'meaning']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  const html =
    `<div class="sb-proof">${proofStyle()}\n<table class="sb-symbols"><thead><tr>${head}</tr></thead><tbody>\n` +
    `${rows.join('\n')}\n</tbody></table></div>`;
  return {
    html,
    [displaySymbol]: () => ({
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
