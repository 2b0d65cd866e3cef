import { cosineSchedule, linearSchedule, scaledLinearSchedule } from '../diffusion/index.ts';
import type { Schedule } from '../diffusion/index.ts';
import { scheduleNames } from './schedule.ts';
import type { ScheduleName } from './schedule.ts';

const makers: Record<ScheduleName, (options: { T?: number }) => Schedule> = {
  linear: linearSchedule,
  cosine: cosineSchedule,
  'scaled-linear': scaledLinearSchedule,
};

export const scheduleNamed = (name: ScheduleName, T?: number): Schedule => makers[name]({ T });

/**
 * The schedule a checkpoint was trained with, from its description (`linear 1000`); linear where it says nothing, as
 * files of other libraries.
 */
export function scheduleOf(description: unknown, file: string): Schedule {
  if (description === undefined) return linearSchedule();
  const [name, T] = String(description).split(' ');
  const known = scheduleNames.find((candidate) => candidate === name);
  if (known && /^\d+$/.test(T)) return scheduleNamed(known, Number(T));
  throw new Error(
    `${file}: trained with schedule ${String(description)}; known are ${scheduleNames.join(', ')}`,
  );
}
