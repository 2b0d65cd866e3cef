import { tf } from '../tf.ts';
import { addBias } from './bias.ts';
import { expectRank, expectShape } from './shapes.ts';

/**
 * Nearest-neighbour upsampling by two, then a 3×3 convolution with one zero around, as a U-Net's decoder has it:
 * x [B, H, W, I], w [3, 3, I, O], b [O] → [B, 2H, 2W, O].
 *
 * The large image is never made. An output pixel of even row (and likewise column) reads rows i−1, i, i of the small
 * one, an odd one i, i, i+1: two rows each, with two rows of w added. So the four kinds of pixel are four 2×2
 * convolutions of x, 16 products in place of 36 (the sub-pixel view of Shi et al. 2016, section 3).
 * @throws when the shapes do not fit
 */
export function upsampleConv2d(x: tf.Tensor4D, w: tf.Tensor4D, b?: tf.Tensor1D): tf.Tensor4D {
  expectRank('upsampleConv2d', 'x', x, 4);
  expectRank('upsampleConv2d', 'w', w, 4);
  const [batch, height, width, inputs] = x.shape;
  const outputs = w.shape[3];
  expectShape('upsampleConv2d', 'w', w, [3, 3, inputs, outputs]);
  if (b) expectShape('upsampleConv2d', 'b', b, [outputs]);
  const sides: [number, number] = [1, 1];
  const padded = tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
  const pixelsOf = (row: number, column: number): tf.Tensor4D => {
    const read = tf.slice(padded, [0, row, column, 0], [batch, height + 1, width + 1, inputs]);
    const y = tf.conv2d(read, twoTaps(twoTaps(w, 0, row), 1, column), 1, 'valid');
    return b ? addBias(y, b) : y;
  };
  const rows = [0, 1].map((row) => tf.stack([pixelsOf(row, 0), pixelsOf(row, 1)], 3)); // [B, H, W, 2, O]
  return tf.reshape(tf.stack(rows, 2), [batch, 2 * height, 2 * width, outputs]);
}

/** Three taps along `axis` as the two that an even (0) or odd (1) output pixel sees. */
function twoTaps(w: tf.Tensor4D, axis: 0 | 1, parity: number): tf.Tensor4D {
  const [first, middle, last] = tf.split(w, 3, axis) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const taps = parity === 0 ? [first, tf.add(middle, last)] : [tf.add(first, middle), last];
  return tf.concat(taps, axis) as tf.Tensor4D;
}
