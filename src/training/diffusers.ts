import type { UnetConfig } from '../models/index.ts';
import { anyOf, listOf, oneOf, shown, whole, type Kind } from '../options/index.ts';

/** The `config.json` with which `diffusers.UNet2DModel.from_pretrained` builds the same network. */
export function toDiffusersConfig({ size, channels, widths, blocks, groups, headSize }: UnetConfig) {
  const lowest = widths.length - 1;
  const kinds = (name: string) =>
    widths.map((_, i) => (i === lowest ? `Attn${name}Block2D` : `${name}Block2D`));
  return {
    _class_name: 'UNet2DModel',
    sample_size: size,
    in_channels: channels,
    out_channels: channels,
    block_out_channels: widths,
    layers_per_block: blocks,
    norm_num_groups: groups,
    norm_eps: 1e-5,
    attention_head_dim: headSize,
    down_block_types: kinds('Down'),
    up_block_types: kinds('Up').reverse(),
    act_fn: 'silu',
    time_embedding_type: 'positional',
    flip_sin_to_cos: true,
    freq_shift: 0,
    downsample_padding: 1,
    downsample_type: 'conv',
    upsample_type: 'conv',
    mid_block_type: 'UNetMidBlock2D',
    mid_block_scale_factor: 1,
    resnet_time_scale_shift: 'default',
    add_attention: true,
    attn_norm_num_groups: null,
    center_input_sample: false,
    class_embed_type: null,
    num_class_embeds: null,
    time_embedding_dim: null,
  };
}

const positive = whole({ min: 1 });

/** What this U-Net reads of a config, and what each may be. */
const kinds: Readonly<Record<string, Kind>> = {
  sample_size: { ...positive, expected: 'a whole number, 1 or more: the one size of square images' },
  in_channels: positive,
  block_out_channels: listOf(positive, { min: 1 }),
  layers_per_block: positive,
  norm_num_groups: positive,
  attention_head_dim: anyOf(positive, oneOf(null)),
};
/** Those that diffusers itself gives where they are left out. */
const fallbacks: Readonly<Record<string, unknown>> = {
  layers_per_block: 2,
  norm_num_groups: 32,
  attention_head_dim: 8,
};

/**
 * The network that a diffusers `config.json` describes.
 *
 * @throws Error naming the file, and the first setting that this U-Net does not have
 */
export function fromDiffusersConfig(config: unknown, file: string): UnetConfig {
  const found = (typeof config === 'object' && config !== null ? config : {}) as Record<string, unknown>;
  const { _class_name: network } = found;
  if (network !== 'UNet2DModel' && (network !== undefined || found.block_out_channels === undefined))
    throw new Error(
      `${file}: describes ${JSON.stringify(network ?? null)}, expected a UNet2DModel of diffusers`,
    );
  const read = (key: string): unknown => {
    const value = found[key] === undefined ? fallbacks[key] : found[key];
    if (kinds[key].accepts(value)) return value;
    throw new Error(`${file}: ${key} is ${shown(value)}, expected ${kinds[key].expected}`);
  };
  const unet = {
    size: read('sample_size'),
    channels: read('in_channels'),
    widths: read('block_out_channels'),
    blocks: read('layers_per_block'),
    groups: read('norm_num_groups'),
    headSize: read('attention_head_dim'),
  } as UnetConfig;
  for (const [key, expected] of Object.entries(toDiffusersConfig(unet))) {
    if (found[key] !== undefined && JSON.stringify(found[key]) !== JSON.stringify(expected)) {
      throw new Error(
        `${file}: ${key} is ${JSON.stringify(found[key])}, but this U-Net has ${JSON.stringify(expected)}`,
      );
    }
  }
  return unet;
}
