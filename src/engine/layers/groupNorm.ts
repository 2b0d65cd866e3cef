/**
 * Group normalization (Wu & He 2018) with SiLU and a per-channel shift, forward and backward each as one fused loop.
 *
 * tfjs would run it as a dozen operations over the whole image and differentiate each; here the forward pass is two
 * sums over the image and one elementwise expression, and so is the backward pass.
 */
import { fuse } from '../fuse.ts';
import { tf } from '../tf.ts';
import { siluSlope } from './activation.ts';
import { expectRank, expectShape } from './shapes.ts';

export interface GroupNormOptions {
  /** Multiplier per channel, [C]. */
  scale: tf.Tensor1D;
  /** Added per channel, [C]. */
  shift: tf.Tensor1D;
  groups: number;
  /** Follow with x·σ(x). Default true. */
  silu?: boolean;
  /** Added to x before normalization, per sample and channel, [B, C]: how a time embedding enters. */
  timeShift?: tf.Tensor2D;
  /** Added to the variance. Default 1e-5 (PyTorch's). */
  epsilon?: number;
}

/**
 * silu(normalize(x + timeShift)·scale + shift): x [B, H, W, C] → the same shape. Each group of C/groups channels of a
 * sample is normalized to mean 0 and variance 1 over its pixels.
 * @throws when the channels do not divide into the groups, or a shape does not fit.
 */
export function groupNormSilu(x: tf.Tensor4D, options: GroupNormOptions): tf.Tensor4D {
  const { scale, shift, groups, timeShift, silu = true, epsilon = 1e-5 } = options;
  expectRank('groupNormSilu', 'x', x, 4);
  const [batch, , , channels] = x.shape;
  if (channels % groups !== 0) {
    throw new RangeError(`groupNormSilu: ${channels} channels do not divide into ${groups} groups`);
  }
  expectShape('groupNormSilu', 'scale', scale, [channels]);
  expectShape('groupNormSilu', 'shift', shift, [channels]);
  if (timeShift) expectShape('groupNormSilu', 'timeShift', timeShift, [batch, channels]);
  const layer = layerFor({ groups, silu, epsilon, shifted: timeShift !== undefined });
  return layer(x, scale, shift, ...(timeShift ? [timeShift] : [])) as tf.Tensor4D;
}

interface Variant {
  groups: number;
  silu: boolean;
  epsilon: number;
  shifted: boolean;
}

const layers = new Map<string, (...args: tf.Tensor[]) => tf.Tensor>();

/** One differentiable layer for each variant, made once, as its fused functions are cached by shapes inside. */
function layerFor(variant: Variant): (...args: tf.Tensor[]) => tf.Tensor {
  const key = JSON.stringify(variant);
  const layer = layers.get(key) ?? makeLayer(variant);
  layers.set(key, layer);
  return layer;
}

function makeLayer(variant: Variant): (...args: tf.Tensor[]) => tf.Tensor {
  const forward = fuse('groupNorm', forwardOf(variant));
  const backward = fuse('groupNormGradient', backwardOf(variant));
  return tf.customGrad((...inputs) => {
    const save = inputs.pop() as tf.GradSaveFunc;
    const [x, scale, shift, ...rest] = inputs as tf.Tensor[];
    const [y, mean, rstd] = forward(x!, scale!, shift!, ...rest);
    save([x!, scale!, shift!, mean!, rstd!, ...rest]);
    return { value: y!, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, ...saved) };
  });
}

/** [B, C] → the sum over each group's channels, [B, G, 1]. */
const foldGroups = (perChannel: tf.Tensor, groups: number): tf.Tensor =>
  tf.sum(tf.reshape(perChannel, [perChannel.shape[0]!, groups, -1]), 2, true);

/** [B, G, 1] → each channel's group value, [B, 1, C]. */
const spreadGroups = (perGroup: tf.Tensor, channels: number): tf.Tensor => {
  const [batch, groups] = perGroup.shape as [number, number, 1];
  return tf.reshape(tf.mul(perGroup, tf.ones([1, 1, channels / groups])), [batch, 1, channels]);
};

