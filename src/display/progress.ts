import { currentHost, place, type MimeBundle } from './host.ts';
import { escapeHtml } from './proofMath.ts';
import { palette } from './theme.ts';

export interface Progress {
  /** Counts `by` more steps as done. The note is a few words shown behind the count, as in `loss 0.041`. */
  advance(by?: number, note?: string): void;
  /** Draws the last state. What stays in the notebook has no times in it, so that it is the same from run to run. */
  finish(): void;
  /** Counts the items of a loop while it takes them, and finishes however the loop ends. */
  over<T>(
    items: AsyncIterable<T> | Iterable<T>,
    note?: (item: T) => string,
  ): AsyncGenerator<T, void, undefined>;
}

export interface ProgressOptions {
  /** Draw at most once in so many milliseconds. */
  everyMs?: number;
}

/** How far a loop is: `done` of `total` steps. */
interface State {
  title: string;
  done: number;
  total: number;
  note: string;
  /** Time since the start in ms; undefined once it is over. */
  elapsedMs?: number;
}

/**
 * A bar that draws while a loop runs: in a notebook in place, in a terminal as one line on standard error.
 * @throws when `total` is not a whole number from 1
 */
export function progress(title: string, total: number, { everyMs = 200 }: ProgressOptions = {}): Progress {
  if (!Number.isInteger(total) || total < 1)
    throw new Error(`progress of ${total} steps: expected a whole number from 1`);
  const draw = currentPen();
  const since = performance.now();
  let drawn = -Infinity;
  let done = 0;
  let note = '';
  let over = false;
  const bar: Progress = {
    advance(by = 1, words = note) {
      done += by;
      note = words;
      const now = performance.now();
      if (over || now - drawn < everyMs) return;
      drawn = now;
      draw({ title, done, total, note, elapsedMs: now - since });
    },
    finish() {
      if (over) return;
      over = true;
      draw({ title, done, total, note });
    },
    async *over(items, words) {
      try {
        for await (const item of items) {
          bar.advance(1, words?.(item));
          yield item;
        }
      } finally {
        bar.finish();
      }
    },
  };
  return bar;
}

function currentPen(): (state: State) => void {
  const host = currentHost();
  if (!host) return terminalPen();
  const show = place(host);
  return (state) => show(bundle(state));
}

function bundle(state: State): MimeBundle {
  const part = Math.min(1, state.done / state.total);
  const style = `width:${(100 * part).toFixed(1)}%;height:100%;background:${palette[0]}`;
  return {
    'text/html':
      `<div>${escapeHtml(line(state))}</div>` +
      `<div style="max-width:420px;height:6px;background:#80808040"><div style="${style}"></div></div>`,
    'text/plain': line(state),
  };
}

/** One line on standard error, drawn over on a screen; in a log file only the last state. */
function terminalPen(): (state: State) => void {
  const screen = process.stderr.isTTY;
  return (state) => {
    const over = state.elapsedMs === undefined;
    if (screen) process.stderr.write(`\r\x1b[K${line(state)}${over ? '\n' : ''}`);
    else if (over) process.stderr.write(`${line(state)}\n`);
  };
}

function line({ title, done, total, note, elapsedMs }: State): string {
  const remaining = elapsedMs === undefined ? '' : `, ${duration((elapsedMs / done) * (total - done))} left`;
  return `${title}: ${done} of ${total}${remaining}${note ? ` · ${note}` : ''}`;
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
