/** The engine's own kernels and gradients, registered with tfjs so that layers and models need no branches. */
import { einsumGradient } from './einsum.ts';
import { biasKernels } from './composed.ts';
import { tensorFlowKernels } from './native/kernels.ts';
import { tf } from './tf.ts';
import { wasmKernels } from './wasm/kernels.ts';

tf.registerGradient({
  kernelName: 'BiasAdd',
  gradFunc: (dy) => ({
    x: () => dy as tf.Tensor,
    b: () => tf.engine().runKernel('BiasAddGrad', { dy: dy as tf.Tensor }) as tf.Tensor,
  }),
});

tf.registerGradient(einsumGradient);
const engineKernels = {
  tensorflow: tensorFlowKernels,
  'tfjs-node': tensorFlowKernels, // the same JavaScript kernels, over the addon
  webgpu: biasKernels('webgpu'),
  wasm: wasmKernels,
};

/** Adds the engine's kernels to a backend that was just started, in place of tfjs's where both exist. */
export function registerEngineKernels(backend: keyof typeof engineKernels): void {
  for (const config of engineKernels[backend]) {
    if (tf.getKernel(config.kernelName, config.backendName)) {
      tf.unregisterKernel(config.kernelName, config.backendName);
    }
    tf.registerKernel(config);
  }
}
