import { inChains, type tf } from '../engine/index.ts';
import { checkOptions, whole } from '../options/index.ts';
import { conv, linear, norm } from './layers.ts';
import { initialParams, type Model } from './model.ts';

export interface ClassifierConfig {
  /** Height and width of an image, a multiple of 4. */
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
  /** Channels of the first level; the second has twice as many. */
  readonly width: number;
  readonly groups: number;
}

export const digitsClassifier: ClassifierConfig = {
  size: 28,
  channels: 1,
  classes: 10,
  width: 16,
  groups: 4,
};

const positive = whole({ min: 1 });

/**
 * A small convolutional classifier: x [B, size, size, channels] in [−1, 1] → logits [B, classes].
 *
 * Two levels of convolution, group normalisation, SiLU and a stride of two, then one dense layer.
 *
 * @throws OptionError for an unknown option or value; Error when the size is not a multiple of 4, or the width of `groups`
 */
export function classifier(config: Partial<ClassifierConfig> = {}): Model<ClassifierConfig, readonly []> {
  checkOptions<Partial<ClassifierConfig>>('classifier', config, {
    size: positive,
    channels: positive,
    classes: positive,
    width: positive,
    groups: positive,
  });
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const full: ClassifierConfig = { ...digitsClassifier, ...Object.fromEntries(given) };
  const { size, channels, classes, width, groups } = full;
  if (size % 4 !== 0) throw new Error(`classifier: size ${size}, expected a multiple of 4`);
  if (width % groups !== 0)
    throw new Error(`classifier: width ${width}, expected a multiple of groups = ${groups}`);
  const layers = [
    conv('conv1', channels, width, { stride: 2 }),
    norm('norm1', width, { groups, silu: true }),
    conv('conv2', width, 2 * width, { stride: 2 }),
    norm('norm2', 2 * width, { groups, silu: true }),
    conv('conv3', 2 * width, 2 * width),
    norm('norm3', 2 * width, { groups, silu: true }),
  ];
  const features = (size / 4) ** 2 * 2 * width;
  const head = linear('head', features, classes);
  const parameters = [...layers, head].flatMap((layer) => layer.parameters);
  return {
    kind: 'classifier',
    config: full,
    parameters,
    init: (key) => initialParams({ parameters }, key),
    apply: (p, images): tf.Tensor2D =>
      inChains((x) => {
        let h = x;
        for (const layer of layers) h = layer.apply(p, h);
        return head.apply(p, h.reshape([x.shape[0], features])) as tf.Tensor2D;
      }, images),
  };
}
