/** Schedules as data that a file can hold, so that a checkpoint says which noise its network has learned. */
import { cosineSchedule, linearSchedule, scaledLinearSchedule, scheduleFromBetas } from './schedules.ts';
import type { Schedule } from './schedules.ts';

/** Plain data, as JSON holds it: a name with the arguments of its function, or a name of one's own with β_1 … β_T. */
export type ScheduleDescription =
  | { readonly name: string; readonly parameters: Readonly<Record<string, number>> }
  | { readonly name: string; readonly betas: readonly number[] };

const makers = new Map<string, (parameters: Record<string, number>) => Schedule>([
  ['linear', linearSchedule],
  ['scaled-linear', scaledLinearSchedule],
  ['cosine', cosineSchedule],
]);

export const describeSchedule = ({ name, parameters, beta }: Schedule): ScheduleDescription =>
  parameters ? { name, parameters } : { name, betas: Array.from(beta.subarray(1)) };

/**
 * The schedule that `describeSchedule` described.
 * @throws Error for what is no description, RangeError for values that no schedule has
 */
export function scheduleFrom(description: unknown): Schedule {
  const { name, parameters, betas } = (description ?? {}) as Record<string, unknown>;
  if (typeof name === 'string' && Array.isArray(betas)) return scheduleFromBetas(name, betas as number[]);
  const make = typeof name === 'string' ? makers.get(name) : undefined;
  if (make && isNumbers(parameters)) return make({ ...parameters });
  throw new Error(
    `${JSON.stringify(description)} is no schedule: expected betas, or one of ${[...makers.keys()].join(', ')} with its parameters`,
  );
}

const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' && value !== null && Object.values(value).every((x) => typeof x === 'number');
