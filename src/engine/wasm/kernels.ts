/** Kernels that training needs and tfjs's wasm package lacks, put together from those it has. */
import { biasKernels, composed } from '../composed.ts';
import { einsumByProducts } from '../einsum.ts';
import { countOf } from '../random/index.ts';
import { statelessNormal } from '../random/inGraph.ts';
import { tf } from '../tf.ts';

type Shape4 = [number, number, number, number];
/** tfjs passes one number where both strides are the same. */
type Strides = number | [number, number];
type Pad = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];

/** Σ over batch and places of x at each tap times dy: x [B, H, W, I], dy [B, oh, ow, O] → [kh, kw, I, O]. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4, strides: Strides, pad: Pad) {
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
  const { strideHeight, strideWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const [kh, kw, inputs, outputs] = filterShape;
  const [batch, oh, ow] = dy.shape;
  const padded = tf.pad(x, [
    ...[[0, 0] as [number, number], [top, bottom] as [number, number]],
    ...[[left, right] as [number, number], [0, 0] as [number, number]],
  ]);
  const rows = tf.reshape(dy, [batch * oh * ow, outputs]);
  const taps = Array.from({ length: kh * kw }, (_, tap) => {
    const start = [0, Math.floor(tap / kw), tap % kw, 0];
    const end = [
      batch,
      start[1]! + (oh - 1) * strideHeight + 1,
      start[2]! + (ow - 1) * strideWidth + 1,
      inputs,
    ];
    const seen = tf.stridedSlice(padded, start, end, [1, strideHeight, strideWidth, 1]);
    const columns = tf.transpose(tf.reshape(seen, [batch * oh * ow, inputs])); // [I, B·oh·ow]
    return tf.matMul(columns, rows); // wasm's own transposeA is several times slower
  });
  return tf.reshape(tf.stack(taps), filterShape);
}

/** Zeros between the rows and columns of dy: [B, h, w, C] → [B, h·s, w·s, C]. */
function dilate(dy: tf.Tensor4D, sh: number, sw: number): tf.Tensor4D {
  if (sh === 1 && sw === 1) return dy;
  const [batch, h, w, channels] = dy.shape;
  const wide = tf.pad(tf.reshape(dy, [batch * h, 1, w, channels]), [
    [0, 0],
    [0, sh - 1],
    [0, 0],
    [0, 0],
  ]);
  const spread = tf.pad(tf.reshape(wide, [batch * h * sh, w, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, sw - 1],
    [0, 0],
  ]);
  return tf.reshape(spread, [batch, h * sh, w * sw, channels]);
}

/** Zeros around one axis of x, or rows taken off where a count is negative. */
function padOrCrop(x: tf.Tensor4D, axis: 1 | 2, before: number, after: number): tf.Tensor4D {
  const begin = [0, 0, 0, 0];
  const size = [...x.shape];
  begin[axis] = Math.max(0, -before);
  size[axis] = x.shape[axis] - begin[axis]! - Math.max(0, -after);
  const paddings: [number, number][] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  paddings[axis] = [Math.max(0, before), Math.max(0, after)];
  return tf.pad(tf.slice(x, begin, size), paddings) as tf.Tensor4D;
}

/** The gradient to x is a convolution of dilated dy with the filter turned by 180° and its channels exchanged. */
function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, x: Shape4, strides: Strides, pad: Pad) {
  const info = tf.backend_util.computeConv2DInfo(x, filter.shape, strides, 1, pad);
  const [kh, kw] = filter.shape;
  const { top, left } = info.padInfo;
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  const spread = dilate(dy, info.strideHeight, info.strideWidth);
  const rows = padOrCrop(spread, 1, kh - 1 - top, x[1] + top - spread.shape[1]);
  const all = padOrCrop(rows, 2, kw - 1 - left, x[2] + left - spread.shape[2]);
  return tf.conv2d(all, turned, 1, 'valid');
}

/** Attributes of the two gradients of a depthwise convolution; tfjs refuses to differentiate dilated ones. */
interface DepthwiseAttrs {
  strides: Strides;
  pad: Pad;
  filterShape: Shape4;
  inputShape: Shape4;
}

/** Each tap of a depthwise filter, and where it begins in the padded image. */
function depthwiseTaps(x: Shape4, filter: Shape4, { strides, pad }: DepthwiseAttrs) {
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, undefined, true);
  const [kh, kw] = filter;
  const taps = Array.from({ length: kh * kw }, (_, tap) => ({
    row: Math.floor(tap / kw),
    column: tap % kw,
  }));
  return { info, taps };
}

