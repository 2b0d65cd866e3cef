/** Nested arrays and records of tensors, flattened to a list and built again. */
import { tf, type TensorTree } from './tf.ts';

/**
 * A tree whose leaves are places in a list: what is left when the tensors are taken out. Undefined has a name, as JSON
 * would make null of it.
 */
export type Structure =
  number | null | 'undefined' | readonly Structure[] | { readonly [name: string]: Structure };

/**
 * Takes the tensors out of `tree`, in order, appending to `leaves`.
 * @throws when a leaf is not a tensor; `where` names the place: `argument 2.weights`.
 */
export function flatten(tree: TensorTree, leaves: tf.Tensor[], where: string): Structure {
  if (tree === undefined) return 'undefined';
  if (tree === null) return null;
  if (tree instanceof tf.Tensor) {
    if (tree.isDisposed) {
      throw new Error(
        `${where} is a tensor that was disposed ([${tree.shape}] ${tree.dtype}); expected one that is alive: ` +
          'dispose it after its last use, and in tf.tidy keep it with tf.keep',
      );
    }
    if (tree.dtype === 'string') {
      throw new TypeError(
        `${where} is a tensor of strings ([${tree.shape}]); expected float32, int32, bool or complex64: ` +
          'keep text in JavaScript arrays and pass numbers, such as indices into them',
      );
    }
    return leaves.push(tree) - 1;
  }
  if (typeof tree === 'object' && isPlain(tree)) {
    const lost = lostKey(tree);
    if (lost !== undefined)
      throw new TypeError(
        `${where} is ${describe(tree)} with the property ${String(lost)}, which would be lost; expected tensors, or arrays ` +
          'and plain objects of tensors, in places and under names',
      );
    // A place that is left out reads as undefined.
    if (Array.isArray(tree))
      return Array.from(tree, (item, i) => flatten(item as TensorTree, leaves, `${where}[${i}]`));
    const entries = Object.entries(tree as Record<string, TensorTree>);
    return Object.fromEntries(
      entries.map(([name, item]) => [name, flatten(item, leaves, `${where}.${name}`)]),
    );
  }
  throw new TypeError(
    `${where} is ${describe(tree)}; expected tensors, or arrays and plain objects of tensors` +
      (typeof tree === 'number' ? ` (make it one: tf.scalar(${String(tree)}))` : ''),
  );
}

/** An array or record of whichever realm, and of no class that adds to it. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (Array.isArray(value)) return Array.isArray(prototype); // as Array.prototype is
  return prototype === null || Object.hasOwn(prototype, 'hasOwnProperty');
}

/** A property that is no place of an array, or has no name. */
function lostKey(tree: object): string | symbol | undefined {
  if (Array.isArray(tree)) return Object.keys(tree).find((key) => !(Number(key) < tree.length));
  return Object.getOwnPropertySymbols(tree).find((key) =>
    Object.prototype.propertyIsEnumerable.call(tree, key),
  );
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  return `a ${value?.constructor?.name || 'class without a name'}`;
}

/** The tree of `structure` with `leaves` in their places. */
export function unflatten(structure: Structure, leaves: readonly tf.Tensor[]): TensorTree {
  if (structure === 'undefined') return undefined;
  if (structure === null) return null;
  if (typeof structure === 'number') return leaves[structure];
  if (Array.isArray(structure)) return structure.map((item: Structure) => unflatten(item, leaves));
  const entries = Object.entries(structure as Record<string, Structure>);
  return Object.fromEntries(entries.map(([name, item]) => [name, unflatten(item, leaves)]));
}

/** What a compiled function is cached by: structure, dtypes and shapes, and which variables are given. */
export function signature(structure: Structure, leaves: readonly tf.Tensor[]): string {
  const kinds = leaves.map((leaf) => (leaf instanceof tf.Variable ? leaf.id : [leaf.dtype, ...leaf.shape]));
  return JSON.stringify([structure, kinds]);
}
