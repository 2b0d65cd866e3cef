/** The engine's own kernels and gradients, registered with tfjs so that layers and models need no branches. */
import './attributes.ts';
import './gradients/index.ts';
import { around, biasKernels } from './composed.ts';
import { tensorFlowKernels } from './native/kernels.ts';
import { tf } from './tf.ts';
import { wasmKernels } from './wasm/kernels.ts';

const engineKernels = {
  tensorflow: tensorFlowKernels,
  'tfjs-node': tensorFlowKernels, // the same JavaScript kernels, over the addon
  webgpu: biasKernels('webgpu'),
  wasm: wasmKernels,
};

/** Adds the engine's kernels to a backend that was just started, in place of tfjs's where both exist. */
export function registerEngineKernels(backend: keyof typeof engineKernels): void {
  for (const given of engineKernels[backend]) {
    const config = 'adapt' in given ? around(given) : given;
    if (tf.getKernel(config.kernelName, config.backendName)) {
      tf.unregisterKernel(config.kernelName, config.backendName);
    }
    tf.registerKernel(config);
  }
}