/** Σ over batch and places of x at each tap times dy, channel by channel: dy [B, oh, ow, C·M] → [kh, kw, C, M]. */
function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, attrs: DepthwiseAttrs): tf.Tensor {
  const { info, taps } = depthwiseTaps(x.shape, attrs.filterShape, attrs);
  const { strideHeight, strideWidth, outHeight, outWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const [, , channels, multiplier] = attrs.filterShape;
  const padded = padOrCrop(padOrCrop(x, 1, top, bottom), 2, left, right);
  const places = x.shape[0] * outHeight * outWidth;
  const slopes = tf.reshape(dy, [places, channels, multiplier]);
  const perTap = taps.map(({ row, column }) => {
    const end = [
      x.shape[0],
      row + (outHeight - 1) * strideHeight + 1,
      column + (outWidth - 1) * strideWidth + 1,
      channels,
    ];
    const seen = tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
    return tf.sum(tf.mul(tf.reshape(seen, [places, channels, 1]), slopes), 0);
  });
  return tf.reshape(tf.stack(perTap), attrs.filterShape);
}

/** What each tap of the filter sends back to the place it read. */
function depthwiseInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, attrs: DepthwiseAttrs): tf.Tensor {
  const { info, taps } = depthwiseTaps(attrs.inputShape, filter.shape, attrs);
  const [batch, height, width, channels] = attrs.inputShape;
  const { top, bottom, left, right } = info.padInfo;
  const multiplier = filter.shape[3];
  const [oh, ow] = [info.outHeight, info.outWidth];
  const slopes = tf.reshape(dy, [batch * oh * ow, channels, multiplier]);
  const weights = tf.unstack(tf.reshape(filter, [taps.length, 1, channels, multiplier]));
  const sent = taps.map(({ row, column }, i) => {
    const perPlace = tf.reshape(tf.sum(tf.mul(slopes, weights[i]!), 2), [batch, oh, ow, channels]);
    const spread = dilate(perPlace as tf.Tensor4D, info.strideHeight, info.strideWidth);
    const rows = padOrCrop(spread, 1, row, top + height + bottom - row - spread.shape[1]);
    return padOrCrop(rows, 2, column, left + width + right - column - spread.shape[2]);
  });
  return padOrCrop(padOrCrop(tf.addN(sent) as tf.Tensor4D, 1, -top, -bottom), 2, -left, -right);
}

/** Σ of the rows of x [N, …] that have the same id, as one matrix product; ids below 0 belong to none. */
function segmentSum(x: tf.Tensor, ids: tf.Tensor1D, segments: number): tf.Tensor {
  const rows = tf.reshape(x, [x.shape[0]!, -1]);
  // As integers, then cast: wasm's oneHot writes zeros where float32 is asked for.
  const member = tf.cast(tf.oneHot(ids, segments, 1, 0, 'int32'), 'float32') as tf.Tensor2D;
  const sums = tf.matMul(tf.transpose(member), tf.cast(rows, 'float32') as tf.Tensor2D);
  return tf.cast(tf.reshape(sums, [segments, ...x.shape.slice(1)]), x.dtype);
}

export const wasmKernels: readonly tf.KernelConfig[] = [
  ...biasKernels('wasm'),
  composed('wasm', 'Conv2DBackpropFilter', ({ x, dy }, { filterShape, strides, pad }) =>
    filterGradient(
      ...([x, dy, filterShape, strides, pad] as [tf.Tensor4D, tf.Tensor4D, Shape4, Strides, Pad]),
    ),
  ),
  composed('wasm', 'Conv2DBackpropInput', ({ dy, filter }, { inputShape, strides, pad }) =>
    inputGradient(
      ...([dy, filter, inputShape, strides, pad] as [
        tf.Tensor4D,
        tf.Tensor4D,
        Shape4,
        [number, number],
        Pad,
      ]),
    ),
  ),
  composed('wasm', 'DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attrs) =>
    depthwiseFilterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, attrs as unknown as DepthwiseAttrs),
  ),
  composed('wasm', 'DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attrs) =>
    depthwiseInputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, attrs as unknown as DepthwiseAttrs),
  ),
  composed('wasm', 'UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) =>
    segmentSum(x!, segmentIds as tf.Tensor1D, numSegments as number),
  ),
  composed('wasm', 'Einsum', (operands, { equation }) =>
    einsumByProducts(equation as string, Object.values(operands)),
  ),
  composed('wasm', 'StatelessRandomNormal', ({ seed }, { shape }) =>
    tf.tensor(
      statelessNormal(tf.engine().readSync(seed!.dataId) as Int32Array, countOf(shape as number[])),
      shape as number[],
    ),
  ),
];
