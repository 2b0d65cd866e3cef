import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  classifier,
  unet,
  type ClassifierConfig,
  type Denoiser,
  type Model,
  type UnetConfig,
} from '../models/index.ts';
import { writeAtomically } from './atomic.ts';
import { fromDiffusersConfig, toDiffusersConfig } from './diffusers.ts';
import { fromFileTensors, refuseUnknown, toFileTensors } from './layout.ts';
import { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.ts';

/** The names that diffusers looks for in a folder. */
export const MODEL_FILE = 'diffusion_pytorch_model.safetensors';
const CONFIG_FILE = 'config.json';

/** Names of what an optimizer remembers begin so: only a training state has it. */
export const OPTIMIZER_PREFIX = 'adam.';

/** What a checkpoint says about itself, beside its tensors. */
export interface Description {
  readonly kind: string;
  readonly config: unknown;
  readonly [more: string]: unknown;
}

type AnyModel = Model<unknown, never>;

const builders: Record<string, (config: never) => AnyModel> = {
  unet: (config: UnetConfig) => unet(config) as AnyModel,
  classifier: (config: ClassifierConfig) => classifier(config) as AnyModel,
};

/** Writes a network's parameters with the names and layout of PyTorch, whole or not at all. */
export async function saveModel(
  file: string,
  model: AnyModel,
  vector: Float32Array,
  about: Record<string, unknown> = {},
): Promise<void> {
  await writeSafetensors(file, toFileTensors(model, vector), metadataOf(model, about));
}

/** The same for a folder that `UNet2DModel.from_pretrained(folder)` loads. */
export async function saveForDiffusers(
  folder: string,
  model: Denoiser,
  vector: Float32Array,
  about: Record<string, unknown> = {},
): Promise<void> {
  const config = JSON.stringify(toDiffusersConfig(model.config as UnetConfig), null, 2) + '\n';
  await writeAtomically(join(folder, CONFIG_FILE), [Buffer.from(config)]);
  await saveModel(join(folder, MODEL_FILE), model, vector, about);
}

/**
 * Reads a network from a file, or from a folder with `diffusion_pytorch_model.safetensors`: one of ours, or a
 * `UNet2DModel` saved by diffusers with its `config.json` beside it.
 *
 * @throws Error naming file and tensor: missing, truncated, of another architecture
 */
export async function loadModel(
  path: string,
): Promise<{ model: AnyModel; vector: Float32Array; about: Description; file: string }> {
  const file = (await isFolder(path)) ? join(path, MODEL_FILE) : path;
  const found = await readSafetensors(file);
  if ([...found.tensors.keys()].some((name) => name.startsWith(OPTIMIZER_PREFIX))) {
    throw new Error(
      `${file}: a training state, which training goes on from; for the model in it pass its folder, ${dirname(file)}`,
    );
  }
  const about = describe(file, found) ?? (await describeBeside(file));
  const build = Object.hasOwn(builders, about.kind) ? builders[about.kind] : undefined;
  if (build === undefined) {
    throw new Error(
      `${file}: a model of kind ${about.kind}, expected one of: ${Object.keys(builders).join(', ')}`,
    );
  }
  const model = build(about.config as never);
  const vector = fromFileTensors(model, found.tensors, file);
  refuseUnknown(new Set(model.parameters.map(({ name }) => name)), found.tensors.keys(), file);
  return { model, vector, about, file };
}

/** `format` is what PyTorch's loaders ask for; the rest is for us. */
export const metadataOf = (model: Pick<AnyModel, 'kind' | 'config'>, about: object) => ({
  format: 'pt',
  scorebook: JSON.stringify({ kind: model.kind, config: model.config, ...about }),
});

/** What a file of ours says about itself; undefined for files from elsewhere. */
export function describe(file: string, { metadata }: Safetensors): Description | undefined {
  if (metadata.scorebook === undefined) return undefined;
  try {
    return JSON.parse(metadata.scorebook) as Description;
  } catch (cause) {
    throw new Error(`${file}: its description is not JSON: the file is damaged`, { cause });
  }
}

async function describeBeside(file: string): Promise<Description> {
  const beside = join(dirname(file), CONFIG_FILE);
  if (!existsSync(beside)) {
    throw new Error(
      `${file}: nothing says which network this is: it has no description of ours, and there is no ${CONFIG_FILE} of diffusers beside it`,
    );
  }
  const config = fromJson(await readFile(beside, 'utf8'), beside);
  return { kind: 'unet', config: fromDiffusersConfig(config as Record<string, unknown>, beside) };
}

function fromJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: not JSON: ${(cause as Error).message}`, { cause });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new Error(`${path}: no checkpoint here: ${(cause as Error).message}`, { cause });
  }
}
