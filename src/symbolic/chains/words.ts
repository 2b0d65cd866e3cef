/** Words that mean something already, and so name nothing that a model declares. */
import { FUNCTIONS } from '../expr.ts';

/** How statements are written. With a subscript they are read so too: `E_q`, `log_2`. */
const constructs: ReadonlyMap<string, string> = new Map([
  ['log', 'the logarithm'],
  ['E', 'an expectation, E_{q(x)}[…]'],
  ['KL', 'a divergence, KL(q(x) || p(x))'],
  ['H', 'an entropy, H(q(x))'],
  ['sum', 'a sum, sum_{t=1}^{T} …'],
  ['prod', 'a product, prod_{t=1}^{T} …'],
  ['int', 'an integral, int_{x} …'],
]);

const functions: ReadonlySet<string> = new Set([...FUNCTIONS, 'ln', 'min', 'max', 'normalCdf']);

/** Why nothing in a statement can have this name; undefined where something can. */
export function wordFault(word: string): string | undefined {
  if (word === 'T') return 'T is the length of the chain and can name nothing else';
  if (word === 'pi')
    return 'pi is the number π, which statements about densities do not know yet; nothing else can have its name';
  return undefined;
}

/** Why no density or function can have this name; undefined where one can. */
export function nameFault(name: string): string | undefined {
  const construct = constructs.get(name.split('_')[0]);
  if (construct !== undefined)
    return `${name} starts ${construct}: no density or function can have this name`;
  if (functions.has(name))
    return `${name} is a function of its own, which statements about densities do not know yet: no density or other function can have its name`;
  return wordFault(name);
}
