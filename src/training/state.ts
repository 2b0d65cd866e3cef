import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Model } from '../models/index.ts';
import type { AnyModel } from './architectures.ts';
import { compareSettings, firstDifference } from './compare.ts';
import {
  describe,
  describeModel,
  metadataOf,
  MODEL_FILE,
  OPTIMIZER_PREFIX,
  type Description,
} from './checkpoint.ts';
import { anotherArchitecture, fromFileTensors, refuseUnknown, toFileTensors } from './layout.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { RunSettings } from './settings.ts';
import type { Setting } from './trainOptions.ts';

/** Everything needed to go on: beside the model that others read, in the same folder. */
export const STATE_FILE = 'training_state.safetensors';

/** The state of training on the host: flat vectors in the order of the model's parameters. */
export interface SavedState {
  readonly parameters: Float32Array;
  readonly average: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

const prefixes: Readonly<Record<keyof SavedState, string>> = {
  parameters: 'parameters.',
  average: 'average.',
  m: `${OPTIMIZER_PREFIX}m.`,
  v: `${OPTIMIZER_PREFIX}v.`,
};
const entries = Object.entries(prefixes) as [keyof SavedState, string][];

/** Writes the whole state into `folder`, whole or not at all. @returns the file */
export async function saveState(
  folder: string,
  model: AnyModel,
  state: SavedState,
  about: { readonly step: number } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const { step } = about;
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
  await writeSafetensors(file, tensors, metadataOf(describeModel(model, about)));
  return file;
}

/**
 * Reads a state to go on from.
 *
 * @param settings of the run that goes on, as of a step
 * @param mayDiffer settings of the checkpoint that need not be those
 * @throws Error naming file and tensor: missing, truncated, of another architecture; SettingDiffers or
 *   SettingsMissing when it was made with other settings, or does not say with which
 */
export async function loadState(
  folder: string,
  model: AnyModel,
  settings: (step: number) => RunSettings,
  mayDiffer: readonly Setting[] = [],
): Promise<{ state: SavedState; step: number; about: Description; file: string }> {
  requireState(folder);
  const file = join(folder, STATE_FILE);
  const found = await readSafetensors(file);
  const about = describe(file, found);
  if (about === undefined || !Number.isInteger(about.step) || (about.step as number) < 1) {
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
  const step = about.step as number;
  const { kind, config } = about;
  compareSettings(file, { ...about, network: { kind, config } }, settings(step), mayDiffer);
  return { state, step, about, file };
}

/**
 * Warns where the state in the same folder is of something else than a model: the process that saved them was killed between
 * the two files, say, and the model is older.
 */
export async function warnOfOtherState(file: string, about: Description): Promise<void> {
  const beside = join(dirname(file), STATE_FILE);
  if (basename(file) !== MODEL_FILE || !existsSync(beside)) return;
  const state = await descriptionOf(beside);
  if (state instanceof Error)
    return warn(`${state.message}. Whether ${file} is the newest model is not known`);
  const difference = firstDifference(about, state);
  if (difference === undefined) return;
  const steps = `the model is of step ${String(about.step)}, but the state beside it of step ${String(state.step)}`;
  const other =
    about.step === state.step ? ` of another run (${difference[0]}, the state ${difference[1]})` : '';
  warn(
    `${file}: ${steps}${other}: the process that saved them was stopped between the two files, or one was exchanged. ` +
      `What is loaded is the model; going on with --resume (resume: true) writes it anew from the state`,
  );
}

const warn = (text: string): void => process.emitWarning(text, { type: 'ScorebookWarning' });

async function descriptionOf(file: string): Promise<Description | Error> {
  try {
    const about = describe(file, await readSafetensors(file));
    return about ?? new Error(`${file}: not a training state: it has no description`);
  } catch (error) {
    return error as Error;
  }
}

/** @throws Error when there is no state in `folder` */
export function requireState(folder: string): void {
  const file = join(folder, STATE_FILE);
  if (existsSync(file)) return;
  throw new Error(
    `${file}: no such file, so there is nothing to go on from: pass the folder of an earlier run, or start without resume`,
  );
}

/** A folder holds a run that would be overwritten. */
export class RunExists extends Error {
  override name = 'RunExists';
  /** "FILE: the run here (step 12)", as messages begin. */
  readonly run: string;

  constructor(file: string, step: number | undefined) {
    const run = `${file}: the run here${step === undefined ? '' : ` (step ${step})`}`;
    super(
      `${run} would be overwritten. Go on from it by resume: true, start anew over it by overwrite: true, ` +
        'or pass another checkpointDir',
    );
    this.run = run;
  }
}

/** @throws RunExists when `folder` holds a run */
export async function refuseToOverwrite(folder: string): Promise<void> {
  const file = [STATE_FILE, MODEL_FILE].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file !== undefined) throw new RunExists(file, await stepOf(file));
}

/** A damaged file is somebody's run too: its step is not known. */
async function stepOf(file: string): Promise<number | undefined> {
  const about = await descriptionOf(file);
  return about instanceof Error || typeof about.step !== 'number' ? undefined : about.step;
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
