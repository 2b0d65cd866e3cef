/** The settings of a checkpoint against those of the run that is to go on from it. */
import { settingNames, type RunSettings } from './settings.ts';
import type { Setting } from './trainOptions.ts';

/** A checkpoint was made with another setting than the one it is asked to go on with. */
export class SettingDiffers extends Error {
  override name = 'SettingDiffers';
  readonly setting: Setting;
  /** "FILE: made with …, asked to go on with …", as messages begin. */
  readonly difference: string;

  constructor(file: string, setting: Setting, made: string, asked: string) {
    const difference = `${file}: made with ${setting} ${made}, asked to go on with ${asked}`;
    super(`${difference}: pass the same ${setting}, or go on with another by mayDiffer: ['${setting}']`);
    this.setting = setting;
    this.difference = difference;
  }
}

/** A checkpoint does not say what it was made with: an earlier version wrote it. */
export class SettingsMissing extends Error {
  override name = 'SettingsMissing';
  readonly settings: readonly Setting[];
  /** "FILE: does not say with which … it was made", as messages begin. */
  readonly gap: string;

  constructor(file: string, settings: readonly Setting[]) {
    const gap = `${file}: does not say with which ${settings.join(', ')} it was made: an earlier version of Scorebook wrote it`;
    const names = settings.map((setting) => `'${setting}'`).join(', ');
    super(
      `${gap}. Where you know them to be the same, go on by mayDiffer: [${names}]; or start anew by overwrite: true`,
    );
    this.settings = settings;
    this.gap = gap;
  }
}

/**
 * Compares what a checkpoint records with what it is asked to go on with, setting by setting.
 * @param mayDiffer settings that are not compared
 * @throws SettingsMissing where it does not record all of them; SettingDiffers naming the first that differs, with both values
 */
export function compareSettings(
  file: string,
  made: Readonly<Record<string, unknown>>,
  asked: RunSettings,
  mayDiffer: readonly Setting[] = [],
): void {
  const compared = settingNames.filter((setting) => !mayDiffer.includes(setting));
  // Earlier versions wrote the name of the data alone.
  const missing = compared.filter(
    (setting) => made[setting] === undefined || (setting === 'data' && !isRecord(made.data)),
  );
  for (const setting of compared) {
    if (missing.includes(setting)) continue;
    const difference =
      setting === 'learningRate'
        ? rateDifference(made[setting], asked[setting])
        : firstDifference(made[setting], asked[setting]);
    if (difference) throw new SettingDiffers(file, setting, ...difference);
  }
  if (missing.length > 0) throw new SettingsMissing(file, missing);
}

/** Where two values of JSON part: as [made, asked], with the place in front; undefined where they agree. */
export function firstDifference(made: unknown, asked: unknown): [string, string] | undefined {
  if (!isRecord(made) || !isRecord(asked))
    return made === asked || (!Number.isInteger(asked) && nearlyEqual(made, asked))
      ? undefined
      : [show(made), show(asked)];
  for (const key of new Set([...Object.keys(made), ...Object.keys(asked)])) {
    const difference = firstDifference(own(made, key), own(asked, key));
    if (difference) return [`${key} ${difference[0]}`, `${key} ${difference[1]}`];
  }
  return undefined;
}

/** The first step at which the rates differ, among those that a checkpoint keeps; else that they differ between those. */
function rateDifference(made: unknown, asked: unknown): [string, string] | undefined {
  if (!isRecord(made) || !isRecord(asked)) return [show(made), show(asked)];
  for (const [key, rate] of Object.entries(asked)) {
    const before = own(made, key);
    // Earlier versions kept no sum.
    if (nearlyEqual(before, rate) || (key === 'all' && before === undefined)) continue;
    if (key !== 'all') return [`${show(before)} at step ${key}`, show(rate)];
    return [`of weighted sum ${show(before)} over all steps`, `of ${show(rate)}`];
  }
  return undefined;
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null;
const own = (record: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** To the last digits: functions like the cosine may round otherwise on another machine. */
const nearlyEqual = (a: unknown, b: unknown): boolean =>
  a === b ||
  (typeof a === 'number' &&
    typeof b === 'number' &&
    Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)));

const show = (x: unknown): string =>
  x === undefined ? 'not given' : isRecord(x) ? JSON.stringify(x) : String(x);
