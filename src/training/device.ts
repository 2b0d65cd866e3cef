import { tf, type Key } from '../engine/index.ts';
import { initialVector, type Denoiser } from '../models/index.ts';
import type { SavedState } from './state.ts';
import type { TrainingState } from './step.ts';

/** The state before the first step: fresh parameters, their average the same, no moments. */
export function freshState(model: Denoiser, key: Key): SavedState {
  const parameters = initialVector(model, key);
  const n = parameters.length;
  return { parameters, average: parameters.slice(), m: new Float32Array(n), v: new Float32Array(n) };
}

export const toDevice = ({ parameters, average, m, v }: SavedState): TrainingState => ({
  parameters: tf.tensor1d(parameters),
  average: tf.tensor1d(average),
  moments: { m: tf.tensor1d(m), v: tf.tensor1d(v) },
});

export async function toHost({ parameters, average, moments }: TrainingState): Promise<SavedState> {
  const [p, a, m, v] = await Promise.all([parameters, average, moments.m, moments.v].map((x) => x.data()));
  return { parameters: p, average: a, m, v } as SavedState;
}
