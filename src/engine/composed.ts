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

/** tfjs's kernel of that name, called as it should have been: `adapt` mends inputs and attributes, then runs it. */
export interface Adapted {
  kernelName: string;
  backendName: string;
  adapt: (run: (inputs: Inputs, attrs: Attrs) => tf.Tensor, inputs: Inputs, attrs: Attrs) => tf.Tensor;
}

export const adapted = (backendName: string, kernelName: string, adapt: Adapted['adapt']): Adapted => ({
  kernelName,
  backendName,
  adapt,
});

/** An adapted kernel around the one that is registered. */
export function around({ kernelName, backendName, adapt }: Adapted): tf.KernelConfig {
  const own = tf.getKernel(kernelName, backendName);
  if (!own) throw new Error(`${backendName} has no kernel ${kernelName} to adapt`);
  return {
    ...own,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const run = (given: Inputs, options: Attrs) =>
        own.kernelFunc({ inputs: given, attrs: options as tf.NamedAttrMap, backend }) as tf.Tensor;
      return tf.tidy(() => adapt(run, inputs as Inputs, attrs as Attrs));
    },
  };
}
