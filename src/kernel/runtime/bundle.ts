import type { MimeBundle } from '../channels.ts';

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
