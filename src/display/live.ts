import { bundleOf, currentHost, place, type Displayable, type MimeBundle } from './host.ts';

export interface LiveOptions<T> {
  /** Draw at most once in so many milliseconds. */
  everyMs?: number;
  /** Where the items are collected: an interrupted cell gets no result, but what lies here by then stays. */
  into?: T[];
}

/**
 * Takes the items of a generator, redrawing one figure in place as they come:
 * `const rows = await live(train(…), (rows) => lossCurve(rows))`. The last drawing has every item and stays.
 * In a terminal only the text of the last drawing is shown, on standard error.
 * When the cell is interrupted the generator is left at its next item by its `finally`, which runs to its end; `into` keeps the items.
 * @returns the items, in order; what the generator throws is thrown on, and the last drawing stays
 */
export async function live<T>(
  source: AsyncIterable<T> | Iterable<T>,
  draw: (items: readonly T[]) => MimeBundle | Displayable,
  { everyMs = 500, into = [] }: LiveOptions<T> = {},
): Promise<T[]> {
  const host = currentHost();
  const show = host && place(host);
  const signal = host?.signal;
  const items = into;
  let drawn = -Infinity;
  for await (const item of source) {
    items.push(item);
    signal?.throwIfAborted();
    const now = performance.now();
    if (!show || now - drawn < everyMs) continue;
    drawn = now;
    show(await bundleOf(draw(items), { draft: true }));
  }
  if (items.length === 0) return items;
  const last = await bundleOf(draw(items));
  if (show) show(last);
  else process.stderr.write(`${String(last['text/plain'] ?? '')}\n`);
  return items;
}
