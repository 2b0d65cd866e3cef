import { inspect } from 'node:util';
import type { MimeBundle } from '../channels.ts';
import { displaySymbol, plainBundle } from './host.ts';
import { recordsTable } from './table.ts';
import { describeError } from './traceback.ts';

/** Text results longer than this are cut, and say so. */
const maxCharacters = 20_000;

/** The MIME bundle that shows a value; null for undefined. */
export async function format(value: unknown): Promise<MimeBundle | null> {
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null) {
    const shown = await ownDisplay(value);
    if (shown) return shown;
  }
  const text = { 'text/plain': truncate(toText(value)) };
  const table = recordsTable(value);
  if (table) return { ...text, 'text/html': table };
  return { ...text, ...chart(value) };
}

async function ownDisplay(value: object): Promise<MimeBundle | null> {
  const show: unknown = Reflect.get(value, displaySymbol);
  if (typeof show !== 'function') return null;
  return plainBundle((await show.call(value)) as MimeBundle);
}

function toText(value: unknown): string {
  if (value instanceof Error) return describeError(value).join('\n');
  if (isTensor(value)) return `${value.dtype} tensor [${value.shape.join(', ')}]\n${value.toString()}`;
  return inspect(value, {
    depth: 4,
    maxArrayLength: 100,
    maxStringLength: 10_000,
    breakLength: 100,
    sorted: false,
  });
}

function isTensor(value: unknown): value is { shape: number[]; dtype: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { shape, dtype, dataSync, isDisposed } = value as Record<string, unknown>;
  return (
    Array.isArray(shape) &&
    typeof dtype === 'string' &&
    typeof dataSync === 'function' &&
    isDisposed === false
  );
}

/** A vega-lite spec is a figure. JupyterLab renders major version 5; simple specs of version 6 render with it too. */
function chart(value: unknown): MimeBundle {
  if (typeof value !== 'object' || value === null || !('$schema' in value)) return {};
  if (typeof value.$schema !== 'string' || !value.$schema.includes('/vega-lite/')) return {};
  return plainBundle({ 'application/vnd.vegalite.v5+json': value });
}

function truncate(text: string): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\n… ${text.length - maxCharacters} more characters`;
}
