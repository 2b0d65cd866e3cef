/** Kernels that training needs and tfjs's wasm package lacks, put together from those it has. */
import { adapted, biasKernels, composed, type Adapted, type Attrs, type Inputs } from '../composed.ts';
import { einsumByProducts } from '../einsum.ts';
import { cropNearest } from '../gradients/images.ts';
import { countOf } from '../random/index.ts';
import { statelessNormal } from '../random/inGraph.ts';
import { tf } from '../tf.ts';
import {
  convolutionWindows,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  firstGreatest,
  padOrCrop,
  poolWindows,
  seen,
  sentBack,
  spread,
  windowsOf,
  type Windows,
} from '../windows.ts';

/** Σ over batch and places of x at each tap times dy: x [B, …, I], dy [B, out…, O] → [k…, I, O]. */
function filterGradient(x: tf.Tensor, dy: tf.Tensor, filterShape: number[], windows: Windows): tf.Tensor {
  const rows = tf.reshape(dy, [-1, dy.shape.at(-1)!]) as tf.Tensor2D;
  const perTap = seen(x, windows).map((part) => {
    const columns = tf.transpose(tf.reshape(part, [-1, x.shape.at(-1)!])); // [I, B·out…]
    return tf.matMul(columns, rows); // wasm's own transposeA is several times slower
  });
  return tf.reshape(tf.stack(perTap), filterShape);
}

/** Of a plane, a convolution of spread dy with the filter turned by 180° and its channels exchanged: faster than tap by tap. */
function planeGradient(dy: tf.Tensor, filter: tf.Tensor, inputShape: number[], windows: Windows): tf.Tensor {
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  const { before, strides, size } = windows;
  const wide = strides.reduce((x, stride, axis) => spread(x, axis + 1, stride), dy);
  const around = before.map((count, axis) => size[axis]! - 1 - count);
  const rest = before.map((count, axis) => inputShape[axis + 1]! + count - wide.shape[axis + 1]!);
  return tf.conv2d(padOrCrop(wide, around, rest) as tf.Tensor4D, turned, 1, 'valid');
}

/** What each tap of the filter sends back to the place it read: dy [B, out…, O] → [B, …, I]. */
function inputGradient(dy: tf.Tensor, filter: tf.Tensor, inputShape: number[], windows: Windows): tf.Tensor {
  const [inputs, outputs] = filter.shape.slice(-2) as [number, number];
  const rows = tf.reshape(dy, [-1, outputs]) as tf.Tensor2D;
  const weights = tf.unstack(tf.reshape(filter, [-1, inputs, outputs])) as tf.Tensor2D[];
  const parts = weights.map((tap) =>
    tf.reshape(tf.matMul(rows, tf.transpose(tap)), [...dy.shape.slice(0, -1), inputs]),
  );
  return sentBack(parts, inputShape, windows);
}

/** Averages count only what is inside; wasm's own gradient counts the padding too. */
function averageGradient(dy: tf.Tensor, inputShape: number[], windows: Windows): tf.Tensor {
  const counts = tf.addN(seen(tf.ones([1, ...inputShape.slice(1, -1), 1]), windows));
  const share = tf.div(dy, counts);
  return sentBack(
    seen(tf.zeros(inputShape), windows).map(() => share),
    inputShape,
    windows,
  );
}

/** The greatest of what is inside; wasm's own takes the padding for 0. */
const greatest = (parts: readonly tf.Tensor[]): tf.Tensor => tf.max(tf.stack([...parts]), 0);

/** dy to the first greatest of each window. */
function greatestGradient(dy: tf.Tensor, x: tf.Tensor, windows: Windows): tf.Tensor {
  const shares = tf.mul(firstGreatest(seen(x, windows, -Infinity)), dy);
  return sentBack(tf.unstack(shares), x.shape, windows);
}

/** Dilation: the greatest of x at each tap plus that tap's filter [C]. */
function raised(x: tf.Tensor, filter: tf.Tensor, windows: Windows): tf.Tensor[] {
  const taps = tf.unstack(tf.reshape(filter, [-1, filter.shape.at(-1)!]));
  return seen(x, windows, -Infinity).map((part, i) => tf.add(part, taps[i]!));
}

function dilationShares({ x, filter, dy }: Inputs, attrs: Attrs): tf.Tensor {
  return tf.mul(firstGreatest(raised(x!, filter!, dilationWindows(x!, filter!, attrs))), dy!);
}

const dilationWindows = (x: tf.Tensor, filter: tf.Tensor, { strides, pad, dilations }: Attrs) =>
  windowsOf(
    tf.backend_util.computeDilation2DInfo(
      ...([x.shape, filter.shape, strides, pad, 'NHWC', dilations] as unknown as Parameters<
        typeof tf.backend_util.computeDilation2DInfo
      >),
    ),
  );

