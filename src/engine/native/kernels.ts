/** Kernels of the tensorflow backend that tfjs-node lacks, or has in a form that cannot be traced. */
import { tf } from '../tf.ts';
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
    const size = tf.tensor1d((attrs as unknown as { shape: number[] }).shape, 'int32');
    const types = [typeAttr('dtype', 'float32'), typeAttr('T', 'int32'), typeAttr('Tseed', 'int32')];
    const result = native(backend).executeSingleOutput('StatelessRandomNormal', types, [size, inputs.seed!]);
    size.dispose();
    return result;
  },
};

export const tensorFlowKernels: readonly tf.KernelConfig[] = [
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
];
