import { resolve } from 'node:path';
import { probeRunFolder } from '../training/index.ts';
import { inWordsOfOptions } from './runErrors.ts';
import type { TrainValues } from './train.ts';

/** Refuses a --out that a run cannot have, before anything slow. @throws Error in the words of the command line */
export async function probeRun({ out, resume, overwrite }: TrainValues): Promise<void> {
  try {
    await probeRunFolder(resolve(out), { resume, overwrite });
  } catch (error) {
    throw inWordsOfOptions(error);
  }
}
