/**
 * tfjs's namespace, with what it puts together from operations in a way that has wrong slopes written anew. Operations with
 * a kernel keep their names and get their gradients from `gradients/`.
 */
import * as core from '@tensorflow/tfjs';

export * from '@tensorflow/tfjs';

const asTensor = (x: core.Tensor | core.TensorLike): core.Tensor =>
  x instanceof core.Tensor ? x : core.tensor(x);

type Order = number | 'euclidean' | 'fro';

/** √Σx², with slope 0 at 0 as PyTorch has it. Over all axes if `axes` is all of them. */
function length(x: core.Tensor, axes: number[]): core.Tensor {
  const squares = core.sum(core.square(x), axes, true);
  const some = core.greater(squares, 0);
  return core.where(some, core.sqrt(core.where(some, squares, 1)), 0);
}

/** Vector norms along one axis or over all of x, matrix norms over two axes (rows, columns); the axes are kept as 1. */
function normOf(x: core.Tensor, order: Order, axes: number[], matrix: boolean): core.Tensor {
  if (order === 'euclidean' || order === (matrix ? 'fro' : 2)) return length(x, axes);
  const size = core.abs(x);
  if (!matrix) {
    if (order === 1) return core.sum(size, axes, true);
    if (order === Infinity) return core.max(size, axes, true);
    if (order === -Infinity) return core.min(size, axes, true);
  } else {
    const [row, column] = axes as [number, number];
    if (order === 1) return core.max(core.sum(size, row, true), column, true);
    if (order === Infinity) return core.max(core.sum(size, column, true), row, true);
    if (order === -Infinity) return core.min(core.sum(size, column, true), row, true);
  }
  throw new Error(
    `norm: the order is ${order}, expected ${matrix ? "1, ±Infinity, 'fro'" : '1, 2, ±Infinity'} or 'euclidean'`,
  );
}

/**
 * Norms of vectors and matrices.
 * @param axis none: of all of x as one vector; one: vectors; two: matrices, of these rows and columns
 * @throws for an order that there is none of
 */
export function norm(
  x: core.Tensor | core.TensorLike,
  order: Order = 'euclidean',
  axis: number | number[] | null = null,
  keepDims = false,
): core.Tensor {
  const t = asTensor(x);
  const axes = core.util.parseAxisParam(axis as number, t.shape);
  if (axis !== null && axes.length > 2) throw new Error(`norm: the axes are [${axes}], expected one or two`);
  const kept = normOf(t, order, axes, axis !== null && axes.length === 2);
  return keepDims
    ? kept
    : core.reshape(
        kept,
        t.shape.filter((_, i) => !axes.includes(i)),
      );
}

/** The norm of order 2. */
export const euclideanNorm = (
  x: core.Tensor | core.TensorLike,
  axis: number | number[] | null = null,
  keepDims = false,
): core.Tensor => norm(x, 'euclidean', axis, keepDims);

/** a/b, and 0 with slope 0 where b is 0. */
export function divNoNan(a: core.Tensor | core.TensorLike, b: core.Tensor | core.TensorLike): core.Tensor {
  const none = core.equal(b, 0);
  return core.where(none, 0, core.div(a, core.where(none, 1, b)));
}

/** log(1 + eˣ) − x·label, which is smooth at 0; tfjs's form has corners there that its slopes of abs happened to undo. */
function sigmoidCrossEntropy(
  labels: core.Tensor | core.TensorLike,
  logits: core.Tensor | core.TensorLike,
  weights?: core.Tensor | core.TensorLike,
  labelSmoothing = 0,
  reduction: core.Reduction = core.Reduction.SUM_BY_NONZERO_WEIGHTS,
): core.Tensor {
  const [label, logit] = [asTensor(labels), asTensor(logits)];
  core.util.assertShapesMatch(label.shape, logit.shape, 'sigmoidCrossEntropy: labels and logits: ');
  const target = core.add(core.mul(label, 1 - labelSmoothing), labelSmoothing / 2);
  const each = core.sub(core.softplus(logit), core.mul(logit, target));
  return core.losses.computeWeightedLoss(each, weights, reduction);
}

/**
 * −Σ label·log softmax(logits) over the last axis. tfjs's form gives the labels a wrong slope, and cannot be differentiated
 * again.
 */
function softmaxCrossEntropy(
  labels: core.Tensor | core.TensorLike,
  logits: core.Tensor | core.TensorLike,
  weights?: core.Tensor | core.TensorLike,
  labelSmoothing = 0,
  reduction: core.Reduction = core.Reduction.SUM_BY_NONZERO_WEIGHTS,
): core.Tensor {
  const [label, logit] = [asTensor(labels), asTensor(logits)];
  core.util.assertShapesMatch(label.shape, logit.shape, 'softmaxCrossEntropy: labels and logits: ');
  const even = labelSmoothing / label.shape[label.rank - 1]!;
  const target = core.add(core.mul(label, 1 - labelSmoothing), even);
  const each = core.neg(core.sum(core.mul(target, core.logSoftmax(logit)), -1));
  return core.losses.computeWeightedLoss(each, weights, reduction);
}

export const losses = { ...core.losses, sigmoidCrossEntropy, softmaxCrossEntropy } as typeof core.losses;

Object.assign(core.Tensor.prototype, {
  norm(this: core.Tensor, order?: Order, axis?: number | number[], keepDims?: boolean) {
    return norm(this, order, axis, keepDims);
  },
  euclideanNorm(this: core.Tensor, axis?: number | number[], keepDims?: boolean) {
    return euclideanNorm(this, axis, keepDims);
  },
  divNoNan(this: core.Tensor, b: core.Tensor | core.TensorLike) {
    return divNoNan(this, b);
  },
});
