import type { ImageSet } from '../datasets/index.ts';
import { linearSchedule, type Schedule } from '../diffusion/index.ts';
import { fold, PeerLost, randomKey, tf, type Team } from '../engine/index.ts';
import type { Denoiser } from '../models/index.ts';
import { saveForDiffusers } from './checkpoint.ts';
import { adam, type Moments, type Optimizer } from './adam.ts';
import { batches, sliceOf, streams } from './batches.ts';
import { freshState, toDevice, toHost } from './device.ts';
import { emaDecay } from './ema.ts';
import { linearDecay, type LearningRate } from './schedule.ts';
import { startTogether } from './share.ts';
import { settingsAt, type RunPlan, type RunSettings } from './settings.ts';
import { loadState, refuseToOverwrite, saveState } from './state.ts';
import { batchTensors, trainingStep } from './step.ts';
import { trainedModel, type TrainedModel } from './trained.ts';
import { validator } from './validation.ts';

export interface TrainOptions {
  /** Steps in all, those before a resume included. */
  steps: number;
  batch?: number;
  /** Decides the start, the order of the data, times and noise: the same seed and backend, the same losses. */
  seed?: number;
  schedule?: Schedule;
  learningRate?: LearningRate;
  optimizer?: Optimizer<Moments>;
  /** Of the moving average of the parameters. */
  averageDecay?: number;
  /** Steps between estimates of the validation loss (also after the last step); 0 for none. */
  validateEvery?: number;
  /** Held-out images in one estimate. */
  validationImages?: number;
  /** Folder for checkpoints; none are written without it. */
  checkpointDir?: string;
  /** Steps between checkpoints; the last step always writes one, and so does leaving the loop early. */
  checkpointEvery?: number;
  /** Go on from the checkpoint in `checkpointDir`, made with the same settings. */
  resume?: boolean;
  /** Settings that may differ from those of the checkpoint on resume: `['learningRate']` to lower it, say. */
  mayDiffer?: readonly (keyof RunSettings)[];
  /** Start anew where `checkpointDir` holds a run, which is lost. */
  overwrite?: boolean;
  /** The processes that train together, from `joinTeam`: each works on its part of every batch, rank 0 keeps the run. */
  team?: Team;
  /** Ends the run after the step under way, with a checkpoint; in a team, of every rank after the same step. */
  signal?: AbortSignal;
}

export interface TrainingReport {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** L_simple on the batch of this step, before its update. */
  readonly loss: number;
  /** Of the averaged parameters, on held-out images with fixed times and noise; on some steps only. */
  readonly validationLoss?: number;
  /** Mean over the last ten steps, validation and checkpoints left out. */
  readonly msPerStep: number;
  readonly learningRate: number;
}

/** Training as an async iterable: `for await (const { step, loss } of run) …`, then `await run.trained()`. */
export interface TrainingRun extends AsyncIterable<TrainingReport> {
  /** The averaged parameters after the last finished step, while the loop runs and after it, however it ended. */
  trained(): Promise<TrainedModel>;
  /** The newest checkpoint, written or gone on from. */
  readonly checkpoint: { readonly file: string; readonly step: number } | undefined;
}

/**
 * Trains a noise predictor with L_simple (Ho et al. 2020, eq. 14, algorithm 1).
 *
 * Nothing random is kept between steps: noise, times and data order follow from the seed and the step, so N steps, a
 * checkpoint and M more with the same settings are bit for bit N + M steps. A learning rate that depends on the number
 * of steps, like the default, is the same only for the same number.
 *
 * Leaving the loop early (`break`, an error of the caller) keeps the model of the last finished step, in a checkpoint too
 * where there is a folder for them. A run is gone through once.
 *
 * In a team the numbers are those of one process with the whole batch, but for the order of sums. Rank 0 alone reads and
 * writes checkpoints and validates. Leave by `signal`, which all ranks follow; a rank that leaves alone is missed.
 *
 * @throws Error naming the step and the last good checkpoint when the loss is not finite; naming the file when a checkpoint
 *   cannot be written or resumed from; RunExists where one would be overwritten; SettingDiffers on resume with other settings;
 *   PeerLost when another rank ended, after rank 0 has saved the last finished step
 */
