/** TeX to MathML, and prose with `$…$` to HTML. Everything a user wrote leaves here escaped. */
import temml from 'temml';

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** MathML of a TeX string. What is not TeX is shown as its source, marked as an error, never run. */
export function mathml(tex: string, options: { display?: boolean } = {}): string {
  return temml.renderToString(tex, {
    displayMode: options.display ?? false,
    throwOnError: false,
    trust: false,
    maxExpand: 200,
    strict: false,
  });
}

/** Prose in which `$…$` is mathematics. */
export function prose(text: string): string {
  return text
    .split(/(\$[^$]+\$)/)
    .map((part) => (/^\$[^$]+\$$/.test(part) ? mathml(part.slice(1, -1)) : escapeHtml(part)))
    .join('');
}
