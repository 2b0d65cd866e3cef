import { inChains, silu, tf, timestepEmbedding } from '../engine/index.ts';
import { checkOptions, listOf, oneOf, anyOf, whole } from '../options/index.ts';
import { conv, linear, norm, residual, spatialAttention, type Layer } from './layers.ts';
import { initialParams, type Denoiser, type Params } from './model.ts';

export interface UnetConfig {
  /** Height and width of an image; each level but the lowest halves it. */
  readonly size: number;
  /** Colours in and out. */
  readonly channels: number;
  /** Width of each level, highest resolution first. */
  readonly widths: readonly number[];
  /** Residual blocks a level on the way down; one more on the way up. */
  readonly blocks: number;
  /** Groups of every group normalisation. */
  readonly groups: number;
  /** Channels of one attention head; null for a single head over all channels. */
  readonly headSize: number | null;
}

/** About 1.6 million parameters: the digits network of the workbook. */
export const digitsUnet: UnetConfig = {
  size: 28,
  channels: 1,
  widths: [32, 64, 64],
  blocks: 2,
  groups: 8,
  headSize: null,
};

type Residual = Layer<[x: tf.Tensor4D, time: tf.Tensor2D]>;
type Plain = Layer<[x: tf.Tensor4D]>;
interface Block {
  readonly residual: Residual;
  readonly attention?: Plain;
}

/**
 * The noise-predicting U-Net of Ho et al. 2020 (arXiv:2006.11239, appendix B), with attention at the lowest level.
 *
 * Numerically the `UNet2DModel` of diffusers with blocks DownBlock2D …, AttnDownBlock2D and their mirror, and the same
 * parameter names, so weights travel both ways. `apply(params, x, t)`: x [B, size, size, channels], t [B] → the shape of x.
 *
 * @throws OptionError for an unknown option or value; Error when a width is not a multiple of `groups` (or of `headSize` at the lowest level), or the size cannot be halved
 */
export function unet(config: Partial<UnetConfig> = {}): Denoiser<UnetConfig> {
  const full = { ...digitsUnet, ...given(config) };
  check(full);
  const { size, channels, widths, blocks, groups, headSize } = full;
  const lowest = widths.length - 1;
  const timeSize = 4 * widths[0];
  const bottom = widths[lowest];
  const heads = headSize === null ? 1 : bottom / headSize;

  const block = (name: string, i: number, from: number, level: number): Block => ({
    residual: residual(`${name}.resnets.${i}`, from, widths[level], { groups, timeSize }),
    attention:
      level === lowest
        ? spatialAttention(`${name}.attentions.${i}`, widths[level], { groups, heads })
        : undefined,
  });

  const time1 = linear('time_embedding.linear_1', widths[0], timeSize);
  const time2 = linear('time_embedding.linear_2', timeSize, timeSize);
  const convIn = conv('conv_in', channels, widths[0]);
  const skips = [widths[0]];
  const down = widths.map((width, level) => {
    const name = `down_blocks.${level}`;
    const list = Array.from({ length: blocks }, (_, i) =>
      block(name, i, i === 0 ? widths[Math.max(0, level - 1)] : width, level),
    );
    skips.push(...list.map(() => width));
    if (level < lowest) skips.push(width);
    const resize =
      level < lowest ? conv(`${name}.downsamplers.0.conv`, width, width, { stride: 2 }) : undefined;
    return { blocks: list, resize };
  });
  const middle = [
    residual('mid_block.resnets.0', bottom, bottom, { groups, timeSize }),
    residual('mid_block.resnets.1', bottom, bottom, { groups, timeSize }),
  ];
  const middleAttention = spatialAttention('mid_block.attentions.0', bottom, { groups, heads });
  let width = bottom;
  const up = widths.map((_, i) => {
    const level = lowest - i;
    const name = `up_blocks.${i}`;
    const list = Array.from({ length: blocks + 1 }, (_, j) => {
      const made = block(name, j, width + skips.pop()!, level);
      width = widths[level];
      return made;
    });
    const resize =
      level > 0 ? conv(`${name}.upsamplers.0.conv`, width, width, { upsample: true }) : undefined;
    return { blocks: list, resize };
  });
  const normOut = norm('conv_norm_out', widths[0], { groups, silu: true });
  const convOut = conv('conv_out', widths[0], channels);

  const levelParts = ({ blocks, resize }: (typeof down)[number]) => [
    ...blocks.flatMap((b) => [b.residual, ...(b.attention ? [b.attention] : [])]),
    ...(resize ? [resize] : []),
  ];
  const parts = [
    ...[time1, time2, convIn, ...down.flatMap(levelParts)],
    ...[middle[0], middleAttention, middle[1]],
    ...[...up.flatMap(levelParts), normOut, convOut],
  ];
  const parameters = parts.flatMap((part) => part.parameters);

  const forward = (p: Params, x: tf.Tensor4D, t: tf.Tensor1D): tf.Tensor4D => {
    // The embedding enters every residual block through a SiLU of its own in diffusers; it is the same one each time.
    const angles = timestepEmbedding(t, widths[0], { cosFirst: true });
    const time = silu(time2.apply(p, silu(time1.apply(p, angles)))) as tf.Tensor2D;
    const run = (b: Block, h: tf.Tensor4D): tf.Tensor4D => {
      const y = b.residual.apply(p, h, time);
      return b.attention ? b.attention.apply(p, y) : y;
    };
    let h = convIn.apply(p, x);
    const stack = [h];
    for (const level of down) {
      for (const b of level.blocks) stack.push((h = run(b, h)));
      if (level.resize) stack.push((h = level.resize.apply(p, h)));
    }
    h = middle[0].apply(p, h, time);
    h = middleAttention.apply(p, h);
    h = middle[1].apply(p, h, time);
    for (const level of up) {
      for (const b of level.blocks) h = run(b, tf.concat([h, stack.pop()!], 3));
      if (level.resize) h = level.resize.apply(p, h);
    }
    return convOut.apply(p, normOut.apply(p, h));
  };

  return {
    kind: 'unet',
    config: full,
    parameters,
    init: (key) => initialParams({ parameters }, key),
    apply(p, x, t) {
      if (x.shape[1] !== size || x.shape[2] !== size || x.shape[3] !== channels) {
        throw new Error(
          `unet: images of [${x.shape.slice(1).join(', ')}], expected [${size}, ${size}, ${channels}]`,
        );
      }
      return inChains((images, times) => forward(p, images, times), x, t);
    },
  };
}

const positive = whole({ min: 1 });

/** The options that were given. @throws OptionError for an unknown one or another value */
function given(config: Partial<UnetConfig>): Partial<UnetConfig> {
  checkOptions<Partial<UnetConfig>>('unet', config, {
    size: positive,
    channels: positive,
    widths: listOf(positive),
    blocks: positive,
    groups: positive,
    headSize: anyOf(positive, oneOf(null)),
  });
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function check({ size, widths, groups, headSize }: UnetConfig): void {
  if (widths.length === 0) throw new Error('unet: no widths, expected one a level, highest resolution first');
  const halvings = 2 ** (widths.length - 1);
  if (size % halvings !== 0) {
    throw new Error(`unet: size ${size}, expected a multiple of ${halvings} for ${widths.length} levels`);
  }
  const odd = widths.find((width) => width % groups !== 0);
  if (odd !== undefined) throw new Error(`unet: width ${odd}, expected a multiple of groups = ${groups}`);
  const bottom = widths[widths.length - 1];
  if (headSize !== null && bottom % headSize !== 0) {
    throw new Error(`unet: lowest width ${bottom}, expected a multiple of headSize = ${headSize}`);
  }
}
