import type { MimeBundle, Shown } from '../channels.ts';
import { metadataSymbol } from '../symbols.ts';

/** A copy that can be posted to another thread and written as JSON; throws, naming `what`, where JSON cannot hold it. */
export function plain(value: unknown, what: string): unknown {
  try {
    const text = JSON.stringify(value);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new TypeError(`${what} cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A copy that can be posted to another thread and written as JSON. */
export function plainBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, content]) => {
      if (typeof content === 'string') return [mime, content];
      if (content instanceof Uint8Array) return [mime, Buffer.from(content).toString('base64')];
      return [mime, plain(content, mime)];
    }),
  );
}

/** A bundle and what it says of its formats, in copies that can be posted. */
export function shown(bundle: MimeBundle): Shown {
  const metadata = (Reflect.get(bundle, metadataSymbol) ?? {}) as MimeBundle;
  return { data: plainBundle(bundle), metadata: plainBundle(metadata) };
}
