import { describe, expect, it } from 'vitest';
import { imageSet, mnist } from '../../src/datasets/index.ts';
import {
  cosineSchedule,
  ddim,
  linearSchedule,
  mixture,
  sample,
  scaledLinearSchedule,
  scheduleFromBetas,
} from '../../src/diffusion/index.ts';
import { randomKey } from '../../src/engine/index.ts';
import { classifier, unet } from '../../src/models/index.ts';
import {
  anyOf,
  checkOptions,
  listOf,
  oneOf,
  OptionError,
  real,
  required,
  text,
  whole,
} from '../../src/options/index.ts';
import {
  adam,
  constant,
  dataOrder,
  emaDecay,
  linearDecay,
  sliceOf,
  spreadTimes,
  train,
  trainClassifier,
  validator,
  warmUp,
} from '../../src/training/index.ts';

describe('kinds of values', () => {
  it.each([
    [whole({ min: 1 }), 'a whole number, 1 or more', [1, 5], [0, 1.5, NaN, Infinity, '1', 2 ** 53, null, 1n]],
    [real({ min: 0, max: 300 }), 'a number between 0 and 300', [0, 300], [-1, 301, NaN]],
    [real({ above: 0 }), 'a number above 0', [1e-300], [0, -1, Infinity, NaN]],
    [real({ min: 0, below: 1 }), 'a number, 0 or more and below 1', [0, 0.5], [1, -0.1, NaN]],
    [real({ below: 3 }), 'a number below 3', [-5, 2], [3, -Infinity]],
    [listOf(whole(), { length: 2 }), 'a list of 2, each a whole number', [[1, 2]], [[1], [1, '2'], 'ab', 3]],
    [anyOf(text, oneOf(null)), 'a text that is not empty, or null', ['a', null], ['', undefined, 3]],
  ])('%# take what they say', (kind, expected, good, bad) => {
    expect(kind.expected).toBe(expected);
    for (const value of good) expect(kind.accepts(value)).toBe(true);
    for (const value of bad) expect(kind.accepts(value)).toBe(false);
  });

  it('are checked by name: unknown, missing and wrong options are refused', () => {
    const kinds = { steps: required(whole({ min: 1 })), rate: real() };
    const check = (given: object) => () => checkOptions('bake', given, kinds as never);
    expect(check({ steps: 3 })).not.toThrow();
    expect(check({ steps: 3, rate: undefined })).not.toThrow();
    expect(check({ steps: 3, rat: 1 })).toThrow('bake: unknown option rat (did you mean rate?)');
    expect(check({ steps: 3, toString: 1 })).toThrow('bake: unknown option toString');
    expect(check({ rate: 1 })).toThrow('bake: steps is missing: expected a whole number, 1 or more');
    expect(check({ steps: '3' })).toThrow('bake: steps = "3": expected a whole number, 1 or more');
    expect(check({ steps: null })).toThrow('bake: steps = null');
    expect(check([] as object)).toThrow('expected an object of options');
    expect(check(null as never)).toThrow('expected an object of options');
  });
});

const images = imageSet('some', [8, 8, 1], new Uint8Array(640), new Uint8Array(10));
const network = unet({ size: 8, widths: [4], blocks: 1, groups: 2 });
const key = randomKey(0);

/** Every function with options: its numeric ones, and how it is called with others beside a good minimum. */
const functions: Record<string, [call: (options: object) => unknown, numeric: readonly string[]]> = {
  adam: [(o) => adam(o), ['beta1', 'beta2', 'eps', 'weightDecay', 'clipNorm']],
  linearSchedule: [(o) => linearSchedule(o), ['T', 'betaStart', 'betaEnd']],
  scaledLinearSchedule: [(o) => scaledLinearSchedule(o), ['T', 'betaStart', 'betaEnd']],
  cosineSchedule: [(o) => cosineSchedule(o), ['T', 's', 'maxBeta']],
  linearDecay: [(o) => linearDecay(1e-3, 10, o), ['from']],
  unet: [(o) => unet(o), ['size', 'channels', 'blocks', 'groups', 'headSize', 'widths']],
  classifier: [(o) => classifier(o), ['size', 'channels', 'classes', 'width', 'groups']],
  mnist: [(o) => mnist(o), ['validation', 'seed']],
  validator: [(o) => validator(network, linearSchedule(), images, o), ['images']],
  train: [
    (o) => train(network, { train: images }, { steps: 1, ...o }),
    ['steps', 'batch', 'seed', 'averageDecay', 'validateEvery', 'validationImages', 'checkpointEvery'],
  ],
  trainClassifier: [(o) => trainClassifier({ train: images }, o), ['steps', 'batch', 'seed']],
  sample: [
    (o) =>
      sample((x) => x.clone(), linearSchedule(), {
        ...ddim,
        shape: [1, 2],
        key,
        ...(o as { steps?: number }),
      }),
    ['steps', 'eta', 'shape', 'clip'],
  ],
  mixture: [(o) => mixture({ means: [[0]], std: 1, ...o }), ['std', 'weights', 'means']],
};

/** Of no number at all, for options of any range. */
const meaningless = [NaN, -Infinity, -1e300, '3', null, true, {}, 3n, [NaN], () => 1];