/** x + timeShift as [B, H·W, C]. */
function pixels(x: tf.Tensor, timeShift?: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const z = tf.reshape(x, [batch, height * width, channels]);
  return timeShift ? tf.add(z, tf.reshape(timeShift, [batch, 1, channels])) : z;
}

/** (x, scale, shift, timeShift?) → y, mean [B, G, 1], 1/standard deviation [B, G, 1]. */
const forwardOf =
  ({ groups, silu, epsilon }: Variant) =>
  (...args: tf.Tensor[]): tf.Tensor[] => {
    const [x, scale, shift, timeShift] = args;
    const z = pixels(x!, timeShift);
    const [batch, count, channels] = z.shape as [number, number, number];
    const n = (count * channels) / groups;
    // The variance as E[d²] − E[d]², with d the distance from one pixel: exact even where the mean is far from zero.
    const first = tf.reshape(tf.slice(z, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
    const origin = tf.mul(foldGroups(first, groups), groups / channels);
    const d = tf.sub(z, spreadGroups(origin, channels));
    const meanD = tf.mul(foldGroups(tf.sum(d, 1), groups), 1 / n);
    const meanSquare = tf.mul(foldGroups(tf.sum(tf.mul(d, d), 1), groups), 1 / n);
    const rstd = tf.rsqrt(tf.add(tf.sub(meanSquare, tf.mul(meanD, meanD)), epsilon));
    const gain = tf.mul(spreadGroups(rstd, channels), tf.reshape(scale!, [1, 1, channels]));
    const offset = tf.sub(tf.reshape(shift!, [1, 1, channels]), tf.mul(spreadGroups(meanD, channels), gain));
    const normal = tf.add(tf.mul(d, gain), offset);
    const y = silu ? tf.mul(normal, tf.sigmoid(normal)) : normal;
    return [tf.reshape(y, x!.shape), tf.add(origin, meanD), rstd];
  };

/**
 * (dy, x, scale, shift, mean, rstd, timeShift?) → dx, dscale, dshift, dtimeShift?.
 * With x̂ = (x − mean)·rstd and g = dz·scale: dx = rstd·(g − E[g] − x̂·E[g·x̂]), expectations over a group.
 */
const backwardOf =
  ({ groups, silu, shifted }: Variant) =>
  (...args: tf.Tensor[]): tf.Tensor[] => {
    const [dy, x, scale, shift, mean, rstd, timeShift] = args;
    const z = pixels(x!, timeShift);
    const [batch, count, channels] = z.shape as [number, number, number];
    const n = (count * channels) / groups;
    const inverse = spreadGroups(rstd!, channels); // [B, 1, C]
    const gamma = tf.reshape(scale!, [1, 1, channels]);
    const unit = tf.mul(tf.sub(z, spreadGroups(mean!, channels)), inverse); // x̂
    let dz = tf.reshape(dy!, z.shape);
    if (silu) dz = tf.mul(dz, siluSlope(tf.add(tf.mul(unit, gamma), tf.reshape(shift!, [1, 1, channels]))));
    const sum = tf.sum(dz, 1); // [B, C]
    const sumUnit = tf.sum(tf.mul(dz, unit), 1);
    const perGroup = (v: tf.Tensor) => tf.mul(foldGroups(tf.mul(v, scale!), groups), 1 / n);
    const meanG = spreadGroups(perGroup(sum), channels);
    const meanGUnit = spreadGroups(perGroup(sumUnit), channels);
    const dx = tf.mul(inverse, tf.sub(tf.sub(tf.mul(dz, gamma), meanG), tf.mul(unit, meanGUnit)));
    const results = [tf.reshape(dx, x!.shape), tf.sum(sumUnit, 0), tf.sum(sum, 0)];

    return shifted ? [...results, tf.reshape(tf.sum(dx, 1), [batch, channels])] : results;
  };
