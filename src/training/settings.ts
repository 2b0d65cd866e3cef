/** What a run computes with, as its checkpoints record it, so that a resume goes on with the same. */
import { createHash } from 'node:crypto';
import type { ImageSet } from '../datasets/index.ts';
import { describeSchedule, scheduleFrom, type Schedule } from '../diffusion/index.ts';
import { OptionError, shown } from '../options/index.ts';
import { imagesAt } from './batches.ts';
import { plainJson, type Json } from './plainJson.ts';
import { rateAt, type LearningRate } from './schedule.ts';
import type { RunPlan, Setting } from './trainOptions.ts';

/** What this version of the trainer does and no option changes; it may do otherwise one day. */
const METHOD = {
  loss: 'simple',
  prediction: 'eps',
  times: 'one in each n-th of 1 … T',
  averageWarmUp: '(1 + step)/(10 + step)',
  precision: 'float32',
};

/**
 * Refuses what a checkpoint says of how its network was made and is to be used, where this version does it otherwise.
 * @param method as saved; undefined where an earlier version, or another program, said nothing
 * @throws Error with the saved and the known value
 */
export function checkMethod(method: unknown): void {
  if (method === undefined) return;
  const saved = typeof method === 'object' && method !== null ? method : { method };
  for (const [name, value] of Object.entries(saved)) {
    const known = Object.hasOwn(METHOD, name) ? METHOD[name as keyof typeof METHOD] : undefined;
    if (value === known) continue;
    const expected =
      known === undefined ? 'which this version of Scorebook does not know' : `expected ${shown(known)}`;
    throw new Error(
      `made with ${name} ${shown(value)}, ${expected}: use the version that wrote it, or a checkpoint of this one`,
    );
  }
}

/** What must be the same for training to go on as if it had never stopped, as JSON. */
export type RunSettings = Readonly<Record<Setting, Json>>;

type Writer<V> = (value: V) => (step: number) => Json;
const fixed =
  <V>(write: (value: V) => Json): Writer<V> =>
  (value) => {
    const json = write(value);
    return () => json;
  };
const asItIs = fixed((value: number): Json => value);

/** How each setting is written down: what there is to know at once, and then as of a step. */
const writers: { readonly [K in keyof RunPlan]: Writer<RunPlan[K]> } = {
  network: fixed(({ kind, config }) => ({ kind, config: plainJson('network.config', config) })),
  data: fixed(describeImages),
  validation: fixed((set) => (set === undefined ? 'none' : describeImages(set))),
  validationImages: asItIs,
  seed: asItIs,
  batch: asItIs,
  schedule: fixed(checkedSchedule),
  optimizer: fixed(({ settings }) => plainJson('optimizer.settings', settings)),
  averageDecay: asItIs,
  learningRate: (rate) => (step) => describeRates(rate, step),
};

/** All settings, in the order in which they are compared. */
export const settingNames = [...Object.keys(writers), 'method'] as readonly Setting[];

/**
 * The settings of a plan as of a step. Of the learning rate only what was used until then counts: a run whose rate is still
 * the same may go on to another number of steps.
 * @throws OptionError naming the option that a checkpoint cannot record
 */
export function settingsOf(plan: RunPlan): (step: number) => RunSettings {
  const written = Object.entries(writers).map(([name, write]) => {
    const value = (write as Writer<unknown>)(plan[name as keyof RunPlan]);
    return [name, value] as const;
  });
  return (step) =>
    Object.fromEntries([
      ...written.map(([name, value]) => [name, value(step)]),
      ['method', METHOD],
    ]) as RunSettings;
}

const CHUNK = 512;

/** A set by what training reads of it: two that share a name and a size are told apart by their images. */
function describeImages(set: ImageSet): Json {
  const hash = createHash('sha256');
  for (let from = 0; from < set.count; from += CHUNK) {
    const n = Math.min(CHUNK, set.count - from);
    const { buffer, byteOffset, byteLength } = imagesAt(
      set,
      Uint32Array.from({ length: n }, (_, i) => from + i),
    );
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return { name: set.name, count: set.count, shape: set.shape.join('×'), checksum: hash.digest('hex') };
}

/** @throws OptionError where T or the tables are not those of the description: another schedule would be read back */
export function checkedSchedule(schedule: Schedule): Json {
  const { description, again } = readBack(schedule);
  const same =
    schedule.T === again.T &&
    (['beta', 'alpha', 'abar', 'abarPrev'] as const).every(
      (table) =>
        schedule[table]?.length === again[table].length &&
        again[table].every((x, t) => x === schedule[table][t]),
    );
  if (same) return description as unknown as Json;
  throw new OptionError(
    'schedule',
    `schedule: the tables of ${schedule.name} are not those that its name and parameters make: make it by scheduleFromBetas`,
  );
}

function readBack(schedule: Schedule) {
  try {
    const description = describeSchedule(schedule);
    return { description, again: scheduleFrom(description) };
  } catch (cause) {
    throw new OptionError(
      'schedule',
      `schedule: a checkpoint could not be read back with it: ${(cause as Error).message}: make it by scheduleFromBetas`,
    );
  }
}

const SPOTS = 32;

/** Steps from 1 to `step`: the first, the last, and others spread between. */
export const spotsOf = (step: number): number[] =>
  Array.from({ length: SPOTS + 1 }, (_, i) => Math.max(1, Math.round((i / SPOTS) * step)));

/** Rates to read, at some steps, and one number that changes with the rate of any step. */
function describeRates(rate: LearningRate, step: number): Json {
  let all = 0;
  // Weights of 1 to 2 that do not repeat: rates that are swapped, or differ at one step, give another sum.
  for (let at = 1; at <= step; at++) all += rateAt(rate, at) * (1 + ((at * 0.6180339887498949) % 1));
  const spots = Object.fromEntries(spotsOf(step).map((at) => [String(at), rateAt(rate, at)]));
  return { ...spots, all };
}