/** Σ of the rows of x [N, …] that have the same id, as one matrix product; ids below 0 belong to none. */
function segmentSum(x: tf.Tensor, ids: tf.Tensor1D, segments: number): tf.Tensor {
  const rows = tf.reshape(x, [x.shape[0]!, -1]);
  // As integers, then cast: wasm's oneHot writes zeros where float32 is asked for.
  const member = tf.cast(tf.oneHot(ids, segments, 1, 0, 'int32'), 'float32') as tf.Tensor2D;
  const sums = tf.matMul(tf.transpose(member), tf.cast(rows, 'float32') as tf.Tensor2D);
  return tf.cast(tf.reshape(sums, [segments, ...x.shape.slice(1)]), x.dtype);
}

/** Gathering in batches as gathering of rows: wasm's own reads all batches from the first. */
function gatherBatches(
  run: (inputs: Inputs, attrs: Attrs) => tf.Tensor,
  { x, indices }: Inputs,
  { axis, batchDims }: Attrs,
): tf.Tensor {
  const [place] = tf.util.parseAxisParam(axis as number, x!.shape);
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    ...([x, indices, place, batchDims] as [tf.Tensor, tf.Tensor, number, number]),
  );
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const given = tf.engine().readSync(indices!.dataId) as Int32Array;
  const wrong = given.find((index) => index < 0 || index >= dimSize);
  if (wrong !== undefined) throw new Error(`gather: index ${wrong}, expected 0 to ${dimSize - 1}`);
  const rows = tf.transpose(tf.reshape(x!, [batchSize, outerSize, dimSize, sliceSize]), [0, 2, 1, 3]);
  const starts = tf.tensor(
    Array.from({ length: batchSize }, (_, i) => i * dimSize),
    [batchSize, 1],
    'int32',
  );
  const places = tf.add(tf.reshape(indices!, [batchSize, -1]), starts); // [batch, n]
  const taken = run(
    { x: tf.reshape(rows, [batchSize * dimSize, outerSize, sliceSize]), indices: tf.reshape(places, [-1]) },
    { axis: 0, batchDims: 0 },
  );
  const count = places.shape[1]!;
  const list = tf.engine().makeTensorFromTensorInfo(taken);
  const apart = tf.reshape(list, [batchSize, count, outerSize, sliceSize]);
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), outputShape);
}

/** Matrix products of one batch shape: of others wasm multiplies the wrong ones. */
function sameBatches(run: (inputs: Inputs, attrs: Attrs) => tf.Tensor, { a, b }: Inputs, attrs: Attrs) {
  const [left, right] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right);
  if (a!.size === 0 || b!.size === 0) {
    const rows = a!.shape.at(attrs.transposeA ? -1 : -2)!;
    const columns = b!.shape.at(attrs.transposeB ? -2 : -1)!;
    return tf.zeros([...batch, rows, columns]);
  }
  const whole = (t: tf.Tensor, own: number[]) =>
    String(own) === String(batch) ? t : tf.broadcastTo(t, [...batch, ...t.shape.slice(-2)]);
  return run({ a: whole(a!, left), b: whole(b!, right) }, attrs);
}

/** Reductions over nothing: wasm leaves their results as the memory was. */
const OF_NOTHING = { Sum: 0, Mean: NaN, Prod: 1, Max: -Infinity, Min: Infinity, All: 1, Any: 0 };

function overNothing(x: tf.Tensor, { axis, reductionIndices, keepDims }: Attrs, value: number): tf.Tensor {
  const axes = tf.util.parseAxisParam((axis ?? reductionIndices) as number, x.shape);
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.fill(keepDims ? kept : kept.filter((_, i) => !axes.includes(i)), value, x.dtype as 'float32');
}

