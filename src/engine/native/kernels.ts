/** Kernels of the tensorflow backend that tfjs-node lacks, or has in a form that cannot be traced. */
import { adapted, type Adapted, type Attrs } from '../composed.ts';
import { channelsLast, isChannelsFirst, toFirst, toLast } from '../layout.ts';
import { tf } from '../tf.ts';
import {
  convolutionWindows,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  padOrCrop,
  poolWindows,
  seen,
  type Windows,
} from '../windows.ts';
import type { TensorFlowBackend } from './backend.ts';
import { dtypeNumber, TF_ATTR } from './dtypes.ts';
import type { OpAttr } from './eager.ts';

type Conv2DInfo = tf.backend_util.Conv2DInfo;

/** Attributes of tfjs's two convolution gradients. */
interface ConvolutionAttrs {
  strides: [number, number];
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  filterShape: [number, number, number, number];
  inputShape: [number, number, number, number];
}

const native = (backend: unknown): TensorFlowBackend => backend as TensorFlowBackend;

export const typeAttr = (name: string, dtype: tf.DataType): OpAttr => ({
  name,
  type: TF_ATTR.TF_ATTR_TYPE,
  value: dtypeNumber(dtype),
});
export const textAttr = (name: string, value: string): OpAttr => ({
  name,
  type: TF_ATTR.TF_ATTR_STRING,
  value,
});
const intsAttr = (name: string, value: number[]): OpAttr => ({ name, type: TF_ATTR.TF_ATTR_INT, value });

const FLOAT = typeAttr('T', 'float32');
const NHWC = textAttr('data_format', 'NHWC');

/** A kernel that is one TensorFlow operation over these inputs, in this order. */
const single = (kernelName: string, names: readonly string[], attrs: OpAttr[]): tf.KernelConfig => ({
  kernelName,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, backend }) =>
    native(backend).executeSingleOutput(
      kernelName,
      attrs,
      names.map((name) => inputs[name]!),
    ),
});

function convolutionAttrs({ strideHeight, strideWidth, padInfo }: Conv2DInfo): OpAttr[] {
  const { type, top, bottom, left, right } = padInfo;
  const explicit = type !== 'SAME' && type !== 'VALID';
  return [
    ...[
      FLOAT,
      NHWC,
      intsAttr('strides', [1, strideHeight, strideWidth, 1]),
      intsAttr('dilations', [1, 1, 1, 1]),
    ],
    textAttr('padding', explicit ? 'EXPLICIT' : type),
    ...(explicit ? [intsAttr('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])] : []),
  ];
}

/** tfjs-node's two refuse explicit padding, which strided convolutions of PyTorch need. */
const convolutionGradient = (
  kernelName: 'Conv2DBackpropInput' | 'Conv2DBackpropFilter',
  shapesOf: (inputs: tf.NamedTensorInfoMap, attrs: ConvolutionAttrs) => { x: number[]; filter: number[] },
  operands: (inputs: tf.NamedTensorInfoMap, size: tf.Tensor) => tf.TensorInfo[],
): tf.KernelConfig => ({
  kernelName,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs: given, backend }) => {
    const attrs = given as unknown as ConvolutionAttrs;
    const { x, filter } = shapesOf(inputs as tf.NamedTensorInfoMap, attrs);
    type Shape = [number, number, number, number];
    const info = tf.backend_util.computeConv2DInfo(x as Shape, filter as Shape, attrs.strides, 1, attrs.pad);
    const size = tf.tensor1d(kernelName === 'Conv2DBackpropInput' ? x : filter, 'int32');
    const list = operands(inputs as tf.NamedTensorInfoMap, size);
    const result = native(backend).executeSingleOutput(kernelName, convolutionAttrs(info), list);
    size.dispose();
    return result;
  },
});

/** Without tfjs-node's look at the indices, which a trace does not have; TensorFlow checks them on the CPU itself. */
const gather: tf.KernelConfig = {
  kernelName: 'GatherV2',
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const { axis, batchDims } = attrs as { axis: number; batchDims: number };
    const place = tf.scalar(axis, 'int32');
    const opAttrs: OpAttr[] = [
      { name: 'batch_dims', type: TF_ATTR.TF_ATTR_INT, value: batchDims ?? 0 },
      ...[typeAttr('Tparams', x.dtype), typeAttr('Tindices', indices.dtype), typeAttr('Taxis', 'int32')],
    ];
    const result = native(backend).executeSingleOutput('GatherV2', opAttrs, [x, indices, place]);
    place.dispose();
    return result;
  },
};

const statelessNormal: tf.KernelConfig = {
  kernelName: 'StatelessRandomNormal',
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs, backend }) => {
    if (native(backend).recorder?.xla) {
      throw new Error(
        'normalInGraph: XLA draws other numbers under the same key; draw outside the fused function, or compile without ' +
          "xla: 'whole'",
      );
    }
    const size = tf.tensor1d((attrs as unknown as { shape: number[] }).shape, 'int32');
    const types = [typeAttr('dtype', 'float32'), typeAttr('T', 'int32'), typeAttr('Tseed', 'int32')];
    const result = native(backend).executeSingleOutput('StatelessRandomNormal', types, [size, inputs.seed!]);
    size.dispose();
    return result;
  },
};

