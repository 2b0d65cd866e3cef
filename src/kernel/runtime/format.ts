import { inspect } from 'node:util';
import type { MimeBundle, Shown } from '../channels.ts';
import { plainBundle, shown } from './bundle.ts';
import { displaySymbol } from '../symbols.ts';
import { recordsTable } from './table.ts';
import { describeError, isError, withCellFrames } from './traceback.ts';

/** Text results longer than this are cut, and say so. */
const maxCharacters = 20_000;

const unshowable = 'a value that cannot be shown: it throws where it is looked at';

/** What shows a value; null for undefined. */
export async function format(value: unknown): Promise<Shown | null> {
  if (value === undefined) return null;
  return (await ownDisplay(value)) ?? { data: bundleOf(value), metadata: {} };
}

function bundleOf(value: unknown): MimeBundle {
  const text = { 'text/plain': truncate(withCellFrames(toText(value))) };
  const table = unlessItThrows(() => recordsTable(value), null);
  if (table) return { ...text, 'text/html': table };
  return { ...text, ...unlessItThrows(() => ({ ...picture(value), ...chart(value) }), {}) };
}

/** A value whose getters throw, or that JSON cannot hold, is shown as text. */
function unlessItThrows<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/** What a value says itself of how it is shown; null where it says nothing. */
export async function ownDisplay(value: unknown): Promise<Shown | null> {
  if (typeof value !== 'object' || value === null) return null;
  const show: unknown = unlessItThrows(() => Reflect.get(value, displaySymbol), undefined);
  if (typeof show !== 'function') return null;
  return shown((await show.call(value)) as MimeBundle);
}

function toText(value: unknown): string {
  const error = unlessItThrows(
    () => (isError(value) ? describeError(value).join('\n') : undefined),
    undefined,
  );
  if (error !== undefined) return error;
  const tensor = unlessItThrows(() => tensorText(value), undefined);
  if (tensor !== undefined) return tensor;
  const options = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, sorted: false };
  const written = unlessItThrows(() => inspect(value, options), undefined);
  // Proxies that refuse to be looked at, and getters that throw.
  return written ?? unlessItThrows(() => inspect(value, { ...options, customInspect: false }), unshowable);
}

function tensorText(value: unknown): string | undefined {
  return isTensor(value)
    ? `${value.dtype} tensor [${value.shape.join(', ')}]\n${value.toString()}`
    : undefined;
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

/** The first bytes of image files. */
const imageTypes: Record<string, string> = {
  '89504e470d0a1a0a': 'image/png',
  ffd8ff: 'image/jpeg',
  '474946383761': 'image/gif',
  '474946383961': 'image/gif',
};

/** The bytes of an image file are that image. */
function picture(value: unknown): MimeBundle {
  if (!(value instanceof Uint8Array)) return {};
  const start = Buffer.from(value.subarray(0, 8)).toString('hex');
  const found = Object.entries(imageTypes).find(([bytes]) => start.startsWith(bytes));
  return found ? plainBundle({ [found[1]]: value }) : {};
}

/**
 * A vega-lite, vega or plotly specification is a figure. JupyterLab renders vega-lite 5 and vega 5; simple
 * specifications of version 6 render with it too.
 */
function chart(value: unknown): MimeBundle {
  if (typeof value !== 'object' || value === null) return {};
  const { $schema, data, layout } = value as Record<string, unknown>;
  if (typeof $schema === 'string' && $schema.includes('/vega-lite/'))
    return plainBundle({ 'application/vnd.vegalite.v5+json': value });
  if (typeof $schema === 'string' && $schema.includes('/vega/'))
    return plainBundle({ 'application/vnd.vega.v5+json': value });
  const figure = isObject(layout) && Array.isArray(data) && data.length > 0 && data.every(isObject);
  return figure ? plainBundle({ 'application/vnd.plotly.v1+json': { data, layout } }) : {};
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function truncate(text: string): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\n… ${text.length - maxCharacters} more characters`;
}
