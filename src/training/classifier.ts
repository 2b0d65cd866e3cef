import type { ImageSet } from '../datasets/index.ts';
import { callable, checkOptions, checkValue, objectWith, OptionError, whole } from '../options/index.ts';
import { compile, fold, randomKey, tf } from '../engine/index.ts';
import { checkNetwork, classifier, unflatten, vectorOf, type Model, type Params } from '../models/index.ts';
import { adam, type Moments, type Optimizer } from './adam.ts';
import { dataOrder, imagesAt } from './batches.ts';
import { loadModel, saveModel } from './checkpoint.ts';
import { linearDecay, rateAt, type LearningRate } from './schedule.ts';

type Classifier = Model<unknown, readonly []>;

export interface ClassifierOptions {
  model?: Classifier;
  steps?: number;
  batch?: number;
  seed?: number;
  learningRate?: LearningRate;
  /** Called after each step. */
  onStep?: (report: { step: number; steps: number; loss: number }) => void;
}

export interface TrainedClassifier {
  readonly model: Classifier;
  /** x [B, H, W, C] in [−1, 1] → probabilities [B][classes]. */
  probabilities(x: tf.Tensor4D): Promise<Float32Array[]>;
  /** Share of a set's images whose most probable class is their label. */
  accuracy(set: ImageSet): Promise<number>;
  save(file: string): Promise<void>;
  dispose(): void;
}

/**
 * Trains a classifier by cross-entropy with Adam. On MNIST, seed 0: 98.8 % of the validation digits right after 800 steps
 * (19 s on two busy cores), 98.2 % after 300.
 * @throws OptionError for options that are unknown or out of range, a set without images, a label that is no class
 */
export async function trainClassifier(
  data: { train: ImageSet },
  options: ClassifierOptions = {},
): Promise<TrainedClassifier> {
  checkOptions('trainClassifier', options, {
    model: objectWith('a classifier, as `classifier()` makes it', 'parameters', 'apply'),
    steps: whole({ min: 1 }),
    batch: whole({ min: 1 }),
    seed: whole(),
    learningRate: callable,
    onStep: callable,
  });
  const {
    model = classifier(),
    steps = 800,
    batch = 128,
    seed = 0,
    learningRate = linearDecay(4e-3, steps),
    onStep,
  } = options;
  checkNetwork('trainClassifier', model as never);
  checkLabelled('trainClassifier', data.train, classesOf(model));
  const key = randomKey(seed);
  const { train } = data;
  const order = dataOrder(train.count, batch, fold(key, 1));
  const optimizer = adam();
  const params = tf.tidy(() => ({ ...model.init(fold(key, 0)) }));
  const start = await vectorOf(model, params).finally(() => tf.dispose(params));
  let state: ClassifierState = { parameters: tf.tensor1d(start), moments: optimizer.init(start.length) };
  const advance = classifierStep(model, optimizer);
  try {
    for (let step = 1; step <= steps; step++) {
      const indices = order(step);
      const inputs = {
        x: tf.tensor4d(imagesAt(train, indices), [batch, ...train.shape]),
        labels: labelTensor(
          Array.from(indices, (i) => train.labels[i]),
          classesOf(model),
        ),
        scalars: tf.tensor1d(Float32Array.from(optimizer.scalars(step, rateAt(learningRate, step)))),
      };
      const result = await advance(state, inputs).finally(() => tf.dispose(inputs));
      tf.dispose(state);
      state = result.state;
      const loss = (await result.loss.data().finally(() => result.loss.dispose()))[0];
      if (!Number.isFinite(loss))
        throw new Error(`classifier: loss is ${loss} at step ${step}; lower the learning rate`);
      onStep?.({ step, steps, loss });
    }
    return trainedClassifier(model, (await state.parameters.data()) as Float32Array);
  } finally {
    advance.dispose();
    tf.dispose(state);
  }
}

/** A classifier from its flat parameters. */
export function trainedClassifier(model: Classifier, vector: Float32Array): TrainedClassifier {
  const params = tf.tidy(() => ({ ...unflatten(model, tf.tensor1d(vector)) }));
  const forward = compile((p: Params, x: tf.Tensor4D) => tf.softmax(model.apply(p, x)));
  const probabilities = async (x: tf.Tensor4D): Promise<Float32Array[]> => {
    const out = await forward(params, x);
    const flat = (await out.data()) as Float32Array;
    out.dispose();
    const classes = flat.length / x.shape[0];
    return Array.from({ length: x.shape[0] }, (_, i) => flat.slice(i * classes, (i + 1) * classes));
  };
  return {
    model,
    probabilities,
    async accuracy(set) {
      checkLabelled('accuracy', set, classesOf(model));
      let right = 0;
      for (let from = 0; from < set.count; from += 250) {
        const indices = Array.from({ length: Math.min(250, set.count - from) }, (_, i) => from + i);
        const x = tf.tensor4d(imagesAt(set, indices), [indices.length, ...set.shape]);
        const rows = await probabilities(x);
        x.dispose();
        rows.forEach((row, i) => (right += row.indexOf(Math.max(...row)) === set.labels[from + i] ? 1 : 0));
      }
      return right / set.count;
    },
    save: (file) => saveModel(file, model as never, vector),
    dispose() {
      tf.dispose(params);
      forward.dispose();
    },
  };
}

/** Loads what `save` wrote. @throws Error as {@link loadModel}; also when the file holds another kind of network */
export async function loadClassifier(path: string): Promise<TrainedClassifier> {
  const { model, vector, about, file } = await loadModel(path);
  if (about.kind !== 'classifier') throw new Error(`${file}: holds a ${about.kind}, expected a classifier`);
  return trainedClassifier(model as unknown as Classifier, vector);
}

type ClassifierState = {
  readonly parameters: tf.Tensor1D;
  readonly moments: Moments;
};

function classifierStep(model: Classifier, optimizer: Optimizer<Moments>) {
  return compile(
    (
      { parameters, moments }: ClassifierState,
      { x, labels, scalars }: { x: tf.Tensor4D; labels: tf.Tensor2D; scalars: tf.Tensor1D },
    ): { state: ClassifierState; loss: tf.Scalar } => {
      const { value: loss, grad } = tf.valueAndGrad((vector: tf.Tensor) => {
        const logits = model.apply(unflatten(model, vector as tf.Tensor1D), x);
        return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1))) as tf.Scalar;
      })(parameters);
      const next = optimizer.update(parameters, grad as tf.Tensor1D, moments, scalars);
      return { state: { parameters: next.parameters, moments: next.state }, loss: loss as tf.Scalar };
    },
  );
}

/** @throws OptionError for a set without images, or with a label that is no class of the network */
function checkLabelled(where: string, set: ImageSet, classes: number): void {
  if (set.count === 0)
    throw new OptionError('data', `${where}: ${set.name} has no images: expected 1 or more`);
  checkValue(where, 'model.config.classes', classes, whole({ min: 1 }));
  const odd = set.labels.findIndex((label) => label >= classes);
  if (odd >= 0)
    throw new OptionError(
      'data',
      `${where}: image ${odd} of ${set.name} has the label ${set.labels[odd]}: expected 0 to ${classes - 1}, the classes of the network`,
    );
}

/** [n, classes], one 1 a row. */
function labelTensor(labels: readonly number[], classes: number): tf.Tensor2D {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (rows[i * classes + label] = 1));
  return tf.tensor2d(rows, [labels.length, classes]);
}

const classesOf = (model: Classifier): number =>
  (model.config as { classes: number } | null)?.classes as number;
