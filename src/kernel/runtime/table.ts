const maxRows = 50;
const maxColumns = 20;
/** Characters of one entry. */
const maxCharacters = 200;

type Row = Record<string, unknown>;

/** An array of at least two plain records of simple values as an HTML table; null for anything else. */
export function recordsTable(value: unknown): string | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const rows = value.slice(0, maxRows) as unknown[];
  if (!rows.every(isFlatRecord)) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return null;
  const shown = columns.slice(0, maxColumns);
  const head = shown.map((name) => `<th>${escape(name)}</th>`).join('');
  const body = rows.map((row, i) => `<tr><th>${i}</th>${shown.map((name) => cell(row[name])).join('')}</tr>`);
  const left = [
    ...(value.length > rows.length ? [`${value.length - rows.length} more rows`] : []),
    ...(columns.length > shown.length ? [`${columns.length - shown.length} more columns`] : []),
  ];
  const note = left.length ? `<p>… ${left.join(', ')}</p>` : '';
  return `<table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('')}</tbody></table>${note}`;
}

function isFlatRecord(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  return Object.values(value).every((item) => item === null || !['object', 'function'].includes(typeof item));
}

function cell(value: unknown): string {
  const text = value === undefined ? '' : String(value);
  const left = text.length - maxCharacters;
  return `<td>${escape(left > 0 ? `${text.slice(0, maxCharacters)}… ${left} more characters` : text)}</td>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[c]};`);
}
