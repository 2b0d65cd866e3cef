/** A batch as several chains of operations side by side, for the cores that one chain would leave idle. */
import { nativeBackend } from './native/index.ts';
import { tf } from './tf.ts';

/**
 * fn(...tensors) for a function that treats each sample by itself: tensors [B, ...] → [B, ...]. While a function is
 * traced for a few cores, the batch is split into as many parts, each with a chain of operations that waits for no other;
 * elsewhere, fn is called once.
 *
 * On two cores a U-Net's training step takes 0.83 of the time that threads within each operation take: an operation
 * that is shared ends when its last thread does, and then the next must be handed out.
 */
export function inChains<R extends tf.Tensor, A extends tf.Tensor[]>(
  fn: (...parts: A) => R,
  ...tensors: A
): R {
  const backend = nativeBackend();
  const batch = tensors[0]!.shape[0]!;
  const chains = backend?.recorder ? Math.min(backend.chains, batch) : 1;
  if (chains <= 1) return fn(...tensors);
  const sizes = Array.from({ length: chains }, (_, i) => Math.floor((batch + i) / chains));
  const split = tensors.map((tensor) => tf.split(tensor, sizes, 0));
  return tf.concat(
    sizes.map((_, i) => fn(...(split.map((parts) => parts[i]) as A))),
    0,
  );
}