export function train(
  model: Denoiser,
  data: { train: ImageSet; validation?: ImageSet },
  options: TrainOptions,
): TrainingRun {
  checkOptions(options);
  const {
    steps,
    batch = 32,
    seed = 0,
    schedule = linearSchedule(),
    learningRate = linearDecay(1e-3, steps),
    optimizer = adam(),
    averageDecay = 0.999,
    validateEvery = 100,
    validationImages,
    checkpointDir,
    checkpointEvery = 500,
    resume = false,
    mayDiffer,
    overwrite = false,
    team,
    signal,
  } = options;
  const keepsRun = team === undefined || team.rank === 0;
  const slice = sliceOf(batch, team?.rank ?? 0, team?.size ?? 1);
  const plan: RunPlan = {
    data: data.train.name,
    ...{ seed, batch, schedule, optimizer, averageDecay, learningRate },
  };
  let finished = 0;
  let checkpoint: TrainingRun['checkpoint'];
  /** The average of the last finished step, on the device while the loop runs; absent where there is none. */
  let average: (() => Promise<Float32Array>) | undefined;
  const about = () => ({ step: finished, ...settingsAt(plan, finished) });

  async function* run(): AsyncGenerator<TrainingReport, void, void> {
    if (keepsRun && checkpointDir !== undefined && !resume && !overwrite)
      await refuseToOverwrite(checkpointDir);
    const resumed = resume && keepsRun ? await loadState(checkpointDir!, model, plan, mayDiffer) : undefined;
    checkpoint = resumed && { file: resumed.file, step: resumed.step };
    finished = resumed?.step ?? 0;

    const key = randomKey(seed);
    const batchOf = batches(data.train, { batch, T: schedule.T, key, slice });
    const advance = trainingStep(model, schedule, optimizer, team && { team, weight: slice.n / batch });
    const validate =
      keepsRun && data.validation
        ? validator(model, schedule, data.validation, { images: validationImages })
        : undefined;
    let state = toDevice(resumed?.state ?? freshState(model, fold(key, streams.init)));
    if (team) {
      const settings = { ...settingsAt(plan, steps), steps, model: model.config };
      ({ state, step: finished } = await startTogether(team, { state, step: finished }, settings));
    }
    average = async () => (await state.average.data()) as Float32Array;
    const save = async (): Promise<void> => {
      if (!keepsRun || checkpointDir === undefined || checkpoint?.step === finished) return;
      const host = await toHost(state);
      const file = await saveState(checkpointDir, model, host, about());
      await saveForDiffusers(checkpointDir, model, host.average, about());
      checkpoint = { file, step: finished };
    };
    const times: number[] = [];
    let left = false;
    try {
      let next = batchOf(finished + 1);
      for (let step = finished + 1; step <= steps; step++) {
        const started = performance.now();
        const rate = learningRate(step);
        const inputs = batchTensors(next, data.train.shape);
        const scalars = {
          optimizer: tf.tensor1d(Float32Array.from(optimizer.scalars(step, rate))),
          decay: tf.scalar(emaDecay(averageDecay, step)),
          stop: tf.scalar(signal?.aborted ? 1 : 0),
        };
        const going = () => advance(state, inputs, scalars);
        const pending = team ? team.together(going) : going();
        if (step < steps) next = batchOf(step + 1);
        const result = await pending;
        const loss = (await result.loss.data())[0];
        const stops = (await result.stop.data())[0] > 0;
        tf.dispose([state, inputs, scalars, result.loss, result.stop]);
        state = result.state;
        times.push(performance.now() - started);
        requireFinite('loss', loss, step);
        const isValidated = validate && isDue(step, validateEvery, steps);
        const validationLoss = isValidated ? await validate(state.average) : undefined;
        if (validationLoss !== undefined) requireFinite('validation loss', validationLoss, step);
        finished = step;
        if (stops || isDue(step, checkpointEvery, steps)) await save();
        left = true; // unless the loop comes back for more
        yield { step, steps, loss, validationLoss, msPerStep: mean(times.slice(-10)), learningRate: rate };
        left = false;
        if (stops) break;
      }
      await team?.leave();
    } catch (error) {
      if (!(error instanceof PeerLost)) throw error;
      if (finished > 0) await save();
      throw withCheckpoint(error);
    } finally {
      try {
        const last = average && (await average());
        average = last && (() => Promise.resolve(last));
        if (left) await save();
      } finally {
        advance.dispose();
        validate?.dispose();
        tf.dispose(state);
      }
    }
  }

  /** What to do when a rank is gone. */
  function withCheckpoint({ message }: PeerLost): PeerLost {
    if (!keepsRun) return new PeerLost(`${message}. Stopped after step ${finished}`);
    const saved = checkpoint
      ? `${checkpoint.file} has step ${checkpoint.step}: resume from it, with any number of workers`
      : 'no checkpoint was written';
    return new PeerLost(`${message}. Stopped after step ${finished}; ${saved}`);
  }

  /** What is wrong with a step is in its parameters: they are not kept. */
  function requireFinite(what: string, value: number, step: number): void {
    if (Number.isFinite(value)) return;
    average = undefined;
    const remedy = checkpoint
      ? `The last good checkpoint is ${checkpoint.file} (step ${checkpoint.step}); lower the learning rate and resume with mayDiffer: ['learningRate']`
      : 'No checkpoint was written; lower the learning rate';
    throw new Error(`${what} is ${value} at step ${step}. ${remedy}`);
  }

  let reports: AsyncGenerator<TrainingReport, void, void> | undefined;
  return {
    [Symbol.asyncIterator]() {
      if (reports)
        throw new Error(
          'this run was gone through already: call train again, with resume to go on from a checkpoint',
        );
      return (reports = run());
    },
    async trained() {
      if (average && finished > 0) return trainedModel(model, await average(), about());
      throw new Error('no trained model: no step of training was finished, or its loss was not finite');
    },
    get checkpoint() {
      return checkpoint;
    },
  };
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const isDue = (step: number, every: number, steps: number): boolean =>
  every > 0 && (step % every === 0 || step === steps);

function checkOptions({ steps, batch = 32, seed = 0, checkpointDir, resume, overwrite }: TrainOptions): void {
  if (!Number.isInteger(steps) || steps < 1)
    throw new Error(`steps: ${steps}, expected an integer of 1 or more`);
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`batch: ${batch}, expected an integer of 1 or more`);
  if (!Number.isInteger(seed)) throw new Error(`seed: ${seed}, expected an integer`);
  if (resume && checkpointDir === undefined)
    throw new Error('resume: expected checkpointDir, the folder to go on from');
  if (resume && overwrite) throw new Error('resume and overwrite: expected one of them, or neither');
}
