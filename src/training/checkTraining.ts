/** Options of `train`, checked before any work. */
import { checkNetwork, type Denoiser } from '../models/index.ts';
import {
  callable,
  checkOptions,
  flag,
  instanceOf,
  listOf,
  objectWith,
  oneOf,
  OptionError,
  required,
  text,
  whole,
  type Kinds,
} from '../options/index.ts';
import { checkKind, type AnyModel } from './architectures.ts';
import { decayKind } from './ema.ts';
import { plainJson } from './plainJson.ts';
import { checkedSchedule, settingNames } from './settings.ts';
import type { TrainingData, TrainOptions } from './trainOptions.ts';

const kinds: Kinds<TrainOptions> = {
  steps: required(whole({ min: 1 })),
  batch: whole({ min: 1 }),
  seed: whole(),
  schedule: objectWith('a schedule, as `linearSchedule()` makes it', 'name', 'T', 'beta', 'abar'),
  learningRate: { ...callable, expected: 'a function of the step, as `constant(1e-3)` makes it' },
  optimizer: objectWith('an optimizer, as `adam()` makes it', 'settings', 'init', 'scalars', 'update'),
  averageDecay: decayKind,
  validateEvery: whole({ min: 0 }),
  validationImages: whole({ min: 1 }),
  checkpointDir: text,
  checkpointEvery: whole({ min: 1 }, 'a whole number, 1 or more; without checkpointDir none are written'),
  resume: flag,
  mayDiffer: listOf(oneOf(...settingNames)),
  overwrite: flag,
  team: objectWith('a team, as `joinTeam` makes it', 'rank', 'size', 'sum'),
  signal: instanceOf(AbortSignal, 'the signal of an AbortController'),
};

const images = objectWith('a set of images, as `imageSet` makes it', 'name', 'shape', 'count', 'images');

/** @throws OptionError before any work, naming option, value and what was expected */
export function checkTraining(network: Denoiser, data: TrainingData, options: TrainOptions): void {
  checkNetwork('train', network);
  checkKind(network as AnyModel);
  checkOptions('train', options, kinds);
  checkImages(data);
  plainJson('network.config', network.config);
  plainJson('optimizer.settings', options.optimizer?.settings ?? {});
  if (options.schedule) checkedSchedule(options.schedule);
  checkMeaning(data, options);
  const { checkpointDir, resume, overwrite, mayDiffer = [] } = options;
  if (resume && checkpointDir === undefined)
    throw new OptionError('resume', 'resume: expected checkpointDir, the folder to go on from');
  if (overwrite && checkpointDir === undefined)
    throw new OptionError('overwrite', 'overwrite: expected checkpointDir, the folder of the run to lose');
  if (resume && overwrite)
    throw new OptionError('overwrite', 'resume and overwrite: expected one of them, or neither');
  if (mayDiffer.length > 0 && !resume)
    throw new OptionError(
      'mayDiffer',
      'mayDiffer: expected resume: true, there is nothing to differ from without',
    );
}

/** @throws OptionError for an option that would change nothing, for want of what it is about */
function checkMeaning({ validation }: TrainingData, options: TrainOptions): void {
  const { checkpointDir, checkpointEvery, validateEvery, validationImages, team } = options;
  if (checkpointEvery !== undefined && checkpointDir === undefined)
    throw new OptionError(
      'checkpointEvery',
      `checkpointEvery = ${checkpointEvery}: expected checkpointDir, the folder for checkpoints, with it`,
    );
  if (validateEvery === 0 && validationImages !== undefined)
    throw new OptionError(
      'validationImages',
      `validationImages = ${validationImages}: expected validateEvery above 0, or no validationImages: at 0 there is no validation loss`,
    );
  // Rank 0 alone validates: the others take the same options, and need no images for it.
  if (validation !== undefined || (team !== undefined && team.rank > 0)) return;
  for (const [name, value] of Object.entries({ validateEvery, validationImages }))
    if (value !== undefined && value > 0)
      throw new OptionError(
        name,
        `${name} = ${value}: expected data.validation, the images held out for it, with it`,
      );
}

function checkImages(data: TrainingData): void {
  checkOptions('train: data', data, { train: required(images), validation: images, test: images });
  const { train, validation } = data;
  if (train.count === 0)
    throw new OptionError('data', `train: data.train (${train.name}) has no images: expected 1 or more`);
  if (validation === undefined) return;
  if (validation.count === 0)
    throw new OptionError(
      'data',
      `train: data.validation (${validation.name}) has no images: expected 1 or more; hold some out, or pass { train } alone to train without a validation loss`,
    );
  if (validation.shape.join() !== train.shape.join())
    throw new OptionError(
      'data',
      `train: data.validation has images of [${validation.shape.join(', ')}]: expected [${train.shape.join(', ')}], as data.train has`,
    );
}
