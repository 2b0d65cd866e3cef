type Entry = { line: number; input: string; output: string | null };
type Row = [session: number, line: number, text: string | [string, string | null]];

/** Cells that are remembered, the latest. */
const remembered = 10_000;

/** The inputs of this session, in order, with their text results. */
export class History {
  private readonly entries: Entry[] = [];
  private static readonly session = 1;

  add(line: number, input: string): void {
    this.entries.push({ line, input, output: null });
    if (this.entries.length > remembered) this.entries.shift();
  }

  setOutput(line: number, output: string): void {
    const entry = this.entries.findLast((candidate) => candidate.line === line);
    if (entry) entry.output = output;
  }

  /** Answers a history_request's content. */
  answer(request: Record<string, unknown>): Row[] {
    return this.select(request).map(({ line, input, output }) => [
      History.session,
      line,
      request.output === true ? [input, output] : input,
    ]);
  }

  private select(request: Record<string, unknown>): Entry[] {
    const n = typeof request.n === 'number' ? request.n : Infinity;
    if (request.hist_access_type === 'tail') return last(this.entries, n);
    if (request.hist_access_type === 'range') {
      if (request.session !== 0 && request.session !== History.session) return [];
      const start = typeof request.start === 'number' ? request.start : 0;
      const stop = typeof request.stop === 'number' ? request.stop : Infinity;
      return this.entries.filter(({ line }) => line >= start && line < stop);
    }
    const matches = glob(typeof request.pattern === 'string' ? request.pattern : '*');
    let found = this.entries.filter(({ input }) => matches(input));
    if (request.unique === true) found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
    return last(found, n);
  }
}

const last = <T>(list: readonly T[], n: number): T[] => list.slice(Math.max(0, list.length - n));

/** A pattern with `*` and `?`. Between its stars each part is found where it comes first: no pattern takes long. */
function glob(pattern: string): (text: string) => boolean {
  const [head, ...parts] = pattern.split(/\*+/).map((part) => {
    const source = part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\?/g, '[^]');
    return {
      first: new RegExp(source, 'g'),
      last: new RegExp(`${source}$`),
      start: new RegExp(`^${source}`),
      part,
    };
  });
  const tail = parts.pop();
  if (!tail) return (text) => text.length === head!.part.length && head!.start.test(text);
  return (text) => {
    if (!head!.start.test(text)) return false;
    let at = head!.part.length;
    for (const { first } of parts) {
      first.lastIndex = at;
      if (!first.test(text)) return false;
      at = first.lastIndex;
    }
    return text.length - tail.part.length >= at && tail.last.test(text);
  };
}
