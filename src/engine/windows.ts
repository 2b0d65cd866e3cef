/**
 * What a convolution or a pool reads, tap by tap, as plain operations: images and volumes [B, …, C] with windows along the
 * axes between. Slower than kernels, and right where a kernel is missing or wrong.
 */
import { tf } from './tf.ts';

/** Of each axis in turn. */
export interface Windows {
  size: number[];
  strides: number[];
  dilations: number[];
  /** Padding. */
  before: number[];
  after: number[];
}

type Info2D = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Info3D = ReturnType<typeof tf.backend_util.computeConv3DInfo>;

export function windowsOf(info: Info2D | Info3D): Windows {
  const { padInfo: pad } = info;
  const plane: Windows = {
    size: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [pad.top, pad.left],
    after: [pad.bottom, pad.right],
  };
  if (!('filterDepth' in info)) return plane;
  return {
    size: [info.filterDepth, ...plane.size],
    strides: [info.strideDepth, ...plane.strides],
    dilations: [info.dilationDepth, ...plane.dilations],
    before: [info.padInfo.front, ...plane.before],
    after: [info.padInfo.back, ...plane.after],
  };
}

type Attrs = Record<string, unknown>;

/** Of a convolution's attributes and shapes, as tfjs's kernels get them. */
export function convolutionWindows(x: number[], filter: number[], attrs: Attrs, depthwise = false): Windows {
  const { strides, pad, dimRoundingMode } = attrs;
  const dilations = attrs.dilations ?? 1;
  const { computeConv2DInfo, computeConv3DInfo } = tf.backend_util;
  type Given2D = Parameters<typeof computeConv2DInfo>;
  type Given3D = Parameters<typeof computeConv3DInfo>;
  if (x.length === 5)
    return windowsOf(computeConv3DInfo(...([x, filter, strides, dilations, pad] as unknown as Given3D)));
  const given = [x, filter, strides, dilations, pad, dimRoundingMode, depthwise] as unknown as Given2D;
  return windowsOf(computeConv2DInfo(...given));
}

/** Of a pool's attributes. */
export function poolWindows(x: number[], attrs: Attrs): Windows {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  const given = [x, filterSize, strides, 1, pad, dimRoundingMode] as unknown;
  return windowsOf(
    x.length === 5
      ? computePool3DInfo(...(given as Parameters<typeof computePool3DInfo>))
      : computePool2DInfo(...(given as Parameters<typeof computePool2DInfo>)),
  );
}

/** Where each tap begins in the padded image, the last axis fastest. */
function taps({ size, dilations }: Windows): number[][] {
  return size.reduce<number[][]>(
    (starts, count, axis) =>
      starts.flatMap((start) => Array.from({ length: count }, (_, i) => [...start, i * dilations[axis]!])),
    [[]],
  );
}

/** Zeros between the elements of an axis, and after the last. */
export function spread(x: tf.Tensor, axis: number, stride: number): tf.Tensor {
  if (stride === 1) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const size = x.shape[axis]!;
  const apart = tf.reshape(x, [tf.util.sizeFromShape(before) * size, 1, tf.util.sizeFromShape(after)]);
  const none: [number, number] = [0, 0];
  return tf.reshape(tf.pad(apart, [none, [0, stride - 1], none]), [...before, size * stride, ...after]);
}

/** `fill` around the axes between the first and the last, or elements taken off where a count is negative. */
export function padOrCrop(x: tf.Tensor, before: number[], after: number[], fill = 0): tf.Tensor {
  const off = (counts: number[]) => [0, ...counts.map((count) => Math.max(0, -count)), 0];
  const on = (counts: number[]) => [0, ...counts.map((count) => Math.max(0, count)), 0];
  const begin = off(before);
  const size = x.shape.map((n, axis) => n - begin[axis]! - off(after)[axis]!);
  const paddings = x.shape.map((_, axis): [number, number] => [on(before)[axis]!, on(after)[axis]!]);
  return tf.pad(tf.slice(x, begin, size), paddings, fill);
}

/** What every tap reads of x, [B, out…, C] each; `fill` is read outside of it. */
export function seen(x: tf.Tensor, windows: Windows, fill = 0): tf.Tensor[] {
  const padded = padOrCrop(x, windows.before, windows.after, fill);
  const out = resultSize(x.shape, windows);
  const { strides } = windows;
  return taps(windows).map((start) => {
    const end = start.map((at, axis) => at + (out[axis]! - 1) * strides[axis]! + 1);
    return tf.stridedSlice(
      padded,
      [0, ...start, 0],
      [x.shape[0]!, ...end, x.shape.at(-1)!],
      [1, ...strides, 1],
    );
  });
}

/** The other way round: Σ of what every tap sends back, into zeros of this shape. */
export function sentBack(parts: readonly tf.Tensor[], shape: readonly number[], windows: Windows): tf.Tensor {
  const { strides, before, after } = windows;
  const padded = shape.slice(1, -1).map((size, axis) => before[axis]! + size + after[axis]!);
  const placed = taps(windows).map((start, tap) => {
    const wide = strides.reduce((x, stride, axis) => spread(x, axis + 1, stride), parts[tap]!);
    const rest = start.map((at, axis) => padded[axis]! - at - wide.shape[axis + 1]!);
    return padOrCrop(wide, start, rest);
  });
  const negative = (counts: number[]) => counts.map((count) => -count);
  return padOrCrop(tf.addN(placed), negative(before), negative(after));
}

/** How many windows there are along each axis. */
function resultSize(shape: readonly number[], { size, strides, dilations, before, after }: Windows) {
  return size.map((count, axis) => {
    const whole = before[axis]! + shape[axis + 1]! + after[axis]!;
    return Math.floor((whole - (count - 1) * dilations[axis]! - 1) / strides[axis]!) + 1;
  });
}

/** Of each place in `parts` the first that is greatest: 1 there and 0 elsewhere, [K, …]. */
export function firstGreatest(parts: readonly tf.Tensor[]): tf.Tensor {
  const whole = tf.stack([...parts]);
  const first = tf.argMax(whole, 0);
  const places = tf.reshape(tf.range(0, parts.length, 1, 'int32'), [-1, ...first.shape.map(() => 1)]);
  return tf.cast(tf.equal(tf.expandDims(first, 0), places), 'float32');
}

/** The slope of a depthwise convolution to its filter: dy [B, oh, ow, C·M] → [kh, kw, C, M]. */
export function depthwiseFilterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  filterShape: number[],
  windows: Windows,
) {
  const [channels, multiplier] = filterShape.slice(-2) as [number, number];
  const slopes = tf.reshape(dy, [-1, channels, multiplier]);
  const perTap = seen(x, windows).map((part) =>
    tf.sum(tf.mul(tf.reshape(part, [-1, channels, 1]), slopes), 0),
  );
  return tf.reshape(tf.stack(perTap), filterShape);
}

/** And to its image. */
export function depthwiseInputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  inputShape: number[],
  windows: Windows,
) {
  const [channels, multiplier] = filter.shape.slice(-2) as [number, number];
  const slopes = tf.reshape(dy, [-1, channels, multiplier]);
  const parts = tf
    .unstack(tf.reshape(filter, [-1, 1, channels, multiplier]))
    .map((tap) => tf.reshape(tf.sum(tf.mul(slopes, tap), 2), [...dy.shape.slice(0, -1), channels]));
  return sentBack(parts, inputShape, windows);
}
