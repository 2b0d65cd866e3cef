import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeAtomically } from '../files/index.ts';
import type { Denoiser, UnetConfig } from '../models/index.ts';
import { architectureOf, architectures, type AnyModel } from './architectures.ts';
import { fromDiffusersConfig, toDiffusersConfig } from './diffusers.ts';
import { anotherArchitecture, fromFileTensors, refuseUnknown, toFileTensors } from './layout.ts';
import { parseJson } from './parseJson.ts';
import { plainJson } from './plainJson.ts';
import { readSafetensors, safetensorsBytes, writeSafetensors, type Safetensors } from './safetensors.ts';

/** The names that diffusers looks for in a folder. */
export const MODEL_FILE = 'diffusion_pytorch_model.safetensors';
export const CONFIG_FILE = 'config.json';

/** Names of what an optimizer remembers begin so: only a training state has it. */
export const OPTIMIZER_PREFIX = 'adam.';

/** What a checkpoint says about itself, beside its tensors. */
export interface Description {
  readonly kind: string;
  readonly config: unknown;
  readonly [more: string]: unknown;
}

/** Writes a network's parameters with the names and layout of PyTorch, whole or not at all. */
export async function saveModel(
  file: string,
  model: AnyModel,
  vector: Float32Array,
  about: Record<string, unknown> = {},
): Promise<void> {
  await writeSafetensors(file, toFileTensors(model, vector), metadataOf(describeModel(model, about)));
}

/**
 * The same for a folder that `UNet2DModel.from_pretrained(folder)` loads.
 * @throws Error for a network that diffusers does not have
 */
export async function saveForDiffusers(
  folder: string,
  model: Denoiser,
  vector: Float32Array,
  about: Record<string, unknown> = {},
): Promise<void> {
  if (architectureOf(model.kind)?.toDiffusers === undefined)
    throw new Error(`${folder}: diffusers has no network of kind ${model.kind}: save it by saveModel`);
  await saveFolder(folder, model as AnyModel, vector, about);
}

/**
 * A folder that `loadModel` reads; diffusers too, where it has such a network.
 * @throws as {@link refuseForeignConfig}, and for parameters that are not finite, before anything is written
 */
export async function saveFolder(
  folder: string,
  model: AnyModel,
  vector: Float32Array,
  about: Record<string, unknown> = {},
): Promise<void> {
  await refuseForeignConfig(folder, model);
  for (const { name, parts } of modelFiles(describeModel(model, about), model, vector))
    await writeOrRemove(join(folder, name), parts);
}

/**
 * Makes a folder hold the files of a model, byte by byte, writing those that differ: some may be older than others where a
 * process was killed between them.
 */
export async function mendFolder(
  folder: string,
  about: Description,
  model: Pick<AnyModel, 'parameters'>,
  vector: Float32Array,
): Promise<void> {
  for (const { name, parts } of modelFiles(about, model, vector)) {
    const file = join(folder, name);
    if (!(await holds(file, parts))) await writeOrRemove(file, parts);
  }
}

/** A file of a model; without parts, one of that name for diffusers must not be there. */
interface ModelFile {
  readonly name: string;
  readonly parts?: readonly Uint8Array[];
}

function modelFiles(
  about: Description,
  model: Pick<AnyModel, 'parameters'>,
  vector: Float32Array,
): ModelFile[] {
  const config = architectureOf(about.kind)?.toDiffusers?.(about.config as never);
  const text = config && JSON.stringify(config, null, 2) + '\n';
  return [
    // Without a config of its own, one that another network left would be taken for this one's.
    { name: CONFIG_FILE, parts: text === undefined ? undefined : [Buffer.from(text)] },
    { name: MODEL_FILE, parts: safetensorsBytes(toFileTensors(model, vector), metadataOf(about)) },
  ];
}

/**
 * Refuses a folder whose `config.json` is of something else, which the one of the network would replace.
 * @throws Error naming the file
 */
export async function refuseForeignConfig(folder: string, { kind }: Pick<AnyModel, 'kind'>): Promise<void> {
  const file = join(folder, CONFIG_FILE);
  if (architectureOf(kind)?.toDiffusers === undefined || !existsSync(file) || (await isOfDiffusers(file)))
    return;
  throw new Error(
    `${file}: not of a UNet2DModel, and would be replaced by the config of one: choose another folder, or move it away`,
  );
}

async function writeOrRemove(file: string, parts: readonly Uint8Array[] | undefined): Promise<void> {
  if (parts !== undefined) await writeAtomically(file, parts);
  else if (await isOfDiffusers(file)) await rm(file);
}

/** Whether diffusers would read it; anything else of this name is not ours to remove. */
const isOfDiffusers = async (file: string): Promise<boolean> =>
  existsSync(file) && /"_class_name"\s*:\s*"UNet2DModel"/.test(await readFile(file, 'utf8'));

async function holds(file: string, parts: readonly Uint8Array[] | undefined): Promise<boolean> {
  if (parts === undefined) return !(await isOfDiffusers(file));
  return existsSync(file) && (await readFile(file)).equals(Buffer.concat(parts));
}

