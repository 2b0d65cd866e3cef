import { join } from 'node:path';
import type { Denoiser, Model } from '../models/index.ts';
import { describe, metadataOf } from './checkpoint.ts';
import { anotherArchitecture, fromFileTensors, refuseUnknown, toFileTensors } from './layout.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** Everything needed to go on: beside the model that others read, in the same folder. */
export const STATE_FILE = 'training_state.safetensors';

/** The state of training on the host: flat vectors in the order of the model's parameters. */
export interface SavedState {
  readonly parameters: Float32Array;
  readonly average: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** What must be the same for training to go on as if it had never stopped. */
export interface RunSettings {
  readonly seed: number;
  readonly batch: number;
  readonly schedule: string;
  readonly data: string;
}

const prefixes: Readonly<Record<keyof SavedState, string>> = {
  parameters: 'parameters.',
  average: 'average.',
  m: 'adam.m.',
  v: 'adam.v.',
};
const entries = Object.entries(prefixes) as [keyof SavedState, string][];

/** Writes the whole state into `folder`, whole or not at all. @returns the file */
export async function saveState(
  folder: string,
  model: Denoiser,
  state: SavedState,
  step: number,
  settings: RunSettings,
): Promise<string> {
  const file = join(folder, STATE_FILE);
  for (const [key, prefix] of entries) {
    const bad = state[key].findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      throw new Error(
        `step ${step}: ${prefix}${nameAt(model, bad)} is ${state[key][bad]}; ${file} is left as it was`,
      );
    }
  }
  const tensors = new Map(entries.flatMap(([key, prefix]) => [...toFileTensors(model, state[key], prefix)]));
  await writeSafetensors(file, tensors, metadataOf(model, { step, ...settings }));
  return file;
}

/**
 * Reads a state to go on from.
 *
 * @throws Error naming file and tensor: missing, truncated, of another architecture, or made with other settings
 */
export async function loadState(
  folder: string,
  model: Denoiser,
  settings: RunSettings,
): Promise<{ state: SavedState; step: number; file: string }> {
  const file = join(folder, STATE_FILE);
  const found = await readSafetensors(file);
  const about = describe(file, found);
  if (about === undefined || !Number.isInteger(about.step)) {
    throw new Error(
      `${file}: not a training state: it names no step. To resume, use a folder that train wrote`,
    );
  }
  if (about.kind !== model.kind)
    throw anotherArchitecture(file, `it holds a ${about.kind}, expected a ${model.kind}`);
  const read = (key: keyof SavedState) => fromFileTensors(model, found.tensors, file, prefixes[key]);
  const state = { parameters: read('parameters'), average: read('average'), m: read('m'), v: read('v') };
  refuseUnknown(
    new Set(entries.flatMap(([, prefix]) => model.parameters.map(({ name }) => prefix + name))),
    found.tensors.keys(),
    file,
  );
  for (const [key, expected] of Object.entries(settings)) {
    if (about[key] !== expected) {
      throw new Error(
        `${file}: made with ${key} ${about[key]}, asked to go on with ${expected}: pass the same ${key}`,
      );
    }
  }
  return { state, step: about.step as number, file };
}

/** The parameter that place `i` of the flat vector belongs to. */
function nameAt(model: Pick<Model, 'parameters'>, i: number): string {
  let end = 0;
  for (const { name, shape } of model.parameters) {
    end += shape.reduce((product, n) => product * n, 1);
    if (i < end) return name;
  }
  throw new RangeError(`no parameter at ${i}; the model has ${end}`);
}
