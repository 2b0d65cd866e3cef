/** The finite chains that a statement is tried on. */
import { familiesOf, statesOf } from './finite.ts';
import { tablesOf, type ChainModel } from './model.ts';

/** States of a variable of the first family, and T. */
export interface Size {
  readonly states: number;
  readonly length: number;
}

const MAX_CELLS = 300; // of a joint table

/** Those whose joint tables are small enough, and the smallest. */
export function sizesFor(model: ChainModel, lengths: readonly number[]): Size[] {
  const cells = ({ states, length }: Size): number => {
    const count = statesOf(familiesOf(model, length), states);
    const joints = [...model.densities.values()].map((joint) =>
      tablesOf(joint, length).flatMap(({ child }) => child),
    );
    return Math.max(...joints.map((names) => names.reduce((product, name) => product * count(name), 1)));
  };
  const all = [2, 3].flatMap((states) => lengths.map((length) => ({ states, length })));
  return all.filter((size, i) => i === 0 || cells(size) <= MAX_CELLS);
}

/** The smallest chains, which refute nearly all that can be refuted, and those of lengths that give a sum its first terms. */
export const few = (sizes: readonly Size[], filling: readonly number[]): Size[] => [
  ...sizes.filter(({ states }) => states === 2).filter(({ length }, i) => i < 3 || filling.includes(length)),
  ...sizes.filter(({ states }) => states === 3).slice(0, 1),
];
