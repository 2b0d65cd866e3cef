import { describeSchedule, type Schedule, type ScheduleDescription } from '../diffusion/index.ts';
import type { Moments, Optimizer } from './adam.ts';
import type { LearningRate } from './schedule.ts';

/** What must be the same for training to go on as if it had never stopped. A checkpoint records it as JSON. */
export interface RunSettings {
  readonly data: string;
  readonly seed: number;
  readonly batch: number;
  readonly schedule: ScheduleDescription;
  readonly optimizer: Readonly<Record<string, string | number>>;
  readonly averageDecay: number;
  /** The rate at some of the steps that were done: the first, the last, and others spread between. */
  readonly learningRate: Readonly<Record<string, number>>;
}

/** What a run is asked to do, from which the settings of its checkpoint at any step follow. */
export interface RunPlan {
  readonly data: string;
  readonly seed: number;
  readonly batch: number;
  readonly schedule: Schedule;
  readonly optimizer: Pick<Optimizer<Moments>, 'settings'>;
  readonly averageDecay: number;
  readonly learningRate: LearningRate;
}

const SPOTS = 32;

/**
 * The settings as of a step. Of the learning rate only what was used until then counts: a run whose rate is still the
 * same may go on to another number of steps.
 */
export function settingsAt(
  { schedule, optimizer, learningRate, ...plain }: RunPlan,
  step: number,
): RunSettings {
  const spots = Array.from({ length: SPOTS + 1 }, (_, i) => Math.max(1, Math.round((i / SPOTS) * step)));
  const rates = Object.fromEntries(spots.map((at) => [at, learningRate(at)]));
  return {
    ...plain,
    schedule: describeSchedule(schedule),
    optimizer: optimizer.settings,
    learningRate: rates,
  };
}

/** A checkpoint was made with another setting than the one it is asked to go on with. */
export class SettingDiffers extends Error {
  override name = 'SettingDiffers';
  readonly setting: keyof RunSettings;
  /** "FILE: made with …, asked to go on with …", as messages begin. */
  readonly difference: string;

  constructor(file: string, setting: keyof RunSettings, made: string, asked: string) {
    const difference = `${file}: made with ${setting} ${made}, asked to go on with ${asked}`;
    super(`${difference}: pass the same ${setting}, or go on with another by mayDiffer: ['${setting}']`);
    this.setting = setting;
    this.difference = difference;
  }
}

/**
 * Compares what a checkpoint records with what it is asked to go on with, setting by setting.
 * @param mayDiffer settings that are not compared
 * @throws SettingDiffers naming the first that differs, with both values
 */
export function compareSettings(
  file: string,
  made: Readonly<Record<string, unknown>>,
  asked: RunSettings,
  mayDiffer: readonly (keyof RunSettings)[] = [],
): void {
  for (const setting of Object.keys(asked) as (keyof RunSettings)[]) {
    if (mayDiffer.includes(setting)) continue;
    const difference = firstDifference(
      made[setting],
      asked[setting],
      setting === 'learningRate' ? ' at step ' : ' ',
    );
    if (difference) throw new SettingDiffers(file, setting, ...difference);
  }
}

/** Where two values of JSON part: as [made, asked], with the place in front; undefined where they agree. */
function firstDifference(made: unknown, asked: unknown, before: string): [string, string] | undefined {
  if (!isRecord(made) || !isRecord(asked)) {
    return agree(made, asked) ? undefined : [show(made), show(asked)];
  }
  for (const key of new Set([...Object.keys(made), ...Object.keys(asked)])) {
    const difference = firstDifference(made[key], asked[key], ' ');
    if (difference) {
      const [a, b] = difference;
      return before === ' ' ? [`${key} ${a}`, `${key} ${b}`] : [`${a}${before}${key}`, b];
    }
  }
  return undefined;
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null;

/** Numbers agree to the last digits: functions like the cosine may round otherwise elsewhere. */
const agree = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number'
    ? Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b))
    : a === b;

const show = (x: unknown): string =>
  x === undefined ? 'not given' : isRecord(x) ? JSON.stringify(x) : String(x);
