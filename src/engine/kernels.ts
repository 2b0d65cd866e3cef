/** Kernels and gradients that are the engine's own, registered as tfjs kernels so that models need no branches. */
import { tf } from './tf.ts';
import type { TensorFlowBackend } from './native/backend.ts';
import { TF_ATTR, TF_DTYPE } from './native/dtypes.ts';

type Config = tf.KernelConfig;
type Inputs = Record<string, tf.Tensor>;

const NHWC = { name: 'data_format', type: TF_ATTR.TF_ATTR_STRING, value: 'NHWC' };
const FLOAT = { name: 'T', type: TF_ATTR.TF_ATTR_TYPE, value: TF_DTYPE.TF_FLOAT };
const lastDimension = (x: tf.TensorInfo) => x.shape[x.shape.length - 1]!;

/** A kernel that is one TensorFlow operation over float32 with these inputs, in this order. */
const nativeKernel = (kernelName: string, names: string[]): Config => ({
  kernelName,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, backend }) => {
    const native = backend as unknown as TensorFlowBackend;
    return native.executeSingleOutput(
      kernelName,
      [FLOAT, NHWC],
      names.map((name) => inputs[name]!),
    );
  },
});

const tensorFlowKernels: Config[] = [nativeKernel('BiasAdd', ['x', 'b']), nativeKernel('BiasAddGrad', ['dy'])];

const composed = (kernelName: string, compute: (inputs: Inputs) => tf.Tensor): Config => ({
  kernelName,
  backendName: 'wasm',
  kernelFunc: ({ inputs }) => tf.tidy(() => compute(inputs as Inputs)),
});

const wasmKernels: Config[] = [
  composed('BiasAdd', ({ x, b }) => tf.add(x!, b!)),
  composed('BiasAddGrad', ({ dy }) => tf.sum(tf.reshape(dy!, [-1, lastDimension(dy!)]), 0)),
];

tf.registerGradient({
  kernelName: 'BiasAdd',
  gradFunc: (dy) => ({
    x: () => dy as tf.Tensor,
    b: () => tf.engine().runKernel('BiasAddGrad', { dy: dy as tf.Tensor }) as tf.Tensor,
  }),
});

/** Adds the engine's kernels to a backend that was just started. */
export function registerEngineKernels(backend: 'tensorflow' | 'wasm'): void {
  for (const config of backend === 'tensorflow' ? tensorFlowKernels : wasmKernels) tf.registerKernel(config);
}
