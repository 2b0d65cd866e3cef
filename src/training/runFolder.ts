import { lockFolder, removeLeftovers } from '../files/index.ts';
import { CONFIG_FILE, mendFolder, MODEL_FILE, refuseForeignConfig, saveFolder } from './checkpoint.ts';
import type { AnyModel } from './architectures.ts';
import type { RunSettings } from './settings.ts';
import {
  loadState,
  refuseToOverwrite,
  requireState,
  saveState,
  STATE_FILE,
  type SavedState,
} from './state.ts';
import type { Setting } from './trainOptions.ts';

/** While a run has a folder, this file says which process. */
export const LOCK_FILE = 'training.lock';

/** The folder of a run, which no other run may have until it is closed. */
export interface RunFolder {
  /** What to go on from; undefined for a new run. */
  readonly resumed: { readonly state: SavedState; readonly step: number; readonly file: string } | undefined;
  /** Writes the state, then the model for others. @returns the file of the state */
  save(
    state: SavedState,
    about: { readonly step: number } & Readonly<Record<string, unknown>>,
  ): Promise<string>;
  close(): Promise<void>;
}

/**
 * Refuses, before any work, a folder that a run could not have when it starts.
 * @throws as {@link openRunFolder}, but for the settings
 */
export async function probeRunFolder(
  folder: string,
  { resume, overwrite }: { resume: boolean; overwrite: boolean },
): Promise<void> {
  if (resume) requireState(folder);
  await (await lockFolder(folder, LOCK_FILE)).release();
  if (!resume && !overwrite) await refuseToOverwrite(folder);
}

/**
 * Takes a folder for a run. It can then be written into, and what a killed process left is mended: temporary files go, and
 * the files of the model become those of the state, which is always written first.
 *
 * @throws FolderInUse when another run has it; RunExists when it holds a run that is neither gone on from nor overwritten;
 *   what {@link loadState} throws on resume; Error naming the folder when nothing can be written into it
 */
export async function openRunFolder(
  folder: string,
  model: AnyModel,
  {
    settings,
    resume,
    mayDiffer,
    overwrite,
  }: {
    settings: (step: number) => RunSettings;
    resume: boolean;
    mayDiffer?: readonly Setting[];
    overwrite: boolean;
  },
): Promise<RunFolder> {
  if (resume) requireState(folder); // before a folder is made
  const lock = await lockFolder(folder, LOCK_FILE);
  try {
    await removeLeftovers(folder, [STATE_FILE, CONFIG_FILE, MODEL_FILE]);
    if (!resume && !overwrite) await refuseToOverwrite(folder);
    await refuseForeignConfig(folder, model);
    const resumed = resume ? await loadState(folder, model, settings, mayDiffer) : undefined;
    if (resumed) await mendFolder(folder, resumed.about, model, resumed.state.average);
    return {
      resumed,
      async save(state, about) {
        const file = await saveState(folder, model, state, about);
        await saveFolder(folder, model, state.average, about);
        return file;
      },
      close: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
