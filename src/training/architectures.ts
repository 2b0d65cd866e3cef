/** The networks that a file can be turned into, by the kind it names. */
import { classifier, unet, type ClassifierConfig, type Model, type UnetConfig } from '../models/index.ts';
import { OptionError } from '../options/index.ts';
import { toDiffusersConfig } from './diffusers.ts';

export type AnyModel = Model<unknown, never>;

interface Architecture {
  /** @throws Error for a config that it cannot have */
  build(config: never): AnyModel;
  /** The `config.json` with which diffusers builds the same network; absent where it has none. */
  toDiffusers?(config: never): object;
}

export const architectures: Readonly<Record<string, Architecture>> = {
  unet: {
    build: (config: UnetConfig) => unet(config) as AnyModel,
    toDiffusers: (config: UnetConfig) => toDiffusersConfig(config),
  },
  classifier: { build: (config: ClassifierConfig) => classifier(config) as AnyModel },
};

export const architectureOf = (kind: string): Architecture | undefined =>
  Object.hasOwn(architectures, kind) ? architectures[kind] : undefined;

/**
 * Refuses a network that bears the name of one of ours and is another: a file of it would be read back as ours.
 * @throws OptionError naming the kind
 */
export function checkKind(model: AnyModel): void {
  const ours = architectureOf(model.kind);
  if (ours === undefined || isThat(model, ours)) return;
  throw new OptionError(
    'network.kind',
    `network.kind = ${JSON.stringify(model.kind)}: the ${model.kind} of its config has other parameters: expected a kind of its own for a network of your own`,
  );
}

const layoutOf = ({ parameters }: Pick<AnyModel, 'parameters'>): string =>
  JSON.stringify(parameters.map(({ name, shape, layout }) => [name, shape, layout]));

function isThat(model: AnyModel, { build }: Architecture): boolean {
  try {
    return layoutOf(build(model.config as never)) === layoutOf(model);
  } catch {
    return false; // a config that makes none
  }
}
