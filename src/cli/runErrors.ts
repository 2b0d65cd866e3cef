import { RunExists, SettingDiffers, SettingsMissing } from '../training/index.ts';

/** Remedies that the library names by its options, by those of the command line. */
export function inWordsOfOptions(error: unknown): unknown {
  if (error instanceof RunExists) {
    return new Error(
      `${error.run} would be overwritten. Go on from it with --resume, start anew over it with --overwrite, or choose another --out`,
      { cause: error },
    );
  }
  if (error instanceof SettingsMissing) {
    const names = error.settings.map((setting) => `'${setting}'`).join(', ');
    return new Error(
      `${error.gap}. Start anew with --overwrite or another --out; where you know them to be the same, a script may go on: train(…, { resume: true, mayDiffer: [${names}] })`,
      { cause: error },
    );
  }
  if (!(error instanceof SettingDiffers)) return error;
  const remedy =
    error.setting === 'learningRate'
      ? 'pass the same --learning-rate and --steps (it falls to zero over the steps), or --new-learning-rate to go on with another'
      : `pass the same ${error.setting === 'data' || error.setting === 'validation' ? 'images' : `--${error.setting}`}`;
  return new Error(`${error.difference}: ${remedy}`, { cause: error });
}
