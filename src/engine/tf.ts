/**
 * The tfjs namespace, with its silent fallbacks taken out.
 *
 * tfjs picks the pure-JavaScript `cpu` backend (1.4 GFLOP/s) on its own when nothing else was chosen. Here a tensor
 * made before `useBackend()` is an error instead.
 */
import * as tf from '@tensorflow/tfjs';

for (const name of ['cpu', 'webgl']) {
  if (tf.findBackendFactory(name)) tf.removeBackend(name);
}
tf.registerBackend('none', () => {
  throw new Error('No backend was chosen: `await useBackend()` before the first tensor.');
});

export { tf };

/** A tensor, or arrays and records of tensors, nested. */
export type TensorTree =
  tf.Tensor | null | undefined | readonly TensorTree[] | { readonly [name: string]: TensorTree };
