import { constantHint } from './parse.ts';

/** `; did you mean abarPrev?`, or the list of what there is when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const constant = constantHint(name);
  if (constant !== '') return constant;
  const near = nearest(name, known);
  if (near !== undefined) return `; did you mean ${near}?`;
  return known.length > 0 && known.length <= 12 ? `; expected one of ${known.join(', ')}` : '';
}

/** The name that this one may be a slip of; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near === undefined || (near.distance > 0 && near.distance >= name.length)) return undefined; // any letter for another
  return near.distance <= Math.max(1, Math.floor(name.length / 3)) ? near.candidate : undefined;
}

/** Letters to insert, delete, change or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? rows[i - 2][j - 2] + 1 : Infinity;
      row.push(Math.min(changed, swap, rows[i - 1][j] + 1, row[j - 1] + 1));
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
