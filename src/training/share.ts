/** Several processes that train one model, each on its part of every batch. */
import { createHash } from 'node:crypto';
import { tf, type Team } from '../engine/index.ts';
import type { RunSettings } from './settings.ts';
import type { TrainingState } from './step.ts';

/** A process's part in training. */
export interface Share {
  readonly team: Team;
  /** Its images among those of the whole batch, 0 … 1. */
  readonly weight: number;
}

interface Sums {
  gradient: tf.Tensor1D;
  loss: tf.Scalar;
  stop: tf.Scalar;
}

/**
 * Means over the whole batch from means over the parts, and the sum of `stop`: one sum over the processes, in the compiled
 * step. The result has the same bits on every process, so their parameters never drift apart.
 */
export function totals({ team, weight }: Share, { gradient, loss, stop }: Sums): Sums {
  const own = tf.concat1d([tf.mul(gradient, weight), tf.mul(loss, weight).as1D(), stop.as1D()]);
  const [gradients, losses, stops] = tf.split(team.sum(own), [gradient.size, 1, 1]);
  return {
    gradient: gradients as tf.Tensor1D,
    loss: losses!.asScalar(),
    stop: stops!.asScalar(),
  };
}

/** Float32 holds whole numbers up to here. */
const WHOLE = 2 ** 24;

/** A few whole numbers that differ where a setting does. Functions like the cosine may round otherwise elsewhere. */
function fingerprint(setting: unknown): number[] {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(9) : value;
  const digest = createHash('sha256').update(JSON.stringify(setting, rounded)).digest();
  return [0, 3, 6].map((at) => digest.readUIntBE(at, 3));
}

/**
 * Gives every process the state and step of rank 0, which alone reads the checkpoint.
 * @param settings compared one by one: all processes must do the same
 * @returns the state on this device; the one passed in is disposed
 * @throws on the ranks whose settings are not those of rank 0
 */
export async function startTogether(
  team: Team,
  { state, step }: { state: TrainingState; step: number },
  settings: Partial<RunSettings> & { steps: number },
): Promise<{ state: TrainingState; step: number }> {
  const names = Object.keys(settings);
  const prints = Object.values(settings).flatMap(fingerprint);
  const own = tf.tensor1d([Math.floor(step / WHOLE), step % WHOLE, ...prints]);
  const theirs = await team.fromFirst(own);
  const [high, low, ...print] = await theirs.data();
  tf.dispose([own, theirs]);
  const differing = names.filter((_, i) => [0, 1, 2].some((j) => print[3 * i + j] !== prints[3 * i + j]));
  if (differing.length > 0) {
    throw new Error(
      `rank ${team.rank} was started with other settings than rank 0: give every rank the same ${differing.join(', ')}`,
    );
  }
  const { parameters, average, moments } = state;
  const shared: tf.Tensor1D[] = [];
  for (const vector of [parameters, average, moments.m, moments.v]) shared.push(await team.fromFirst(vector));
  tf.dispose(state);
  const [p, a, m, v] = shared as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  return { state: { parameters: p, average: a, moments: { m, v } }, step: high! * WHOLE + low! };
}