/**
 * Reads a network from a file, or from a folder with `diffusion_pytorch_model.safetensors`: one of ours, or a
 * `UNet2DModel` saved by diffusers with its `config.json` beside it.
 *
 * @param own the network that the file was made with, where it is not one of ours
 * @throws Error naming file and tensor: missing, truncated, damaged, not finite, of another architecture; naming both values
 *   where a `config.json` that belongs to one of ours is of another network
 */
export async function loadModel(
  path: string,
  own?: AnyModel,
): Promise<{ model: AnyModel; vector: Float32Array; about: Description; file: string }> {
  const file = (await isFolder(path)) ? join(path, MODEL_FILE) : path;
  const found = await readSafetensors(file);
  if (isState(found)) {
    throw new Error(
      `${file}: a training state, which training goes on from; for the model in it pass its folder, ${dirname(file)}`,
    );
  }
  const ours = describe(file, found);
  if (ours !== undefined && basename(file) === MODEL_FILE) await compareConfigBeside(file, ours);
  const about = ours ?? (await describeBeside(file));
  const model = own ? sameNetwork(file, about, own) : build(file, about);
  const vector = fromFileTensors(model, found.tensors, file);
  refuseUnknown(new Set(model.parameters.map(({ name }) => name)), found.tensors.keys(), file);
  return { model, vector, about, file };
}

/** A model file may hold a parameter called `adam.…`; a state holds nothing else than its four vectors. */
const isState = ({ tensors }: Safetensors): boolean =>
  [...tensors.keys()].some((name) => name.startsWith(OPTIMIZER_PREFIX)) &&
  [...tensors.keys()].every((name) => /^(parameters|average|adam)\./.test(name));

function build(file: string, { kind, config }: Description): AnyModel {
  const architecture = architectureOf(kind);
  if (architecture === undefined)
    throw new Error(
      `${file}: a model of kind ${kind}, expected one of: ${Object.keys(architectures).join(', ')}; pass the network it was made with to read another`,
    );
  try {
    return architecture.build(config as never);
  } catch (cause) {
    throw new Error(`${file}: a ${kind} that cannot be: ${(cause as Error).message}`, { cause });
  }
}

function sameNetwork(file: string, { kind, config }: Description, own: AnyModel): AnyModel {
  const same = (a: unknown, b: unknown) => sortedJson(a) === sortedJson(b);
  if (kind === own.kind && same(config, plainJson('network.config', own.config))) return own;
  throw anotherArchitecture(
    file,
    `it holds a ${kind} with ${JSON.stringify(config)}, asked for was a ${own.kind} with ${JSON.stringify(own.config)}`,
  );
}

/** JSON that does not depend on the order of names. */
const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** @throws OptionError naming what of the config a file cannot record */
export const describeModel = (model: Pick<AnyModel, 'kind' | 'config'>, about: object): Description => ({
  kind: model.kind,
  config: plainJson('network.config', model.config),
  ...about,
});

/** `format` is what PyTorch's loaders ask for; the rest is for us. */
export const metadataOf = (about: Description) => ({ format: 'pt', scorebook: JSON.stringify(about) });

/** What a file of ours says about itself; undefined for files from elsewhere. */
export function describe(file: string, { metadata }: Safetensors): Description | undefined {
  if (metadata.scorebook === undefined) return undefined;
  const about = fromJson(metadata.scorebook, `${file}: its description`) as Description | null;
  if (typeof about?.kind !== 'string')
    throw new Error(`${file}: its description names no kind of network: the file is damaged`);
  return about;
}

async function describeBeside(file: string): Promise<Description> {
  const beside = join(dirname(file), CONFIG_FILE);
  if (!existsSync(beside)) {
    throw new Error(
      `${file}: nothing says which network this is: it has no description of ours, and there is no ${CONFIG_FILE} of diffusers beside it`,
    );
  }
  const config = fromJson(await readFile(beside, 'utf8'), beside);
  return { kind: 'unet', config: fromDiffusersConfig(config, beside) };
}

/** diffusers builds the network that `config.json` says, whatever our description says. */
async function compareConfigBeside(file: string, { kind, config }: Description): Promise<void> {
  const beside = join(dirname(file), CONFIG_FILE);
  const remedy = `They are not of one model: use both files of one, or resume the run they are of, which writes them anew`;
  if (architectureOf(kind)?.toDiffusers === undefined) {
    if (await isOfDiffusers(beside))
      throw new Error(`${beside}: describes a UNet2DModel, but ${file} holds a ${kind}. ${remedy}`);
    return;
  }
  if (!existsSync(beside)) return;
  const said = toDiffusersConfig(
    fromDiffusersConfig(fromJson(await readFile(beside, 'utf8'), beside), beside),
  ) as Record<string, unknown>;
  for (const [key, made] of Object.entries(toDiffusersConfig(config as UnetConfig))) {
    const [here, there] = [said[key], made].map((value) => JSON.stringify(value));
    if (here !== there)
      throw new Error(`${beside}: ${key} is ${here}, but ${file} was made with ${there}. ${remedy}`);
  }
}

function fromJson(text: string, file: string): unknown {
  try {
    return parseJson(text);
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
