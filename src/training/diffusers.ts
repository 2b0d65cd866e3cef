import type { UnetConfig } from '../models/index.ts';

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

/**
 * The network that a diffusers `config.json` describes.
 *
 * @throws Error naming the first setting that this U-Net does not have
 */
export function fromDiffusersConfig(config: Record<string, unknown>, file: string): UnetConfig {
  const { _class_name: network, block_out_channels: widths } = config;
  if ((network !== undefined && network !== 'UNet2DModel') || !Array.isArray(widths)) {
    throw new Error(
      `${file}: describes ${JSON.stringify(network ?? null)}, expected a UNet2DModel of diffusers`,
    );
  }
  const unet: UnetConfig = {
    size: config.sample_size as number,
    channels: config.in_channels as number,
    widths: widths as number[],
    blocks: (config.layers_per_block as number | undefined) ?? 2,
    groups: (config.norm_num_groups as number | undefined) ?? 32,
    headSize: config.attention_head_dim === undefined ? 8 : (config.attention_head_dim as number | null),
  };
  for (const [key, expected] of Object.entries(toDiffusersConfig(unet))) {
    const found = config[key];
    if (found !== undefined && JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new Error(
        `${file}: ${key} is ${JSON.stringify(found)}, but this U-Net has ${JSON.stringify(expected)}`,
      );
    }
  }
  return unet;
}
