/** Kernels that a backend lacks, put together from those it has. */
import { tf } from './tf.ts';

export type Inputs = Record<string, tf.Tensor>;
export type Attrs = Record<string, unknown>;

/** A kernel of `backendName` made of tfjs operations. */
export const composed = (
  backendName: string,
  kernelName: string,
  compute: (inputs: Inputs, attrs: Attrs) => tf.Tensor,
): tf.KernelConfig => ({
  kernelName,
  backendName,
  kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs as Inputs, attrs as Attrs)),
});

/** TensorFlow's BiasAdd and its gradient, which the engine's layers are written with. */
export const biasKernels = (backendName: string): tf.KernelConfig[] => [
  composed(backendName, 'BiasAdd', ({ x, b }) => tf.add(x!, b!)),
  composed(backendName, 'BiasAddGrad', ({ dy }) =>
    tf.sum(tf.reshape(dy!, [-1, dy!.shape[dy!.rank - 1]!]), 0),
  ),
];
