import { tf, type Key } from '../engine/index.ts';
import { vectorOf, type Denoiser } from '../models/index.ts';
import type { SavedState } from './state.ts';
import type { TrainingState } from './step.ts';

/** The state before the first step: fresh parameters of `init`, their average the same, no moments. */
export async function freshState(model: Denoiser, key: Key): Promise<SavedState> {
  const params = tf.tidy(() => ({ ...model.init(key) }));
  const parameters = await vectorOf(model, params).finally(() => tf.dispose(params));
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
