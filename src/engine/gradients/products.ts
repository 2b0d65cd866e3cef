/** Matrix products and convolutions: linear in each of their operands. */
import { tf } from '../tf.ts';
import { channelsLast, isChannelsFirst, shapeLast, toFirst, toLast } from '../layout.ts';
import { firstGreatest, poolWindows, seen } from '../windows.ts';
import { gradient, sumTo } from './shapes.ts';

type Attrs = Record<string, unknown>;

const run = (kernelName: string, inputs: Record<string, tf.Tensor>, attrs: Attrs): tf.Tensor =>
  tf.engine().runKernel(kernelName, inputs, attrs as never) as tf.Tensor;

/** Batches are broadcast against each other, which tfjs's own gradient refuses. */
const matrixProduct = gradient<{ transposeA: boolean; transposeB: boolean }>(
  'BatchMatMul',
  ['a', 'b'],
  (dy, [a, b], { transposeA, transposeB }) => ({
    a: () =>
      sumTo(
        transposeA ? tf.matMul(b!, dy, transposeB, true) : tf.matMul(dy, b!, false, !transposeB),
        a!.shape,
      ),
    b: () =>
      sumTo(
        transposeB ? tf.matMul(dy, a!, true, transposeA) : tf.matMul(a!, dy, !transposeA, false),
        b!.shape,
      ),
  }),
);

/** A filter with zeros between its taps, as far apart as `dilations` says: [k…, I, O] → [(k−1)·d+1…, I, O]. */
function spread(filter: tf.Tensor, dilations: readonly number[]): tf.Tensor {
  return dilations.reduce((wide, dilation, axis) => {
    if (dilation === 1) return wide;
    const size = wide.shape[axis]!;
    const before = wide.shape.slice(0, axis);
    const after = wide.shape.slice(axis + 1);
    const apart = tf.reshape(wide, [tf.util.sizeFromShape(before) * size, 1, tf.util.sizeFromShape(after)]);
    const filled = tf.reshape(
      tf.pad(apart, [
        [0, 0],
        [0, dilation - 1],
        [0, 0],
      ]),
      [...before, size * dilation, ...after],
    );
    return tf.slice(
      filled,
      filled.shape.map(() => 0),
      [...before, (size - 1) * dilation + 1, ...after],
    );
  }, filter);
}

/** The taps of a spread filter. */
const gatherTaps = (wide: tf.Tensor, dilations: readonly number[]): tf.Tensor => {
  const apart = wide.shape.map((_, axis) => dilations[axis] ?? 1);
  return tf.stridedSlice(
    wide,
    wide.shape.map(() => 0),
    wide.shape,
    apart,
  );
};

interface Convolution {
  forward: string;
  /** Kernels of the slopes to the image and to the filter. */
  toInput: string;
  toFilter: string;
  axes: number;
}

/**
 * The gradients of a convolution and of its two gradients. Σ y·dy is linear in image, filter and dy, so that each of the
 * three kernels is the slope of the others. A dilated convolution is one with a spread filter.
 */
function convolution({ forward, toInput, toFilter, axes }: Convolution): tf.GradConfig[] {
  const plain = (attrs: Attrs): Attrs => ({ ...attrs, dilations: Array<number>(axes).fill(1) });
  // The kernels of these gradients take every layout for channels last.
  const image = (shape: number[], dy: tf.Tensor, filter: tf.Tensor, attrs: Attrs): tf.Tensor =>
    isChannelsFirst(attrs)
      ? toFirst(image(shapeLast(shape), toLast(dy), filter, channelsLast(attrs)))
      : run(toInput, { dy, filter }, { ...attrs, inputShape: shape });
  const weights = (x: tf.Tensor, dy: tf.Tensor, shape: number[], attrs: Attrs): tf.Tensor =>
    isChannelsFirst(attrs)
      ? weights(toLast(x), toLast(dy), shape, channelsLast(attrs))
      : run(toFilter, { x, dy }, { ...attrs, filterShape: shape });
  return [
    gradient(forward, ['x', 'filter'], (dy, [x, filter], given) => {
      const { dilations } = given;
      const apart = Array.isArray(dilations)
        ? (dilations as number[])
        : Array<number>(axes).fill((dilations as number) ?? 1);
      const attrs = plain(given);
      if (apart.every((each) => each === 1)) {
        return {
          x: () => image(x!.shape, dy, filter!, attrs),
          filter: () => weights(x!, dy, filter!.shape, attrs),
        };
      }
      return {
        x: () => image(x!.shape, dy, spread(filter!, apart), attrs),
        filter: () => {
          const wide = filter!.shape.map((size, axis) => (size - 1) * (apart[axis] ?? 1) + 1);
          return gatherTaps(
            weights(
              x!,
              dy,
              wide.map((size, axis) => (axis < axes ? size : filter!.shape[axis]!)),
              attrs,
            ),
            apart,
          );
        },
      };
    }),
    gradient(toInput, ['dy', 'filter'], (ddx, [dy, filter], attrs) => ({
      dy: () => run(forward, { x: ddx, filter: filter! }, plain(attrs)),
      filter: () => weights(ddx, dy!, filter!.shape, attrs),
    })),
    gradient(toFilter, ['x', 'dy'], (ddw, [x, dy], attrs) => ({
      x: () => image(x!.shape, dy!, ddw, attrs),
      dy: () => run(forward, { x: x!, filter: ddw }, plain(attrs)),
    })),
  ];
}

/** An average is linear, so its gradient is differentiated by itself. */
const average = (forward: string, backward: string): tf.GradConfig =>
  gradient(backward, ['input'], (ddx, [input], attrs) => ({
    dy: () => run(forward, { x: ddx }, attrs),
    input: () => tf.zeros(input!.shape),
  }));

/** The gradient of a greatest, differentiated again: each slope is read back where it was sent. */
const greatest = (backward: 'MaxPoolGrad' | 'MaxPool3DGrad'): tf.GradConfig =>
  gradient(backward, ['input', 'output'], (ddx, [input, output], attrs) => {
    const windows = poolWindows(input!.shape, attrs);
    return {
      dy: () => {
        const taken = firstGreatest(seen(input!, windows, -Infinity));
        return tf.sum(tf.mul(taken, tf.stack(seen(ddx, windows))), 0);
      },
      input: () => tf.zerosLike(input!),
      output: () => tf.zerosLike(output!),
    };
  });

export const productGradients: readonly tf.GradConfig[] = [
  matrixProduct,
  ...convolution({
    ...{ forward: 'Conv2D', axes: 2 },
    ...{ toInput: 'Conv2DBackpropInput', toFilter: 'Conv2DBackpropFilter' },
  }),
  ...convolution({
    ...{ forward: 'Conv3D', axes: 3 },
    ...{ toInput: 'Conv3DBackpropInputV2', toFilter: 'Conv3DBackpropFilterV2' },
  }),
  ...convolution({
    ...{ forward: 'DepthwiseConv2dNative', axes: 2 },
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
  }),
  average('AvgPool', 'AvgPoolGrad'),
  average('AvgPool3D', 'AvgPool3DGrad'),
  greatest('MaxPoolGrad'),
  greatest('MaxPool3DGrad'),
];
