/** How a line came from the one that its chain begins with: what a conclusion drawn from it rests on. */
import type { Judgement } from './judge.ts';
import { sameText, type GivenRelation } from './relations.ts';
import type { Relation, Step } from './step.ts';

export interface Turn {
  readonly relation: Relation;
  readonly about?: string;
  /** What this step alone was given. */
  readonly given: readonly GivenRelation[];
  /** Judged when it is first looked at. */
  readonly line: () => Step;
}

const ways: Partial<Record<Relation, 'up' | 'down'>> = { '≤': 'up', '<': 'up', '≥': 'down', '>': 'down' };

/** @throws when a relation compares the other way than one before it in the same chain of lines. */
export function requireOneWay(
  title: string,
  before: readonly { relation: Relation }[],
  relation: Relation,
): void {
  const way = ways[relation];
  const other = before.find((each) => ways[each.relation] !== undefined && ways[each.relation] !== way);
  if (way !== undefined && other !== undefined)
    throw new Error(
      `${title}: a step by ${relation} after one by ${other.relation} says nothing of the two ends; start another derivation`,
    );
}

/** @throws when a symbol is defined in two ways along a chain: together they would prove anything. */
export function requireOneMeaning(title: string, given: readonly GivenRelation[]): void {
  for (const { defines, text } of given) {
    const other = given.find((each) => each.defines === defines && !sameText(each.text, text));
    if (defines !== undefined && other !== undefined)
      throw new Error(`${title}: given both "${text}" and "${other.text}"; keep one`);
  }
}

/** What a conclusion says of where its chain began, where that is less than equality. */
export function reach(chain: readonly Turn[]): string | undefined {
  const relations = new Set(chain.map(({ relation }) => relation).filter((relation) => relation !== '='));
  return relations.size === 0 ? undefined : `of the last line, reached by ${[...relations].join(' and ')}`;
}

/** A judgement that also rests on what the steps before it rest on. */
export function onConditions(
  chain: readonly Turn[],
  found: Judgement,
  tex: (relation: GivenRelation) => string,
): Judgement {
  if (found.verdict !== 'proved' && found.verdict !== 'vacuous') return found;
  const before = chain.map(({ line }) => line());
  const all = [found, ...before];
  const confines = all.flatMap((each) => each.confines ?? []);
  return {
    ...found,
    conditions: [...new Set(all.flatMap((each) => each.conditions))],
    uses: [
      ...new Set([...all.flatMap((each) => each.uses), ...chain.flatMap(({ given }) => given.map(tex))]),
    ],
    ...(confines.length > 0 && { confines: [...new Set(confines)] }),
  };
}
