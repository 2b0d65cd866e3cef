import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageSet } from '../../src/datasets/index.ts';
import { linearSchedule } from '../../src/diffusion/index.ts';
import { randomKey, tf, useBackend } from '../../src/engine/index.ts';
import type { Denoiser } from '../../src/models/index.ts';
import { batches, dataOrder, sliceOf, spreadTimes, validator } from '../../src/training/index.ts';

const small = { min: 1, max: 40 };

describe('the order of the data', () => {
  it('goes through every image once an epoch, whatever the batch, in another order each time', () => {
    fc.assert(
      fc.property(fc.integer(small), fc.integer(small), fc.nat(), (count, batch, seed) => {
        const at = dataOrder(count, batch, randomKey(seed));
        const steps = Math.ceil((3 * count) / batch);
        const seen = Array.from({ length: steps }, (_, i) => [...at(i + 1)]).flat();
        for (let epoch = 0; epoch < 3; epoch++) {
          const indices = seen.slice(epoch * count, (epoch + 1) * count);
          expect(indices.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        }
      }),
    );
    const at = dataOrder(100, 100, randomKey(1));
    expect(at(1)).not.toEqual(at(2));
  });

  it('follows from the step alone, in whatever order steps are asked for', () => {
    const [a, b] = [dataOrder(10, 4, randomKey(7)), dataOrder(10, 4, randomKey(7))];
    const forward = [1, 2, 3, 4, 5, 6].map(a);
    expect([6, 3, 1].map(b)).toEqual([forward[5], forward[2], forward[0]]);
  });
});

describe('the times of a batch', () => {
  it('are whole, within 1 … T, and one from each part of the range', () => {
    fc.assert(
      fc.property(fc.integer(small), fc.integer({ min: 1, max: 2000 }), fc.nat(), (n, T, seed) => {
        const times = spreadTimes(n, T, randomKey(seed));
        times.forEach((t, i) => {
          expect(Number.isInteger(t)).toBe(true);
          expect(t).toBeGreaterThanOrEqual(Math.max(1, Math.floor((i / n) * T)));
          expect(t).toBeLessThanOrEqual(Math.min(T, 1 + Math.floor(((i + 1) / n) * T)));
        });
      }),
    );
  });

  it('are uniform over many batches: each of 1 … T as often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 4000; seed++)
      for (const t of spreadTimes(3, 10, randomKey(seed))) counts[t - 1]++;
    // 12,000 draws, 1,200 expected of each; a standard deviation is at most 33.
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(150);
  });
});

const images = imageSet('noise', [4, 4, 1], new Uint8Array(16 * 600).fill(128), new Uint8Array(600));

it('a batch has standard normal noise of its own, and is the same when asked for again', () => {
  const at = batches(images, { batch: 500, T: 1000, key: randomKey(2) });
  const [one, two] = [at(1), at(2)];
  expect(at(1)).toEqual(one);
  expect(two.eps).not.toEqual(one.eps);
  expect(one.x0.length).toBe(500 * 16);
  const moment = (k: number) => one.eps.reduce((sum, e) => sum + e ** k, 0) / one.eps.length;
  expect(Math.abs(moment(1))).toBeLessThan(0.05); // 8,000 numbers: five standard deviations
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.08);
});

describe('the validation loss', () => {
  beforeAll(async () => {
    await useBackend();
  }, 120_000);

  /** A network without parameters to speak of, which answers with a function of its time. */
  const answers = (of: (time: tf.Tensor1D) => tf.Tensor): Denoiser => ({
    kind: 'fake',
    config: {},
    parameters: [{ name: 'unused', shape: [1], layout: 'vector', centre: 0, bound: 0 }],
    init: () => ({}),
    apply: (_, x, t) => tf.mul(tf.onesLike(x), of(t).reshape([-1, 1, 1, 1])),
  });
  const loss = async (model: Denoiser, images_ = 512) => {
    const validate = validator(model, linearSchedule(), images, { images: images_ });
    const found = await validate(tf.tensor1d([0]));
    validate.dispose();
    return found;
  };

  it('is one for a network that predicts no noise, and grows by the square of what it adds', async () => {
    const none = await loss(answers(tf.zerosLike));
    expect(Math.abs(none - 1)).toBeLessThan(0.06);
    expect(await loss(answers(tf.zerosLike))).toBe(none);
    // Times are spread evenly over 1 … 1000, and the network counts them from 0: the mean of (t/1000)² is 1/3.
    const ramp = await loss(answers((t) => t.div(1000)));
    expect(Math.abs(ramp - none - 1 / 3)).toBeLessThan(0.03);
  });

  it('weighs every image alike when the last part is smaller', async () => {
    const model = answers((t) => tf.cast(tf.greaterEqual(t, 500), 'float32').mul(10));
    // 70 images: 64 and 6. Half of the times are 500 or more and miss by 10.
    expect(Math.abs((await loss(model, 70)) / 51 - 1)).toBeLessThan(0.05);
  });
});

describe('slices of a batch', () => {
  const images = imageSet(
    'ramp',
    [3, 1, 1],
    Uint8Array.from({ length: 90 }, (_, i) => i),
    new Uint8Array(30),
  );

  it('put together are the whole, for any number of workers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.nat(),
        (size, more, seed) => {
          const options = { batch: size + more, T: 1000, key: randomKey(seed) };
          const whole = batches(images, options)(7);
          const parts = Array.from({ length: size }, (_, rank) =>
            batches(images, { ...options, slice: sliceOf(options.batch, rank, size) })(7),
          );
          expect(parts.flatMap(({ x0 }) => [...x0])).toEqual([...whole.x0]);
          expect(parts.flatMap(({ t }) => [...t])).toEqual([...whole.t]);
          expect(parts.flatMap(({ eps }) => [...eps])).toEqual([...whole.eps]);
          const sizes = parts.map(({ n }) => n);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('need an image for each worker', () => {
    expect(() => sliceOf(2, 0, 3)).toThrow('batch: 2, expected 3 or more, an image for each worker');
  });
});
