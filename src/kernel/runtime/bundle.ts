import type { MimeBundle } from '../channels.ts';

/** A copy that can be posted to another thread and written as JSON. */
export function plainBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, content]) => {
      if (content instanceof Uint8Array) return [mime, Buffer.from(content).toString('base64')];
      return [
        mime,
        typeof content === 'object' && content !== null ? JSON.parse(JSON.stringify(content)) : content,
      ];
    }),
  );
}
