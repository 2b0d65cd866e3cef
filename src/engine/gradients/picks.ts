/**
 * Operations whose every result is one element of their input: padding by reflection, slices with steps, gathering. Run on
 * the places 0, 1, 2 … themselves, such an operation says where each result came from, and its slope goes back there. So
 * one rule is right for all their options.
 */
import { tf } from '../tf.ts';
import { gradient } from './shapes.ts';

/** float32 holds whole numbers up to here. */
const EXACT = 2 ** 24;
const HALF = 2 ** 12;

/** Zeros of this shape, with each of `dy` added at its flat place. */
export function scatterTo(shape: readonly number[], places: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const flat = tf.reshape(places, [-1]) as tf.Tensor1D;
  const sums = tf.unsortedSegmentSum(tf.reshape(dy, [-1]), flat, tf.util.sizeFromShape([...shape]));
  return tf.reshape(sums, [...shape]);
}

/** Where `pick` takes its results from, in a tensor of this shape: flat places, as int32. */
export function placesOf(shape: readonly number[], pick: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const run = (places: tf.Tensor) =>
    tf.cast(pick(tf.reshape(tf.cast(places, 'float32'), [...shape])), 'int32');
  const size = tf.util.sizeFromShape([...shape]);
  const places = tf.range(0, size, 1, 'int32');
  if (size <= EXACT) return run(places);
  const half = tf.scalar(HALF, 'int32');
  return tf.add(tf.mul(run(tf.floorDiv(places, half)), half), run(tf.mod(places, half)));
}

/** The gradient of a kernel that picks from its input `from`; `others` are inputs that say which. */
const picking = (kernelName: string, from: string, others: string[] = []): tf.GradConfig =>
  gradient(kernelName, [from, ...others], (dy, [x, ...rest], attrs) => ({
    [from]: () => {
      const given = Object.fromEntries(others.map((name, i) => [name, rest[i]!]));
      const pick = (t: tf.Tensor) =>
        tf.engine().runKernel(kernelName, { [from]: t, ...given }, attrs as never) as tf.Tensor;
      return scatterTo(x!.shape, placesOf(x!.shape, pick), dy);
    },
  }));

const rowsOfTable = tf.getGradient('GatherV2');
const anyGather = picking('GatherV2', 'x', ['indices']);

export const pickGradients: readonly tf.GradConfig[] = [
  picking('MirrorPad', 'x'),
  picking('StridedSlice', 'x'),
  picking('DepthToSpace', 'x'),
  picking('FlipLeftRight', 'image'),
  picking('ResizeNearestNeighbor', 'images'),
  picking('GatherNd', 'params', ['indices']),
  {
    ...anyGather,
    // tfjs's own is faster where it is right: whole rows of a table.
    gradFunc: (dy, saved, attrs) =>
      (((attrs.batchDims as number | undefined) ?? 0) > 0 ? anyGather : rowsOfTable).gradFunc(
        dy,
        saved,
        attrs,
      ),
  },
  gradient('Diag', ['x'], (dy, [x]) => ({
    x: () => {
      const size = x!.size;
      const diagonal = tf.mul(tf.range(0, size, 1, 'int32'), tf.scalar(size + 1, 'int32')) as tf.Tensor1D;
      return tf.reshape(tf.gather(tf.reshape(dy, [-1]), diagonal), x!.shape);
    },
  })),
  // The other way round: what was placed is picked.
  gradient('ScatterNd', ['indices'], (dy, [indices]) => ({ updates: () => tf.gatherND(dy, indices!) })),
  gradient('TensorScatterUpdate', ['tensor', 'indices', 'updates'], (dy, [tensor, indices, updates]) => {
    // One of the updates of a place wins; the operation itself says which.
    const [whole, part] = [tensor!.size, updates!.size];
    const pick = (x: tf.Tensor) =>
      tf.tensorScatterUpdate(
        tf.reshape(tf.slice(x, [0], [whole]), tensor!.shape),
        indices!,
        tf.reshape(tf.slice(x, [whole], [part]), updates!.shape),
      );
    const slopes = () => scatterTo([whole + part], placesOf([whole + part], pick), dy);
    return {
      tensor: () => tf.reshape(tf.slice(slopes(), [0], [whole]), tensor!.shape),
      updates: () => tf.reshape(tf.slice(slopes(), [whole], [part]), updates!.shape),
    };
  }),
  gradient(
    'SparseToDense',
    ['sparseIndices', 'sparseValues', 'defaultValue'],
    (dy, [indices, values, otherwise], attrs) => {
      const size = values!.size;
      const pick = (x: tf.Tensor) =>
        tf.sparseToDense(
          indices!,
          tf.reshape(tf.slice(x, [0], [size]), values!.shape),
          attrs.outputShape as number[],
          tf.reshape(tf.slice(x, [size], [1]), []),
        );
      const slopes = () => scatterTo([size + 1], placesOf([size + 1], pick), dy);
      return {
        sparseValues: () => tf.reshape(tf.slice(slopes(), [0], [size]), values!.shape),
        defaultValue: () => tf.reshape(tf.slice(slopes(), [size], [1]), otherwise!.shape),
      };
    },
  ),
];