/** Whether padding is given side by side, which some of tfjs-node's kernels refuse. */
const isExplicit = ({ pad }: Attrs): boolean => Array.isArray(pad);

/** How many elements each window averages, over how many there would be without padding: [1, oh, ow, 1]. */
function insideShare(shape: number[], windows: Windows): tf.Tensor {
  const parts = seen(tf.ones([1, ...shape.slice(1, -1), 1]), windows);
  return tf.div(tf.addN(parts), parts.length);
}

/** tfjs-node gives TensorFlow strides and dilations of channels last, whatever the layout. */
const convolution = adapted('tensorflow', 'Conv2D', (run, { x, filter }, attrs) =>
  isChannelsFirst(attrs)
    ? toFirst(run({ x: toLast(x!), filter: filter! }, channelsLast(attrs)))
    : run({ x: x!, filter: filter! }, attrs),
);

/** Pools with explicit padding, as pools without on a padded image. */
const paddedPools: readonly Adapted[] = [
  adapted('tensorflow', 'MaxPool', (run, { x }, attrs) => {
    if (!isExplicit(attrs)) return run({ x: x! }, attrs);
    const { before, after } = poolWindows(x!.shape, attrs);
    return run({ x: padOrCrop(x!, before, after, -Infinity) }, { ...attrs, pad: 'valid' });
  }),
  adapted('tensorflow', 'MaxPoolGrad', (run, { dy, input, output }, attrs) => {
    if (!isExplicit(attrs)) return run({ dy: dy!, input: input!, output: output! }, attrs);
    const { before, after } = poolWindows(input!.shape, attrs);
    const padded = padOrCrop(input!, before, after, -Infinity);
    const whole = run({ dy: dy!, input: padded, output: output! }, { ...attrs, pad: 'valid' });
    return padOrCrop(whole, before.map(negative), after.map(negative));
  }),
  adapted('tensorflow', 'AvgPool', (run, { x }, attrs) => {
    if (!isExplicit(attrs)) return run({ x: x! }, attrs);
    const windows = poolWindows(x!.shape, attrs);
    const average = run({ x: padOrCrop(x!, windows.before, windows.after) }, { ...attrs, pad: 'valid' });
    return tf.div(average, insideShare(x!.shape, windows));
  }),
  adapted('tensorflow', 'AvgPoolGrad', (run, { dy, input }, attrs) => {
    if (!isExplicit(attrs)) return run({ dy: dy!, input: input! }, attrs);
    const windows = poolWindows(input!.shape, attrs);
    const { before, after } = windows;
    const shares = tf.div(dy!, insideShare(input!.shape, windows));
    const whole = run({ dy: shares, input: padOrCrop(input!, before, after) }, { ...attrs, pad: 'valid' });
    return padOrCrop(whole, before.map(negative), after.map(negative));
  }),
];

const negative = (count: number): number => -count;

/** TensorFlow's two refuse strides that differ, tfjs-node's also explicit padding. */
const isPlain = (attrs: Attrs): boolean => {
  const { strides } = attrs;
  return !isExplicit(attrs) && (!Array.isArray(strides) || strides[0] === strides[1]);
};

const depthwiseGradients: readonly Adapted[] = [
  adapted('tensorflow', 'DepthwiseConv2dNativeBackpropInput', (run, { dy, filter }, attrs) => {
    if (isPlain(attrs)) return run({ dy: dy!, filter: filter! }, attrs);
    const shape = attrs.inputShape as number[];
    return depthwiseInputGradient(dy!, filter!, shape, convolutionWindows(shape, filter!.shape, attrs, true));
  }),
  adapted('tensorflow', 'DepthwiseConv2dNativeBackpropFilter', (run, { x, dy }, attrs) => {
    if (isPlain(attrs)) return run({ x: x!, dy: dy! }, attrs);
    const shape = attrs.filterShape as number[];
    return depthwiseFilterGradient(x!, dy!, shape, convolutionWindows(x!.shape, shape, attrs, true));
  }),
];

export const tensorFlowKernels: readonly (tf.KernelConfig | Adapted)[] = [
  single('BiasAdd', ['x', 'b'], [FLOAT, NHWC]),
  single('BiasAddGrad', ['dy'], [FLOAT, NHWC]),
  convolutionGradient(
    'Conv2DBackpropInput',
    ({ filter }, { inputShape }) => ({ x: inputShape, filter: filter!.shape }),
    ({ filter, dy }, size) => [size, filter!, dy!],
  ),
  convolutionGradient(
    'Conv2DBackpropFilter',
    ({ x }, { filterShape }) => ({ x: x!.shape, filter: filterShape }),
    ({ x, dy }, size) => [x!, size, dy!],
  ),
  gather,
  statelessNormal,
  convolution,
  ...paddedPools,
  ...depthwiseGradients,
];