export const wasmKernels: readonly (tf.KernelConfig | Adapted)[] = [
  ...biasKernels('wasm'),
  ...(['Conv2DBackpropFilter', 'Conv3DBackpropFilterV2'] as const).map((name) =>
    composed('wasm', name, ({ x, dy }, attrs) => {
      const shape = attrs.filterShape as number[];
      return filterGradient(x!, dy!, shape, convolutionWindows(x!.shape, shape, attrs));
    }),
  ),
  ...(['Conv2DBackpropInput', 'Conv3DBackpropInputV2'] as const).map((name) =>
    composed('wasm', name, ({ dy, filter }, attrs) => {
      const shape = attrs.inputShape as number[];
      const back = shape.length === 4 ? planeGradient : inputGradient;
      return back(dy!, filter!, shape, convolutionWindows(shape, filter!.shape, attrs));
    }),
  ),
  composed('wasm', 'DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attrs) => {
    const shape = attrs.filterShape as number[];
    return depthwiseFilterGradient(x!, dy!, shape, convolutionWindows(x!.shape, shape, attrs, true));
  }),
  composed('wasm', 'DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attrs) => {
    const shape = attrs.inputShape as number[];
    return depthwiseInputGradient(dy!, filter!, shape, convolutionWindows(shape, filter!.shape, attrs, true));
  }),
  ...(['AvgPoolGrad', 'AvgPool3DGrad'] as const).map((name) =>
    composed('wasm', name, ({ dy, input }, attrs) =>
      averageGradient(dy!, input!.shape, poolWindows(input!.shape, attrs)),
    ),
  ),
  composed('wasm', 'MaxPool3D', ({ x }, attrs) =>
    greatest(seen(x!, poolWindows(x!.shape, attrs), -Infinity)),
  ),
  ...(['MaxPoolGrad', 'MaxPool3DGrad'] as const).map((name) =>
    composed('wasm', name, ({ dy, input }, attrs) =>
      greatestGradient(dy!, input!, poolWindows(input!.shape, attrs)),
    ),
  ),
  composed('wasm', 'Dilation2D', ({ x, filter }, attrs) =>
    greatest(raised(x!, filter!, dilationWindows(x!, filter!, attrs))),
  ),
  composed('wasm', 'Dilation2DBackpropInput', (inputs, attrs) => {
    const { x, filter } = inputs as { x: tf.Tensor; filter: tf.Tensor };
    return sentBack(tf.unstack(dilationShares(inputs, attrs)), x.shape, dilationWindows(x, filter, attrs));
  }),
  composed('wasm', 'Dilation2DBackpropFilter', (inputs, attrs) => {
    const { filter } = inputs as { filter: tf.Tensor };
    const shares = dilationShares(inputs, attrs); // [taps, B, oh, ow, C]
    return tf.reshape(tf.sum(shares, [1, 2, 3]), filter.shape);
  }),
  composed('wasm', 'UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) =>
    segmentSum(x!, segmentIds as tf.Tensor1D, numSegments as number),
  ),
  composed('wasm', 'Einsum', (operands, { equation }) =>
    einsumByProducts(equation as string, Object.values(operands)),
  ),
  composed('wasm', 'StatelessRandomNormal', ({ seed }, { shape }) =>
    tf.tensor(
      statelessNormal(tf.engine().readSync(seed!.dataId) as Int32Array, countOf(shape as number[])),
      shape as number[],
    ),
  ),
  adapted('wasm', 'GatherV2', (run, inputs, attrs) =>
    attrs.batchDims ? gatherBatches(run, inputs, attrs) : run(inputs, attrs),
  ),
  ...Object.entries(OF_NOTHING).map(([name, value]) =>
    adapted('wasm', name, (run, inputs, attrs) =>
      inputs.x!.size === 0 ? overNothing(inputs.x!, attrs, value) : run(inputs, attrs),
    ),
  ),
  adapted('wasm', 'BatchMatMul', sameBatches),
  // wasm's own reads the slopes as if they were as many as the numbers.
  adapted('wasm', 'Prelu', (run, { x, alpha }, attrs) =>
    run({ x: x!, alpha: tf.broadcastTo(alpha!, x!.shape) }, attrs),
  ),
  // wasm's own keeps the low byte.
  adapted('wasm', 'Cast', (run, inputs, attrs) =>
    attrs.dtype === 'bool'
      ? tf.notEqual(inputs.x!, tf.scalar(0, inputs.x!.dtype as 'float32'))
      : run(inputs, attrs),
  ),
  // XNNPACK fails in silence, and gives zeros, for some strides greater than the filter with 'same'.
  ...(['Conv2D', 'DepthwiseConv2dNative', 'FusedConv2D', 'FusedDepthwiseConv2D'] as const).map((name) =>
    adapted('wasm', name, (run, inputs, attrs) => {
      if (attrs.pad !== 'same') return run(inputs, attrs);
      const depthwise = name.includes('Depthwise');
      const { before, after } = convolutionWindows(inputs.x!.shape, inputs.filter!.shape, attrs, depthwise);
      const sides = before.map((count, axis) => [count, after[axis]!]);
      return run(inputs, { ...attrs, pad: [[0, 0], ...sides, [0, 0]] });
    }),
  ),
  // wasm's own does not find the nearest.
  adapted('wasm', 'CropAndResize', (run, inputs, attrs) =>
    attrs.method === 'nearest' ? cropNearest(inputs, attrs as never) : run(inputs, attrs),
  ),
];
