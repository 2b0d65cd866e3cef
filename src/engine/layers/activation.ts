import { tf } from '../tf.ts';

/** x·σ(x), Hendrycks & Gimpel 2016 (SiLU, also "swish"). Any shape; keeps it. */
export function silu<T extends tf.Tensor>(x: T): T {
  return siluWithGradient(x) as T;
}

/** One node each way; tfjs's own gradient of x·σ(x) is a product rule over five. */
const siluWithGradient = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, siluSlope(saved!));
  return { value: tf.mul(input, tf.sigmoid(input)), gradFunc };
});

/** d/dy of y·σ(y). */
export function siluSlope(y: tf.Tensor): tf.Tensor {
  const s = tf.sigmoid(y);
  return tf.mul(s, tf.add(1, tf.mul(y, tf.sub(1, s))));
}
