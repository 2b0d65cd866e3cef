import { tf } from '../tf.ts';
import { addBias } from './bias.ts';
import { dense } from './dense.ts';
import { expectRank, expectShape } from './shapes.ts';

export interface Conv2dOptions {
  stride?: number;
  /** Rows and columns of zeros on each side (PyTorch's `padding`), or TensorFlow's 'same'. Default 'same'. */
  padding?: number | 'same' | 'valid';
}

/**
 * Convolution (cross-correlation, as in every deep-learning library): x [B, H, W, I], w [kh, kw, I, O], b [O].
 * A 1×1 kernel runs as a matrix product. Note that 'same' and `padding: 1` differ at stride 2: 'same' pads the right
 * and bottom only.
 */
export function conv2d(
  x: tf.Tensor4D,
  w: tf.Tensor4D,
  b?: tf.Tensor1D,
  { stride = 1, padding = 'same' }: Conv2dOptions = {},
): tf.Tensor4D {
  expectRank('conv2d', 'x', x, 4);
  expectRank('conv2d', 'w', w, 4);
  const [kh, kw, inputs, outputs] = w.shape;
  expectShape('conv2d', 'w', w, [kh, kw, x.shape[3], outputs]);
  if (kh === 1 && kw === 1 && stride === 1 && (typeof padding === 'string' || padding === 0)) {
    return dense(x, tf.reshape(w, [inputs, outputs]), b) as tf.Tensor4D;
  }
  const isSame = stride === 1 && kh === kw && 2 * Number(padding) + 1 === kh; // k×k with (k−1)/2 zeros around
  const named = typeof padding === 'string' ? padding : isSame ? 'same' : 'valid';
  const zeros = typeof padding === 'string' || isSame ? 0 : padding;
  const y = tf.conv2d(padded(x, zeros), w, stride, named);
  return b ? addBias(y, b) : y;
}

/** With zeros around. oneDNN has no gradients of a convolution that pads by given numbers: Eigen's are several times slower. */
function padded(x: tf.Tensor4D, zeros: number): tf.Tensor4D {
  if (zeros === 0) return x;
  const sides: [number, number] = [zeros, zeros];
  return tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
}
