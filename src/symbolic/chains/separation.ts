/**
 * Joints over a finite graph, split by conditional independence. In the moral graph of the ancestors of a set, with the
 * others summed out, a clique B whose removal leaves parts A and C says A ⊥ C | B, so that
 * log m(A,B,C) = log m(A,B) + log m(B,C) − log m(B); the parts are split again, each with its own ancestors.
 */
import type { Table } from './model.ts';

export interface Part {
  readonly names: readonly string[];
  readonly count: number;
}

export function separated(tables: readonly Table[], names: readonly string[]): Part[] {
  const parts = new Map<string, Part>();
  const add = (set: readonly string[], count: number): void => {
    if (set.length === 0) return;
    const split = splitOf(tables, set);
    if (split !== undefined) {
      split.sides.forEach((side) => add([...side, ...split.separator], count));
      add(split.separator, count * (1 - split.sides.length));
      return;
    }
    const key = [...set].sort().join();
    const total = (parts.get(key)?.count ?? 0) + count;
    if (total === 0) parts.delete(key);
    else parts.set(key, { names: [...set].sort(), count: total });
  };
  add([...new Set(names)].sort(), 1);
  return [...parts.values()];
}

function splitOf(
  tables: readonly Table[],
  set: readonly string[],
): { separator: string[]; sides: string[][] } | undefined {
  const joined = neighbours(tables, set);
  if (set.length > 10) return undefined;
  const subsets = Array.from({ length: 2 ** set.length - 1 }, (_, mask) =>
    set.filter((_name, i) => (mask >> i) & 1),
  ).sort((a, b) => a.length - b.length);
  for (const separator of subsets) {
    if (separator.some((a) => separator.some((b) => a < b && !joined(a, b)))) continue;
    const sides = components(
      set.filter((name) => !separator.includes(name)),
      joined,
    );
    if (sides.length > 1) return { separator, sides };
  }
  return undefined;
}

/** Adjacency within the set: moral edges among its ancestors, and paths through ancestors outside it. */
function neighbours(tables: readonly Table[], set: readonly string[]): (a: string, b: string) => boolean {
  const ancestors = new Set(set);
  for (let grown = true; grown;) {
    grown = false;
    for (const { child, parents } of tables)
      if (child.some((name) => ancestors.has(name)))
        for (const parent of parents) {
          if (ancestors.has(parent)) continue;
          ancestors.add(parent);
          grown = true;
        }
  }
  const edges = new Set<string>();
  const clique = (list: readonly string[]): void =>
    list.forEach((a) => list.forEach((b) => a !== b && edges.add(`${a} ${b}`)));
  for (const { child, parents } of tables) {
    const made = child.filter((name) => ancestors.has(name));
    if (made.length > 0) clique([...made, ...parents]);
  }
  const outside = [...ancestors].filter((name) => !set.includes(name));
  for (const part of components(outside, (a, b) => edges.has(`${a} ${b}`)))
    clique(set.filter((name) => part.some((hidden) => edges.has(`${name} ${hidden}`))));
  return (a, b) => edges.has(`${a} ${b}`);
}

function components(names: readonly string[], joined: (a: string, b: string) => boolean): string[][] {
  const left = new Set(names);
  const found: string[][] = [];
  for (const name of names) {
    if (!left.delete(name)) continue;
    const part = [name];
    for (let i = 0; i < part.length; i++)
      for (const other of [...left]) if (joined(part[i], other) && left.delete(other)) part.push(other);
    found.push(part);
  }
  return found;
}
