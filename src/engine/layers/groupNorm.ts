/**
 * Group normalization (Wu & He 2018) with SiLU and a per-channel shift, forward and backward each in two or three loops.
 *
 * tfjs would run it as a dozen operations over the whole image and differentiate each. Here the forward pass is two sums
 * over the image and one elementwise expression of per-channel numbers, and so is the backward pass.
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
  const layer = differentiable({ groups, silu, epsilon });
  return layer(x, scale, shift, ...(timeShift ? [timeShift] : [])) as tf.Tensor4D;
}

/**
 * Sums and elementwise expressions are fused apart: given both, XLA computes the expression anew within each sum, one
 * number at a time, which takes three times as long. What is per channel is left to TensorFlow: XLA would spend seconds
 * compiling it.
 *
 * With z = x + timeShift, d = x − near is z's distance from the group's value at the first pixel and `mean` the mean of d,
 * so that the variance as E[d²] − E[d]² is as exact where z's mean is far from zero, unless that pixel is itself many
 * deviations away.
 */
function differentiable({ groups, silu, epsilon }: { groups: number; silu: boolean; epsilon: number }) {
  return tf.customGrad((...inputs) => {
    const save = inputs.pop() as tf.GradSaveFunc;
    const [x, scale, shift, timeShift] = inputs as [tf.Tensor4D, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    const { near, total, mean, rstd } = statistics(x, groups, epsilon, timeShift);
    const gain = tf.mul(rstd, byGroup(scale, groups));
    const offset = tf.sub(byGroup(shift, groups), tf.mul(mean, gain));
    const line = [near, perPixel(gain), perPixel(offset)] as const;
    const [y] = silu ? normalizeSilu(x, ...line) : normalize(x, ...line);
    save([x, scale, ...line, total, mean, rstd]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, scale, near, gain, offset, total, mean, rstd] = saved as Saved;
      const dz = silu ? siluGradient(dy, x, near, gain, offset)[0]! : dy;
      // Σ dz and Σ dz·x̂ over the pixels, with x̂ = (d − mean)·rstd
      const [sum, sumD] = gradientSums(dz, x, near).map((v) => byGroup(v, groups)) as [tf.Tensor, tf.Tensor];
      const sumUnit = tf.mul(tf.sub(sumD, tf.mul(mean, sum)), rstd);
      // With g = dz·scale: dx = rstd·(g − E[g] − x̂·E[g·x̂]), expectations over a group, is a·dz + p·d + q.
      const gamma = byGroup(scale, groups);
      const n = x.size / x.shape[0] / groups;
      const meanOver = (perChannel: tf.Tensor) => tf.mul(tf.sum(tf.mul(perChannel, gamma), 2, true), 1 / n); // [B, G, 1]
      const p = tf.neg(tf.mul(tf.square(rstd), meanOver(sumUnit)));
      const q = tf.neg(tf.add(tf.mul(rstd, meanOver(sum)), tf.mul(mean, p)));
      const a = tf.mul(rstd, gamma); // [B, G, C/G]
      const spread = (perGroup: tf.Tensor) => tf.mul(perGroup, tf.onesLike(gamma));
      const [dx] = inputGradient(dz, x, near, perPixel(a), perPixel(spread(p)), perPixel(spread(q)));
      const perChannel = (v: tf.Tensor) => tf.reshape(tf.sum(v, 0), scale.shape);
      const results = [dx!, perChannel(sumUnit), perChannel(sum)];
      if (!timeShift) return results;
      const pixelCount = x.shape[1] * x.shape[2];
      const sumOfDx = tf.add(tf.add(tf.mul(a, sum), tf.mul(p, total)), tf.mul(q, pixelCount));
      return [...results, tf.reshape(sumOfDx, [x.shape[0], x.shape[3]])];
    };
    return { value: y!, gradFunc };
  });
}

type Saved = [tf.Tensor4D, ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]];

