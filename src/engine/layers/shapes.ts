import type { tf } from '../tf.ts';

/** Throws when `tensor` does not have `rank` dimensions. */
export function expectRank(layer: string, name: string, tensor: tf.Tensor, rank: number): void {
  if (tensor.rank !== rank) {
    throw new RangeError(`${layer}: ${name} needs ${rank} dimensions, got [${tensor.shape}]`);
  }
}

/** Throws when `tensor` does not have exactly this shape. */
export function expectShape(layer: string, name: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.rank !== shape.length || tensor.shape.some((size, i) => size !== shape[i])) {
    throw new RangeError(`${layer}: ${name} needs shape [${shape}], got [${tensor.shape}]`);
  }
}
