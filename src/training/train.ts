import { linearSchedule } from '../diffusion/index.ts';
import { fold, PeerLost, randomKey, tf } from '../engine/index.ts';
import type { Denoiser } from '../models/index.ts';
import { OptionError } from '../options/index.ts';
import { adam } from './adam.ts';
import type { AnyModel } from './architectures.ts';
import { batches, sliceOf, streams } from './batches.ts';
import { checkTraining } from './checkTraining.ts';
import { freshState, toDevice, toHost } from './device.ts';
import { emaDecay } from './ema.ts';
import { timeOfStep } from './pace.ts';
import { openRunFolder, type RunFolder } from './runFolder.ts';
import { linearDecay, rateAt } from './schedule.ts';
import { startTogether } from './share.ts';
import { settingsOf, spotsOf } from './settings.ts';
import { batchTensors, trainingStep } from './step.ts';
import { trainedModel, type TrainedModel } from './trained.ts';
import type { TrainingData, TrainOptions } from './trainOptions.ts';
import { VALIDATION_IMAGES, validator } from './validation.ts';
import { without } from './without.ts';

export interface TrainingReport {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** L_simple on the batch of this step, before its update. */
  readonly loss: number;
  /** Of the averaged parameters, on held-out images with fixed times and noise; on some steps only. */
  readonly validationLoss?: number;
  /** Mean over the last ten steps, validation, checkpoints and (once there are others) the first left out, which is traced. */
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
 * where there is a folder for them; so does whatever fails on the way, the data or the learning rate. A run is gone through
 * once.
 *
 * In a team the numbers are those of one process with the whole batch, but for the order of sums. Rank 0 alone reads and
 * writes checkpoints and validates. Leave by `signal`, which all ranks follow; a rank that leaves alone is missed.
 *
 * A folder of checkpoints belongs to one run at a time. What a process that was killed in the middle of saving has left there
 * is mended on resume.
 *
 * @param network any pure function of named parameters that answers in the shape of its images
 * @throws OptionError at once, naming what of the network, the data or the options cannot be. Before the first step: RunExists
 *   where a run would be overwritten, FolderInUse where another has the folder, SettingDiffers or SettingsMissing on resume
 *   with other settings, Error naming the folder or file that cannot be written or read. Then: Error naming the step and the
 *   last good checkpoint when the loss is not finite, Error naming the last finished step and its checkpoint when anything else
 *   fails, which is its cause; PeerLost, naming them too, when another rank ended
 */
export function train(network: Denoiser, data: TrainingData, options: TrainOptions): TrainingRun {
  checkTraining(network, data, options);
  const {
    steps,
    batch = 32,
    seed = 0,
    schedule = linearSchedule(),
    learningRate = linearDecay(1e-3, steps),
    optimizer = adam(),
    averageDecay = 0.999,
    validateEvery = 100,
    validationImages = VALIDATION_IMAGES,
    checkpointDir,
    checkpointEvery = 500,
    resume = false,
    mayDiffer,
    overwrite = false,
    team,
    signal,
  } = options;
  spotsOf(steps).forEach((step) => rateAt(learningRate, step));
  const keepsRun = team === undefined || team.rank === 0;
  const slice = sliceOf(batch, team?.rank ?? 0, team?.size ?? 1);
  const settings = once(() =>
    settingsOf({
      ...{ network, data: data.train, validation: data.validation, validationImages },
      ...{ seed, batch, schedule, optimizer, averageDecay, learningRate },
    }),
  );
  let finished = 0;
  let checkpoint: TrainingRun['checkpoint'];
  /** The average of the last finished step, on the device while the loop runs and after it; absent where there is none. */
  let average: (() => Promise<Float32Array>) | undefined;
  /** Kind and config of the network are said by whoever writes it. */
  const about = () => ({ step: finished, ...without(settings()(finished), 'network') });

  async function* run(): AsyncGenerator<TrainingReport, void, void> {
    const keeping = { settings: (step: number) => settings()(step), resume, mayDiffer, overwrite };
    const folder =
      checkpointDir !== undefined && keepsRun
        ? await openRunFolder(checkpointDir, network as AnyModel, keeping)
        : undefined;
    try {
      yield* steppingFrom(folder);
    } finally {
      await folder?.close();
    }
  }

  async function* steppingFrom(folder: RunFolder | undefined): AsyncGenerator<TrainingReport, void, void> {
    const resumed = folder?.resumed;
    checkpoint = resumed && { file: resumed.file, step: resumed.step };
    finished = resumed?.step ?? 0;
    if (resumed && resumed.step > steps)
      throw new OptionError(
        'steps',
        `steps = ${steps}: ${resumed.file} is of step ${resumed.step}: expected ${resumed.step} or more, the steps before the resume included`,
      );
    const key = randomKey(seed);
    const batchOf = batches(data.train, { batch, T: schedule.T, key, slice });
    const advance = trainingStep(network, schedule, optimizer, team && { team, weight: slice.n / batch });
    const validate =
      keepsRun && data.validation && validateEvery > 0
        ? validator(network, schedule, data.validation, { images: validationImages })
        : undefined;
    let state = toDevice(resumed?.state ?? (await freshState(network, fold(key, streams.init))));
    /** Why the last checkpoint could not be written, if it could not. */
    let unsaved: unknown;
    const save = async (): Promise<void> => {
      if (folder === undefined || checkpoint?.step === finished) return;
      try {
        const file = await folder.save(await toHost(state), about());
        checkpoint = { file, step: finished };
      } catch (error) {
        unsaved = error;
        throw error;
      }
    };
    const times: number[] = [];
    let left = false;
    try {
      if (team) {
        // Rank 0 alone validates: others may have no set for it.
        const common = { ...without(settings()(steps), 'validation'), steps };
        ({ state, step: finished } = await startTogether(team, { state, step: finished }, common));
      }
      average = async () => (await state.average.data()) as Float32Array;
      let next = batchOf(finished + 1);
      for (let step = finished + 1; step <= steps; step++) {
        const started = performance.now();
        const rate = rateAt(learningRate, step);
        const ofOptimizer = Float32Array.from(optimizer.scalars(step, rate));
        const inputs = batchTensors(next, data.train.shape);
        const scalars = {
          optimizer: tf.tensor1d(ofOptimizer),
          decay: tf.scalar(emaDecay(averageDecay, step)),
          stop: tf.scalar(signal?.aborted ? 1 : 0),
        };
        const going = () => advance(state, inputs, scalars);
        const pending = team ? team.together(going) : going();
        // The next batch is made while the step runs. Whichever fails, the other is awaited.
        const [stepped, made] = await Promise.allSettled([
          pending,
          (async () => (step < steps ? batchOf(step + 1) : next))(),
        ]);
        tf.dispose([inputs, scalars]);
        if (stepped.status === 'rejected') throw stepped.reason;
        const result = stepped.value;
        const [loss, stop] = await numbersOf(result.loss, result.stop);
        tf.dispose(state);
        state = result.state;
        times.push(performance.now() - started);
        requireFinite('loss', loss, step);
        finished = step;
        const isValidated = validate && isDue(step, validateEvery, steps);
        const validationLoss = isValidated ? await validate(state.average) : undefined;
        if (validationLoss !== undefined) requireFinite('validation loss', validationLoss, step);
        if (made.status === 'rejected') throw made.reason;
        next = made.value;
        if (stop > 0 || isDue(step, checkpointEvery, steps)) await save();
        left = true; // unless the loop comes back for more
        yield { step, steps, loss, validationLoss, msPerStep: timeOfStep(times), learningRate: rate };
        left = false;
        if (stop > 0) break;
      }
      await team?.leave();
    } catch (error) {
      // What the caller throws is the caller's, and the step is saved below. Numbers that are not finite, or that could not
      // be saved, are not saved again; without an average no step was begun.
      const begun = average !== undefined || error instanceof PeerLost;
      if (left || !begun || error === unsaved) throw error;
      throw await stopped(error, save);
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

  /** Saves the last finished step. What failed, with what is kept and what to do. */
  async function stopped(error: unknown, save: () => Promise<void>): Promise<unknown> {
    const unsaved = finished === 0 ? undefined : await save().then(() => undefined, messageOf);
    if ((error as Error | undefined)?.name === 'Interrupted') return error; // by the user, and told as such
    const parts = [
      `${messageOf(error).replace(/\.$/, '')}. Stopped ${finished === 0 ? 'before step 1' : `after step ${finished}`}`,
    ];
    if (keepsRun) {
      if (unsaved !== undefined) parts.push(`it could not be saved (${unsaved})`);
      parts.push(
        checkpoint
          ? `${checkpoint.file} has step ${checkpoint.step}: resume from it${team ? ', with any number of workers' : ''}`
          : 'no checkpoint was written',
      );
    }
    const Kind = error instanceof PeerLost ? PeerLost : Error;
    return new Kind(parts.join('; '), { cause: error });
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
      if (average && finished > 0) return trainedModel(network, await average(), about());
      throw new Error('no trained model: no step of training was finished, or its loss was not finite');
    },
    get checkpoint() {
      return checkpoint;
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isDue = (step: number, every: number, steps: number): boolean =>
  every > 0 && (step % every === 0 || step === steps);

/** The values of scalars, which are disposed. */
async function numbersOf(...scalars: tf.Scalar[]): Promise<number[]> {
  try {
    const values = await Promise.all(scalars.map((scalar) => scalar.data()));
    return values.map(([value]) => value);
  } finally {
    tf.dispose(scalars);
  }
}

function once<T>(compute: () => T): () => T {
  let value: { readonly is: T } | undefined;
  return () => (value ??= { is: compute() }).is;
}
