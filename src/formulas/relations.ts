import { parse, shownBy, typeset } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/**
 * How the symbols of the forward process hang together. A proof is given the relations it may use.
 * ᾱ_t is defined from α_t and ᾱ_{t−1}, never the other way round: both factors are then free and positive, and
 * √ᾱ_t = √α_t·√ᾱ_{t−1} holds by principal roots.
 */
export const relations = {
  /** ᾱ_t = α_t·ᾱ_{t−1} */
  abar: 'abar = alpha*abarPrev',
  /** β_t = 1 − α_t */
  beta: 'beta = 1 - alpha',
  /** Two conventions for guidance. */
  guidance: 'guidanceScale = 1 + w',
} as const;

/** The relations of a variance-preserving chain: what most derivations are given. */
export const chain: readonly string[] = shown([relations.abar, relations.beta]);

/** A list of relations, typeset in a notebook; to the code it is a list of texts. */
function shown(list: string[]): readonly string[] {
  const side = (text: string): string => typeset(parse(text), symbols);
  const sides = (relation: string): string => relation.split('=').map(side).join(' &= ');
  return shownBy(list, () => ({
    'text/latex': `$$\\begin{aligned}${list.map(sides).join(' \\\\\n')}\\end{aligned}$$`,
    'text/plain': list.join('\n'),
  }));
}
