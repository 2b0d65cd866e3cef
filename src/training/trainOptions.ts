import type { ImageSet } from '../datasets/index.ts';
import type { Schedule } from '../diffusion/index.ts';
import type { Team } from '../engine/index.ts';
import type { Denoiser } from '../models/index.ts';
import type { Moments, Optimizer } from './adam.ts';
import type { LearningRate } from './schedule.ts';

export interface TrainOptions {
  /** Steps in all, those before a resume included. */
  steps: number;
  batch?: number;
  /** Decides the start, the order of the data, times and noise: the same seed and backend, the same losses. */
  seed?: number;
  schedule?: Schedule;
  learningRate?: LearningRate;
  optimizer?: Optimizer<Moments>;
  /** Of the moving average of the parameters, 0 or more and below 1. */
  averageDecay?: number;
  /** Steps between estimates of the validation loss (also after the last step); 0 for none. Of no use without `data.validation`. */
  validateEvery?: number;
  /** Held-out images in one estimate. */
  validationImages?: number;
  /** Folder for checkpoints; none are written without it. */
  checkpointDir?: string;
  /** Steps between checkpoints, 1 or more; the last step always writes one, and so does whatever ends the loop early. */
  checkpointEvery?: number;
  /** Go on from the checkpoint in `checkpointDir`, made with the same settings. */
  resume?: boolean;
  /** Settings that may differ from those of the checkpoint on resume: `['learningRate']` to lower it, say. */
  mayDiffer?: readonly Setting[];
  /** Start anew where `checkpointDir` holds a run, which is lost. */
  overwrite?: boolean;
  /** The processes that train together, from `joinTeam`: each works on its part of every batch, rank 0 keeps the run. */
  team?: Team;
  /** Ends the run after the step under way, with a checkpoint; in a team, of every rank after the same step. */
  signal?: AbortSignal;
}

/** What is trained on, and what the validation loss is estimated on. */
export interface TrainingData {
  readonly train: ImageSet;
  readonly validation?: ImageSet;
  /** Not looked at: the splits of a set, as `mnist()` gives them, can be passed whole. */
  readonly test?: ImageSet;
}

/** Options that change no number of a training: how long it is, what it reports, where it is kept, who shares the work. */
type Free =
  | 'steps'
  | 'validateEvery'
  | 'checkpointDir'
  | 'checkpointEvery'
  | 'resume'
  | 'mayDiffer'
  | 'overwrite'
  | 'team'
  | 'signal';

/** All that the numbers of a training follow from. An option that is not {@link Free} belongs here by its type. */
export type RunPlan = Required<Omit<TrainOptions, Free>> & {
  readonly network: Denoiser;
  readonly data: ImageSet;
  readonly validation: ImageSet | undefined;
};

/** A setting of a run, by name; `method` is what no option changes, and another version of the trainer may. */
export type Setting = keyof RunPlan | 'method';