/** [C] or [B, C] → [1 or B, G, C/G]: what is per group broadcasts to it as [B, G, 1]. */
const byGroup = (v: tf.Tensor, groups: number): tf.Tensor =>
  tf.reshape(v, [v.rank === 1 ? 1 : v.shape[0]!, groups, v.shape[v.rank - 1]! / groups]);

/** [B, G, C/G] → [B, 1, C]. */
const perPixel = (v: tf.Tensor): tf.Tensor => tf.reshape(v, [v.shape[0]!, 1, v.shape[1]! * v.shape[2]!]);

/** [B, H, W, C] → [B, H·W, C]. */
const pixels = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, -1, x.shape[3]!]);

/** near [B, 1, C], the sum of d by channel, total [B, G, C/G], its mean and 1/standard deviation by group, [B, G, 1]. */
function statistics(x: tf.Tensor4D, groups: number, epsilon: number, timeShift?: tf.Tensor) {
  const [batch, height, width, channels] = x.shape;
  const first = byGroup(tf.reshape(tf.slice(x, 0, [batch, 1, 1, channels]), [batch, channels]), groups);
  const added = timeShift ? byGroup(timeShift, groups) : tf.zerosLike(first);
  const origin = tf.mean(tf.add(first, added), 2, true);
  const near = perPixel(tf.sub(origin, added));
  const [total, squares] = sums(x, near).map((v) => byGroup(v, groups)) as [tf.Tensor, tf.Tensor];
  const meanOver = (v: tf.Tensor) => tf.mul(tf.mean(v, 2, true), 1 / (height * width));
  const mean = meanOver(total);
  const variance = tf.sub(meanOver(squares), tf.square(mean));
  return { near, total, mean, rstd: tf.rsqrt(tf.add(variance, epsilon)) };
}

/** Σ d and Σ d² over the pixels, d = x − near: [B, C]. */
const sums = fuse('groupNormSums', (x: tf.Tensor, near: tf.Tensor) => {
  const d = tf.sub(pixels(x), near);
  return [tf.sum(d, 1), tf.sum(tf.square(d), 1)];
});

/** d·gain + offset, with d = x − near. */
const affine = (x: tf.Tensor, near: tf.Tensor, gain: tf.Tensor, offset: tf.Tensor): tf.Tensor =>
  tf.reshape(tf.add(tf.mul(tf.sub(pixels(x), near), gain), offset), x.shape);

const normalize = fuse('groupNorm', (...args: Parameters<typeof affine>) => [affine(...args)], {
  activations: true,
});

const normalizeSilu = fuse(
  'groupNormSilu',
  (...args: Parameters<typeof affine>) => {
    const normal = affine(...args);
    return [tf.mul(normal, tf.sigmoid(normal))];
  },
  { activations: true },
);

/** dy → dz, the gradient to what SiLU was given. */
const siluGradient = fuse('groupNormSiluGradient', (dy: tf.Tensor, ...args: Parameters<typeof affine>) => [
  tf.mul(dy, siluSlope(affine(...args))),
]);

/** Σ dz and Σ dz·d over the pixels: [B, C]. */
const gradientSums = fuse('groupNormGradientSums', (dz: tf.Tensor, x: tf.Tensor, near: tf.Tensor) => {
  const [g, d] = [pixels(dz), tf.sub(pixels(x), near)];
  return [tf.sum(g, 1), tf.sum(tf.mul(g, d), 1)];
});

/** dx = a·dz + p·d + q. */
const inputGradient = fuse(
  'groupNormInputGradient',
  (dz: tf.Tensor, x: tf.Tensor, near: tf.Tensor, a: tf.Tensor, p: tf.Tensor, q: tf.Tensor) => {
    const dx = tf.add(tf.add(tf.mul(pixels(dz), a), tf.mul(tf.sub(pixels(x), near), p)), q);
    return [tf.reshape(dx, x.shape)];
  },
  { activations: true },
);
