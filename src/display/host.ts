/** What a notebook shows: one value in several formats, keyed by MIME type. Images are base64 strings. */
export type MimeBundle = Record<string, unknown>;

/** The key under which a value shows itself in a notebook; Deno's kernel follows the same convention. */
export const displaySymbol: unique symbol = Symbol.for('Jupyter.display');

const metadataSymbol = Symbol.for('Jupyter.metadata');

/**
 * The bundle, which says more of its formats by MIME type: the width and height in pixels at which an image is shown, and
 * in `alt` what is said where it is not seen.
 */
export function withMetadata(bundle: MimeBundle, metadata: Record<string, object>): MimeBundle {
  return Object.defineProperty(bundle, metadataSymbol, { value: metadata });
}

export interface Displayable {
  /** `draft`: it will be drawn over at once, so that formats which take long to make may be left out. */
  [displaySymbol](options?: { draft?: boolean }): MimeBundle | Promise<MimeBundle>;
}

/** The notebook this code runs in, as its kernel publishes it. */
export interface Host {
  /** `update` replaces what was shown under the same `displayId` before. */
  display(bundle: MimeBundle, options?: { displayId?: string; update?: boolean; metadata?: object }): void;
  clearOutput(wait?: boolean): void;
  /** Aborts when the cell that runs is interrupted. */
  readonly signal?: AbortSignal;
}

const hostSymbol = Symbol.for('Jupyter.host');

/** The notebook we run in, or undefined in a terminal. */
export function currentHost(): Host | undefined {
  return (globalThis as { [hostSymbol]?: Host })[hostSymbol];
}

let places = 0;

/** One place in a notebook's output that can be drawn over again. */
export function place(host: Host): (bundle: MimeBundle) => void {
  const displayId = `scorebook-${process.pid}-${++places}`;
  let update = false;
  return (bundle) => {
    host.display(bundle, { displayId, update });
    update = true;
  };
}

/** The formats of a value: a bundle as it is, or what a displayable says of itself. */
export async function bundleOf(
  value: MimeBundle | Displayable,
  options?: { draft?: boolean },
): Promise<MimeBundle> {
  return displaySymbol in value ? (value as Displayable)[displaySymbol](options) : value;
}
