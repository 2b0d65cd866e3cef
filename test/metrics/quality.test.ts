import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { tf, useBackend } from '../../src/engine/index.ts';
import { digitQuality, qualityOf } from '../../src/metrics/index.ts';

beforeAll(async () => {
  await useBackend();
}, 120_000);

it('counts confident samples and the classes they are of', () => {
  const rows = [
    [0.9, 0.05, 0.05],
    [0.85, 0.1, 0.05],
    [0.1, 0.81, 0.09],
    [0.4, 0.3, 0.3],
    [0.1, 0.1, 0.8], // not above the threshold
  ];
  expect(qualityOf(rows)).toEqual({
    n: 5,
    confident: 3 / 5,
    threshold: 0.8,
    meanConfidence: expect.closeTo(3.76 / 5, 12) as number,
    counts: [2, 1, 0],
    classes: 2,
  });
  expect(qualityOf(rows, 0.3)).toMatchObject({ confident: 1, counts: [3, 1, 1], classes: 3 });
});

it('never depends on the order of the samples, nor falls when the threshold does', () => {
  const row = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 }).map((xs) => {
    const sum = xs.reduce((a, b) => a + b);
    return xs.map((x) => x / sum);
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const [high, low] = [qualityOf(rows, 0.5), qualityOf(rows, 0.3)];
      expect(qualityOf([...rows].reverse(), 0.5).counts).toEqual(high.counts);
      expect(low.confident).toBeGreaterThanOrEqual(high.confident);
    }),
  );
});

it('asks the classifier once about all samples', async () => {
  const probabilities = async (x: tf.Tensor4D) =>
    Array.from({ length: x.shape[0] }, (_, i) => Float32Array.from([i / 4, 1 - i / 4]));
  const quality = await digitQuality(tf.zeros([4, 2, 2, 1]), { probabilities });
  expect(quality).toMatchObject({ n: 4, confident: 1 / 4, counts: [0, 1], classes: 1 });
});

it('refuses what is not a distribution, or nothing', () => {
  expect(() => qualityOf([])).toThrow('quality: no samples');
  expect(() => qualityOf([[0.5, 0.1]])).toThrow(/sample 0: probabilities add up to 0\.6, expected 1/);
  expect(() => qualityOf([[NaN, 1]])).toThrow(/sample 0: probabilities add up to NaN/);
  expect(() => qualityOf([[1]], 1)).toThrow('quality: threshold 1, expected 0 < threshold < 1');
});
