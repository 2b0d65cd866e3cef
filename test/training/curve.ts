/** Prints, as JSON, the gradient of a small U-Net and its losses. Arguments: the backend, the number of steps. */
import { imageSet } from '../../src/datasets/index.ts';
import { linearSchedule } from '../../src/diffusion/index.ts';
import { compile, fold, randomKey, tf, useBackend, type BackendName } from '../../src/engine/index.ts';
import { initialVector, unet } from '../../src/models/index.ts';
import { batches, constant, train } from '../../src/training/index.ts';
import { batchLoss, batchTensors } from '../../src/training/step.ts';

const report = await useBackend({ backend: process.argv[2] as BackendName });
// Small: WebGPU runs on a processor in tests, where every operation takes milliseconds.
const model = unet({ size: 8, widths: [4, 8], blocks: 1, groups: 2 });
const shades = Uint8Array.from({ length: 40 * 64 }, (_, i) => (i * i * 31 + (i >> 6) * 57) % 256);
const data = { train: imageSet('shades', [8, 8, 1], shades, new Uint8Array(40)) };
const key = randomKey(5);

const batch = batchTensors(batches(data.train, { batch: 2, T: 1000, key })(1), data.train.shape);
const slope = compile((vector: tf.Tensor1D, images: typeof batch) =>
  tf.grad((v: tf.Tensor) => batchLoss(model, linearSchedule(), v as tf.Tensor1D, images))(vector),
);
const start = tf.tensor1d(initialVector(model, fold(key, 1)));
const gradient = Array.from(await (await slope(start, batch)).data());

const losses: number[] = [];
const options = { steps: Number(process.argv[3]), batch: 2, learningRate: constant(1e-3), validateEvery: 0 };
const before = tf.memory().numTensors;
for await (const { loss } of train(model, data, options)) losses.push(loss);
const leaked = tf.memory().numTensors - before;
const sizes = model.parameters.map(({ shape }) => shape.reduce((product, n) => product * n, 1));
console.log(JSON.stringify({ report, gradient, sizes, losses, leaked }));
