/** Number of single-character edits (insert, delete, replace) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The candidate that was probably meant, or undefined when none is close. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({
      candidate,
      distance: candidate.startsWith(given) ? 0.5 : editDistance(given, candidate),
    }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.ceil(given.length / 3)) ? best.candidate : undefined;
}

/** ` (did you mean train?)`, or nothing. */
export function didYouMean(given: string, candidates: readonly string[], prefix = ''): string {
  const found = nearest(given, candidates);
  return found === undefined ? '' : ` (did you mean ${prefix}${found}?)`;
}
