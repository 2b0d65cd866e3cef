import { checkTimes, scheduleFrom, type EpsPredictor, type Schedule } from '../diffusion/index.ts';
import { compile, tf } from '../engine/index.ts';
import { unflatten, type Denoiser, type Params } from '../models/index.ts';
import type { AnyModel } from './architectures.ts';
import { loadModel, saveFolder, type Description } from './checkpoint.ts';
import { checkVector } from './layout.ts';
import { checkMethod } from './settings.ts';
import { warnOfOtherState } from './state.ts';
import { predictNoise } from './step.ts';

/** A trained network, ready for the samplers. */
export interface TrainedModel {
  readonly model: Denoiser;
  /** Its parameters as one vector, in the order of `model.parameters`. */
  readonly vector: Float32Array;
  /** What its checkpoint says: step, seed, schedule. */
  readonly about: Readonly<Record<string, unknown>>;
  /** The schedule it was trained with; undefined where its checkpoint says none, as those of diffusers. */
  readonly schedule: Schedule | undefined;
  /** x_t [B, H, W, C] and whole times [B] in 1 … T, which are refused otherwise → the noise in it; compiled once a shape. */
  readonly predictEps: EpsPredictor;
  /** Writes a folder that `loadTrained` reads, and `UNet2DModel.from_pretrained` where it is a U-Net. */
  save(folder: string): Promise<void>;
  /** Frees the parameters. */
  dispose(): void;
}

/**
 * @throws Error where a parameter is not finite: whatever it predicts would be no number; where `about` says another
 *   `method` than this version's, or a schedule that is not known
 */
export function trainedModel(
  model: Denoiser,
  vector: Float32Array,
  about: Readonly<Record<string, unknown>> = {},
): TrainedModel {
  checkVector(model, vector);
  checkMethod(about.method);
  const schedule = about.schedule === undefined ? undefined : knownSchedule(about.schedule);
  const params = tf.tidy(() => ({ ...unflatten(model, tf.tensor1d(vector)) }));
  const forward = compile((p: Params, x: tf.Tensor, t: tf.Tensor1D) => predictNoise(model, p, x, t));
  return {
    model,
    vector,
    about,
    schedule,
    async predictEps(x, t) {
      checkTimes(await t.data(), { from: 1, T: schedule?.T ?? Infinity });
      return forward(params, x, t);
    },
    save: (folder) => saveFolder(folder, model as AnyModel, vector, about),
    dispose() {
      tf.dispose(params);
      forward.dispose();
    },
  };
}

/**
 * Loads a trained noise predictor: a file or folder of ours, or a `UNet2DModel` saved by diffusers.
 *
 * @param network what it was trained with, where that is no U-Net of ours
 * Warns where the training state beside it is of another step or run.
 *
 * @throws Error naming file and tensor, as {@link loadModel}; also when it holds something else, a classifier say, or was made
 *   by another method than this version's
 */
export async function loadTrained(path: string, network?: Denoiser): Promise<TrainedModel> {
  const { model, vector, about, file } = await loadModel(path, network as AnyModel | undefined);
  if (network === undefined && about.kind !== 'unet')
    throw new Error(`${file}: holds a ${about.kind}, expected a network that predicts noise`);
  try {
    const trained = trainedModel(model as unknown as Denoiser, vector, withoutArchitecture(about));
    await warnOfOtherState(file, about);
    return trained;
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause });
  }
}

function knownSchedule(description: unknown): Schedule {
  try {
    return scheduleFrom(description);
  } catch (cause) {
    throw new Error(`its schedule is not known: ${(cause as Error).message}`, { cause });
  }
}

const withoutArchitecture = ({ kind: _kind, config: _config, ...rest }: Description) => rest;