describe.each(Object.entries(functions))('%s', (_, [call, numeric]) => {
  const refused = async (options: object) => {
    try {
      await call(options);
    } catch (error) {
      return error as Error;
    }
    return undefined;
  };

  it.each(numeric)('refuses what is no value of %s, by name', async (option) => {
    // Of the values below, null is one head and an infinite length is none.
    const fine = { headSize: [null], clipNorm: [Infinity] }[option] ?? [];
    for (const value of [...meaningless, Infinity]) {
      if ((fine as unknown[]).includes(value)) continue;
      const error = await refused({ [option]: value });
      expect(error, `${option} = ${String(value)}`).toBeInstanceOf(RangeError);
      expect(error!.message).toMatch(new RegExp(`\\b${option} ?(=|\\[)`));
    }
  });

  it('refuses an option that it does not know', async () => {
    expect(await refused({ thisIsNoOption: 1 })).toBeInstanceOf(OptionError);
    expect((await refused({ thisIsNoOption: 1 }))!.message).toContain('unknown option thisIsNoOption');
  });
});

it.each<[string, () => unknown, string]>([
  ['adam beta1', () => adam({ beta1: 2 }), 'adam: beta1 = 2: expected a number, 0 or more and below 1'],
  ['adam eps', () => adam({ eps: 0 }), 'adam: eps = 0'],
  ['a rate', () => constant(-1), 'constant: rate = -1: expected a number above 0'],
  ['a rate of 0', () => linearDecay(0, 5), 'linearDecay: rate = 0'],
  ['steps of a rate', () => linearDecay(1, 1.5), 'linearDecay: steps = 1.5'],
  ['steps of a rise', () => warmUp(constant(1), 0), 'warmUp: steps = 0: expected a whole number, 1 or more'],
  ['a decay', () => emaDecay(2, 1), 'emaDecay: decay = 2'],
  ['no images', () => dataOrder(0, 4, key), 'dataOrder: count = 0'],
  ['a step', () => dataOrder(4, 4, key)(0), 'dataOrder: step = 0'],
  ['times', () => spreadTimes(2.5, 10, key), 'spreadTimes: n = 2.5'],
  ['a rank', () => sliceOf(8, 2, 2), 'sliceOf: rank = 2: expected a whole number between 0 and 1'],
  ['a T of text', () => linearSchedule({ T: '10' as never }), 'T = "10"'],
  ['betas of text', () => scheduleFromBetas('mine', ['0.1'] as never), 'β at t = 1 is 0.1'],
  [
    'a shape',
    () => imageSet('x', [8, 8] as never, new Uint8Array(64), new Uint8Array(1)),
    'imageSet: shape = [8, 8]',
  ],
  ['draws', () => mixture({ means: [[0]], std: 1 }).sample(key, -1), 'mixture: n = -1'],
  ['groups of a classifier', () => classifier({ groups: 3 }), 'width 16, expected a multiple of groups = 3'],
])('what has no meaning is refused: %s', (_, call, message) => {
  expect(call).toThrow(message);
});

it('options that training cannot have are refused before it starts, by option, value and range', () => {
  const start =
    (options: object, data: object = { train: images }) =>
    () =>
      train(network, data as never, { steps: 2, ...options });
  const empty = images.take([]);
  for (const [call, message] of [
    [
      start({ checkpointEvery: 0 }),
      'checkpointEvery = 0: expected a whole number, 1 or more; without checkpointDir',
    ],
    [start({ averageDecay: 2 }), 'averageDecay = 2: expected a number, 0 or more and below 1'],
    [start({ learningRate: () => -1 }), 'learningRate = -1 at step 1: expected a number, 0 or more'],
    [start({ learningRate: () => '1' }), 'learningRate = "1" at step 1'],
    [start({ learningRate: 1e-3 }), 'learningRate = 0.001: expected a function of the step'],
    [start({ optimizer: 'adam' }), 'optimizer = "adam": expected an optimizer, as `adam()` makes it'],
    [
      start({ optimizer: { ...adam(), settings: { name: 'adam', eps: NaN } } }),
      'optimizer.settings.eps is NaN',
    ],
    [start({ schedule: 'linear' }), 'schedule = "linear"'],
    [start({ resume: 'yes', checkpointDir: 'x' }), 'resume = "yes": expected true or false'],
    [start({ mayDiffer: ['rate'], resume: true, checkpointDir: 'x' }), 'mayDiffer = ["rate"]'],
    [start({ mayDiffer: ['seed'] }), 'mayDiffer: expected resume: true'],
    [start({ overwrite: true }), 'overwrite: expected checkpointDir'],
    [start({}, { train: empty }), 'data.train (some) has no images'],
    [
      start({}, { train: images, validation: empty }),
      'data.validation (some) has no images: expected 1 or more; hold some out',
    ],
    [start({}, {}), 'train is missing: expected a set of images'],
    [
      start(
        {},
        { train: images, validation: imageSet('w', [4, 4, 1], new Uint8Array(16), new Uint8Array(1)) },
      ),
      'data.validation has images of [4, 4, 1]: expected [8, 8, 1]',
    ],
  ] as const)
    expect(call).toThrow(message);
});

it('a classifier is not trained on labels that are no classes of it', async () => {
  const labelled = imageSet('odd', [8, 8, 1], new Uint8Array(128), Uint8Array.from([0, 9]));
  const model = classifier({ size: 8, classes: 4 });
  await expect(trainClassifier({ train: labelled }, { model })).rejects.toThrow(
    'image 1 of odd has the label 9: expected 0 to 3',
  );
});
