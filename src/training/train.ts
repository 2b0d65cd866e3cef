import type { ImageSet } from '../datasets/index.ts';
import { linearSchedule, type Schedule } from '../diffusion/index.ts';
import { fold, randomKey, tf, type Key } from '../engine/index.ts';
import { initialVector, type Denoiser } from '../models/index.ts';
import { saveForDiffusers } from './checkpoint.ts';
import { adam, type Moments, type Optimizer } from './adam.ts';
import { batches, streams } from './batches.ts';
import { emaDecay } from './ema.ts';
import { linearDecay, type LearningRate } from './schedule.ts';
import { loadState, saveState, type RunSettings, type SavedState } from './state.ts';
import { batchTensors, trainingStep, type TrainingState } from './step.ts';
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
  /** Steps between checkpoints; the last step always writes one. */
  checkpointEvery?: number;
  /** Go on from the checkpoint in `checkpointDir`. */
  resume?: boolean;
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
  /** The averaged parameters as they are now, or after the last step once the loop is over. */
  trained(): Promise<TrainedModel>;
}

/**
 * Trains a noise predictor with L_simple (Ho et al. 2020, eq. 14, algorithm 1).
 *
 * Nothing random is kept between steps: noise, times and data order follow from the seed and the step, so N steps, a
 * checkpoint and M more are bit for bit N + M steps.
 *
 * @throws Error naming the step and the last good checkpoint when the loss is not finite; naming the file when a checkpoint
 *   cannot be written or resumed from
 */
export function train(
  model: Denoiser,
  data: { train: ImageSet; validation?: ImageSet },
  options: TrainOptions,
): TrainingRun {
  checkOptions(options);
  let live: (() => Promise<Float32Array>) | undefined;
  let final: Float32Array | undefined;
  let about: Record<string, unknown> = {};

  async function* run(): AsyncGenerator<TrainingReport, void, void> {
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
    } = options;
    const key = randomKey(seed);
    const settings: RunSettings = {
      seed,
      batch,
      schedule: `${schedule.name} ${schedule.T}`,
      data: data.train.name,
    };
    const resumed = resume ? await loadState(checkpointDir!, model, settings) : undefined;
    const first = (resumed?.step ?? 0) + 1;
    let lastGood = resumed && { file: resumed.file, step: resumed.step };

    const batchOf = batches(data.train, { batch, T: schedule.T, key });
    const advance = trainingStep(model, schedule, optimizer);
    const validate =
      data.validation && validator(model, schedule, data.validation, { images: validationImages });
    let state = toDevice(resumed?.state ?? freshState(model, fold(key, streams.init)));
    live = async () => (await state.average.data()) as Float32Array;
    const times: number[] = [];
    try {
      let next = batchOf(first);
      for (let step = first; step <= steps; step++) {
        const started = performance.now();
        const rate = learningRate(step);
        const inputs = batchTensors(next, data.train.shape);
        const scalars = {
          optimizer: tf.tensor1d(Float32Array.from(optimizer.scalars(step, rate))),
          decay: tf.scalar(emaDecay(averageDecay, step)),
        };
        const pending = advance(state, inputs, scalars);
        if (step < steps) next = batchOf(step + 1);
        const result = await pending;
        const loss = (await result.loss.data())[0];
        tf.dispose([state, inputs, scalars, result.loss]);
        state = result.state;
        times.push(performance.now() - started);
        if (!Number.isFinite(loss)) throw notFinite('loss', loss, step, lastGood);

        const validationLoss =
          validate && isDue(step, validateEvery, steps) ? await validate(state.average) : undefined;
        if (validationLoss !== undefined && !Number.isFinite(validationLoss)) {
          throw notFinite('validation loss', validationLoss, step, lastGood);
        }
        about = { step, ...settings };
        if (checkpointDir !== undefined && isDue(step, checkpointEvery, steps)) {
          lastGood = { file: await saveAll(checkpointDir, model, await toHost(state), step, settings), step };
        }
        yield { step, steps, loss, validationLoss, msPerStep: mean(times.slice(-10)), learningRate: rate };
      }
      final = await live();
    } finally {
      live = undefined;
      advance.dispose();
      validate?.dispose();
      tf.dispose(state);
    }
  }

  const reports = run();
  return {
    [Symbol.asyncIterator]: () => reports,
    async trained() {
      const vector = final ?? (live && (await live()));
      if (vector !== undefined) return trainedModel(model, vector, about);
      throw new Error('no trained model: training was not started, or was left before its last step');
    },
  };
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const isDue = (step: number, every: number, steps: number): boolean =>
  every > 0 && (step % every === 0 || step === steps);

function freshState(model: Denoiser, key: Key): SavedState {
  const parameters = initialVector(model, key);
  const n = parameters.length;
  return { parameters, average: parameters.slice(), m: new Float32Array(n), v: new Float32Array(n) };
}

const toDevice = ({ parameters, average, m, v }: SavedState): TrainingState => ({
  parameters: tf.tensor1d(parameters),
  average: tf.tensor1d(average),
  moments: { m: tf.tensor1d(m), v: tf.tensor1d(v) },
});

async function toHost({ parameters, average, moments }: TrainingState): Promise<SavedState> {
  const [p, a, m, v] = await Promise.all([parameters, average, moments.m, moments.v].map((x) => x.data()));
  return { parameters: p, average: a, m, v } as SavedState;
}

/** The state to resume from first, then the model that others read. */
async function saveAll(
  folder: string,
  model: Denoiser,
  state: SavedState,
  step: number,
  settings: RunSettings,
) {
  const file = await saveState(folder, model, state, step, settings);
  await saveForDiffusers(folder, model, state.average, { step, ...settings });
  return file;
}

function notFinite(
  what: string,
  value: number,
  step: number,
  lastGood?: { file: string; step: number },
): Error {
  const remedy = lastGood
    ? `The last good checkpoint is ${lastGood.file} (step ${lastGood.step}); lower the learning rate and resume`
    : 'No checkpoint was written; lower the learning rate';
  return new Error(`${what} is ${value} at step ${step}. ${remedy}`);
}

function checkOptions({ steps, batch = 32, seed = 0, checkpointDir, resume }: TrainOptions): void {
  if (!Number.isInteger(steps) || steps < 1)
    throw new Error(`steps: ${steps}, expected an integer of 1 or more`);
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`batch: ${batch}, expected an integer of 1 or more`);
  if (!Number.isInteger(seed)) throw new Error(`seed: ${seed}, expected an integer`);
  if (resume && checkpointDir === undefined)
    throw new Error('resume: expected checkpointDir, the folder to go on from');
}
