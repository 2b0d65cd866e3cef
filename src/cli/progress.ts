/** `2 h 05 min`, `3 min 20 s`, `12 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** One line on stderr that is drawn over itself; into a file or a pipe, a line every few seconds. */
export function progressLine(everyMs = 10_000): { show: (text: string) => void; end: () => void } {
  const out = process.stderr;
  let last = -Infinity;
  return {
    show(text) {
      const now = performance.now();
      if (now - last < (out.isTTY ? 100 : everyMs)) return;
      last = now;
      out.write(out.isTTY ? `\r\x1b[K${text.slice(0, (out.columns || 80) - 1)}` : `${text}\n`);
    },
    end() {
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
