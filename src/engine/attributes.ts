/**
 * Attributes that kernels of tfjs misread, made plain before any kernel or gradient sees them. On every backend:
 *
 * - an axis is counted from the front: wasm's running sums write outside of their memory for −1;
 * - padding by one number becomes padding of each side: tfjs computes the result's shape as if filter and strides were square,
 *   and TensorFlow's kernels do not round up.
 */
import { tf } from './tf.ts';

type Attrs = Record<string, unknown>;
type Inputs = Record<string, tf.Tensor>;
type Plain = (attrs: Attrs, inputs: Inputs) => Attrs;

const axisFromFront: Plain = (attrs, { x }) => {
  if (attrs.axis === undefined || attrs.axis === null) return attrs;
  const axes = tf.util.parseAxisParam(attrs.axis as number | number[], x!.shape);
  return { ...attrs, axis: typeof attrs.axis === 'number' ? axes[0]! : axes.sort((a, b) => a - b) };
};

/** The axes of an image's rows and columns. */
const planeOf = ({ dataFormat }: Attrs): [number, number] => (dataFormat === 'NCHW' ? [2, 3] : [1, 2]);
const pairOf = (value: unknown): number[] =>
  Array.isArray(value) ? (value as number[]) : [value as number, value as number];

/** What is added at the end of each axis so that a last window that lies partly outside counts, as 'ceil' and 'round' say. */
function lastWindows(attrs: Attrs, { x, filter }: Inputs, pad: number): number[] {
  const { dimRoundingMode, filterSize, strides, dilations } = attrs;
  const size = pairOf(filter ? filter.shape : filterSize);
  if (!x || dimRoundingMode === undefined || dimRoundingMode === null || dimRoundingMode === 'floor')
    return [0, 0];
  return planeOf(attrs).map((axis, i) => {
    const reach = (size[i]! - 1) * pairOf(dilations ?? 1)[i]! + 1;
    const stride = pairOf(strides)[i]!;
    const room = x.shape[axis]! + 2 * pad - reach;
    const steps = dimRoundingMode === 'ceil' ? Math.ceil(room / stride) : Math.round(room / stride);
    return Math.max(0, steps * stride - room);
  });
}

const eachSide: Plain = (attrs, inputs) => {
  const { pad } = attrs;
  if (typeof pad !== 'number') return attrs;
  const sides: number[][] = [1, 2, 3, 4].map(() => [0, 0]);
  const more = lastWindows(attrs, inputs, pad);
  planeOf(attrs).forEach((axis, i) => (sides[axis] = [pad, pad + more[i]!]));
  return { ...attrs, pad: sides, dimRoundingMode: undefined };
};

/** Kernels of depthwise convolutions take every layout for channels last. */
const onlyLast: Plain = (attrs, inputs) => {
  if (attrs.dataFormat !== 'NCHW') return eachSide(attrs, inputs);
  throw new Error(
    'depthwiseConv2d: the layout is NCHW, expected NHWC: tf.transpose the images by [0, 2, 3, 1]',
  );
};

const plain: ReadonlyMap<string, Plain> = new Map([
  ...['Cumsum', 'Cumprod', 'Prod'].map((name): [string, Plain] => [name, axisFromFront]),
  ...[
    ...['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    ...['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
    ...['AvgPool', 'AvgPoolGrad', 'MaxPool', 'MaxPoolGrad'],
  ].map((name): [string, Plain] => [name, eachSide]),
  ...['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'].map((name): [string, Plain] => [name, onlyLast]),
]);

interface Running {
  runKernel(kernelName: string, inputs: Inputs, attrs?: Attrs): tf.Tensor | tf.Tensor[];
}

const engine = tf.engine() as unknown as Running;
const runKernel = engine.runKernel.bind(engine);

engine.runKernel = (kernelName, inputs, attrs) => {
  if (!tf.getKernel(kernelName, tf.getBackend())) {
    throw new Error(
      `the backend ${tf.getBackend()} has no kernel ${kernelName}: write it with other operations, or \`await useBackend({ backend: … })\` another`,
    );
  }
  try {
    return runKernel(kernelName, inputs, attrs && (plain.get(kernelName)?.(attrs, inputs) ?? attrs));
  } catch (error) {
    // The backends of tfjs fall over the data that is not there any more.
    const gone = Object.values(inputs).find((input) => input instanceof tf.Tensor && input.isDisposed);
    if (!gone || !(error instanceof TypeError)) throw error;
    throw new Error(
      `${kernelName} reads a tensor that was disposed ([${gone.shape}] ${gone.dtype}); keep it as long as it is used, or make it an argument of the function`,
      { cause: error },
    );
  }
};
