import { attention, conv2d, dense, groupNormSilu, upsampleConv2d, type tf } from '../engine/index.ts';
import type { Params, ParameterSpec } from './model.ts';

/** A piece of a network: the parameters it needs and the function that uses them. */
export interface Layer<Inputs extends readonly unknown[]> {
  readonly parameters: readonly ParameterSpec[];
  apply(params: Params, ...inputs: Inputs): tf.Tensor4D;
}

const vector = (name: string, n: number, centre: number, bound = 0): ParameterSpec => ({
  name,
  shape: [n],
  layout: 'vector',
  centre,
  bound,
});

/** PyTorch's default for weights and biases alike: uniform within ±1/√(inputs of one output). */
const bound = (fanIn: number): number => 1 / Math.sqrt(fanIn);

/** [B, H, W, from] → [B, H/stride, W/stride, to]; with `upsample` (3×3, stride 1) [B, 2H, 2W, to]. */
export function conv(
  name: string,
  from: number,
  to: number,
  { size = 3, stride = 1, upsample = false }: { size?: number; stride?: number; upsample?: boolean } = {},
): Layer<[x: tf.Tensor4D]> {
  const spread = bound(size * size * from);
  return {
    parameters: [
      { name: `${name}.weight`, shape: [size, size, from, to], layout: 'conv', centre: 0, bound: spread },
      vector(`${name}.bias`, to, 0, spread),
    ],
    // PyTorch pads all sides alike; at stride 2 TensorFlow's 'same' would pad right and bottom only.
    apply: (p, x) => {
      const [w, b] = [p[`${name}.weight`] as tf.Tensor4D, p[`${name}.bias`] as tf.Tensor1D];
      return upsample ? upsampleConv2d(x, w, b) : conv2d(x, w, b, { stride, padding: (size - 1) / 2 });
    },
  };
}

/** A dense layer on the last axis: [..., from] → [..., to]. */
export function linear(name: string, from: number, to: number) {
  const spread = bound(from);
  const parameters: ParameterSpec[] = [
    { name: `${name}.weight`, shape: [from, to], layout: 'dense', centre: 0, bound: spread },
    vector(`${name}.bias`, to, 0, spread),
  ];
  const apply = (p: Params, x: tf.Tensor): tf.Tensor =>
    dense(x, p[`${name}.weight`] as tf.Tensor2D, p[`${name}.bias`] as tf.Tensor1D);
  return { parameters, apply };
}

/** Group normalisation, then SiLU if asked; `timeShift` [B, C] is added to x before. */
export function norm(
  name: string,
  channels: number,
  { groups, silu }: { groups: number; silu: boolean },
): Layer<[x: tf.Tensor4D, timeShift?: tf.Tensor2D]> {
  return {
    parameters: [vector(`${name}.weight`, channels, 1), vector(`${name}.bias`, channels, 0)],
    apply: (p, x, timeShift) =>
      groupNormSilu(x, {
        scale: p[`${name}.weight`] as tf.Tensor1D,
        shift: p[`${name}.bias`] as tf.Tensor1D,
        groups,
        silu,
        timeShift,
      }),
  };
}

/** One residual block, moved by the time embedding: x + conv(silu(norm(conv(silu(norm(x))) + time))). */
export function residual(
  name: string,
  from: number,
  to: number,
  { groups, timeSize }: { groups: number; timeSize: number },
): Layer<[x: tf.Tensor4D, time: tf.Tensor2D]> {
  const norm1 = norm(`${name}.norm1`, from, { groups, silu: true });
  const conv1 = conv(`${name}.conv1`, from, to);
  const timeShift = linear(`${name}.time_emb_proj`, timeSize, to);
  const norm2 = norm(`${name}.norm2`, to, { groups, silu: true });
  const conv2 = conv(`${name}.conv2`, to, to);
  const shortcut = from === to ? undefined : conv(`${name}.conv_shortcut`, from, to, { size: 1 });
  const parts = [norm1, conv1, timeShift, norm2, conv2, ...(shortcut ? [shortcut] : [])];
  return {
    parameters: parts.flatMap((part) => part.parameters),
    apply(p, x, time) {
      const h = conv1.apply(p, norm1.apply(p, x));
      const inner = conv2.apply(p, norm2.apply(p, h, timeShift.apply(p, time) as tf.Tensor2D));
      return inner.add(shortcut ? shortcut.apply(p, x) : x);
    },
  };
}

/** Self-attention over the H·W places of an image, added to it. */
export function spatialAttention(
  name: string,
  channels: number,
  { groups, heads }: { groups: number; heads: number },
): Layer<[x: tf.Tensor4D]> {
  const groupNorm = norm(`${name}.group_norm`, channels, { groups, silu: false });
  const [q, k, v, out] = ['to_q', 'to_k', 'to_v', 'to_out.0'].map((part) =>
    linear(`${name}.${part}`, channels, channels),
  );
  return {
    parameters: [groupNorm, q, k, v, out].flatMap((part) => part.parameters),
    apply(p, x) {
      const [b, h, w, c] = x.shape;
      const places = groupNorm.apply(p, x).reshape([b, h * w, c]);
      const [queries, keys, values] = [q, k, v].map((part) => part.apply(p, places) as tf.Tensor3D);
      const mixed = attention(queries, keys, values, { heads });
      return x.add(out.apply(p, mixed).reshape([b, h, w, c]));
    },
  };
}
