/**
 * The tfjs namespace, with its silent fallbacks taken out and its gradients set right.
 *
 * Slopes at corners and ties are PyTorch's: 0 for abs, relu and norms at 0, an equal share for each of the greatest or least,
 * half for each of two equal numbers in maximum and minimum, but all to the first greatest of a pool's window. What comes only
 * through whole numbers has slope 0. Gradients can be differentiated again, or say that they cannot.
 *
 * tfjs picks the pure-JavaScript `cpu` backend (1.4 GFLOP/s) on its own when nothing else was chosen. Here a tensor
 * made before `useBackend()` is an error instead.
 */
import * as tf from './namespace.ts';

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
