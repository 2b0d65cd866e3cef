/**
 * Attributes that kernels of tfjs misread, made plain before any kernel or gradient sees them. On every backend:
 *
 * - an axis is counted from the front: wasm's running sums write outside of their memory for −1;
 * - padding by one number becomes padding of each side: tfjs computes the result's shape as if filter and strides were square.
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

const eachSide: Plain = (attrs) => {
  const { pad, dataFormat } = attrs;
  if (typeof pad !== 'number') return attrs;
  const side = [pad, pad];
  const none = [0, 0];
  return { ...attrs, pad: dataFormat === 'NCHW' ? [none, none, side, side] : [none, side, side, none] };
};

const plain: ReadonlyMap<string, Plain> = new Map([
  ...['Cumsum', 'Cumprod', 'Prod'].map((name): [string, Plain] => [name, axisFromFront]),
  ...[
    ...['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    ...['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'],
    ...['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
    ...['AvgPool', 'AvgPoolGrad', 'MaxPool', 'MaxPoolGrad'],
  ].map((name): [string, Plain] => [name, eachSide]),
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
  return runKernel(kernelName, inputs, attrs && (plain.get(kernelName)?.(attrs, inputs) ?? attrs));
};
