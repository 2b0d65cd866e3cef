import { beforeAll, describe, expect, it } from 'vitest';
import {
  ddim,
  ddpm,
  diffuse,
  execute,
  linearSchedule,
  mixture,
  reverseStep,
  sample,
  simpleLoss,
  stepCoefficients,
  trajectory,
} from '../../src/diffusion/index.ts';
import { compile, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { ddimMean } from '../../src/formulas/index.ts';

beforeAll(async () => {
  await useBackend();
}, 120_000);

const schedule = linearSchedule({ T: 10 });
const x = (n: number) => tf.ones([n, 2]);
const none = [0.5, -1, 11, NaN, 9.999, 1e9, -0.5, Infinity];

describe('a time that is no time of the chain', () => {
  it('is refused, never rounded, wherever it enters', async () => {
    const times = /time t = \S+: expected a whole number from [01] to T = 10/;
    const exact = mixture({ means: [[0, 0]], std: 1 }).predictEps(schedule);
    for (const t of none) {
      const at = tf.tensor1d([3, t]);
      expect(() => diffuse(schedule, x(2), at, x(2))).toThrow(times);
      expect(() => simpleLoss((xt) => xt, schedule, { x0: x(2), t: at, eps: x(2) })).toThrow(times);
      expect(() =>
        execute(ddimMean, { x0: x(2), eps: x(2), abarPrev: schedule.abar, sigma: 0 }, { t: at }),
      ).toThrow(times);
      await expect(exact(x(2), at)).rejects.toThrow(times);
      await expect(
        sample((xt) => xt.clone(), schedule, { ...ddim, shape: [1, 2], key: randomKey(0), steps: [t] }),
      ).rejects.toThrow(/steps = \[|time t = /);
    }
    expect(() => simpleLoss((xt) => xt, schedule, { x0: x(1), t: tf.tensor1d([0]), eps: x(1) })).toThrow(
      'time t = 0: expected a whole number from 1 to T = 10',
    );
  });

  it('makes no number inside a compiled function, where times cannot be read, and leaves the others theirs', async () => {
    const noised = compile((x0: tf.Tensor, t: tf.Tensor1D) => diffuse(schedule, x0, t, tf.onesLike(x0)));
    const values = Array.from(await (await noised(x(10), tf.tensor1d([...none, 4, 0]))).data());
    expect(values.slice(0, 16).every(Number.isNaN)).toBe(true);
    const right = await diffuse(schedule, x(2), tf.tensor1d([4, 0]), x(2)).data();
    expect(values.slice(16)).toEqual(Array.from(right));
    noised.dispose();
  });

  it('may be whole in either type of number', async () => {
    const [a, b] = (['int32', 'float32'] as const).map((type) =>
      diffuse(schedule, x(2), tf.tensor1d([0, 10], type), x(2)),
    );
    expect(await a.data()).toEqual(await b.data());
  });
});

describe('the radicand of the DDIM mean', () => {
  it('is rounded to nothing where η = 1 leaves nothing: a step of any chain can be taken', async () => {
    const chain = linearSchedule({ betaEnd: 0.9, T: 100 });
    const noisy = { ...ddim, eta: 1 };
    let mended = 0;
    for (let s = 1; s < chain.T; s++) {
      const coefficients = stepCoefficients(noisy, chain, chain.T, s);
      const { x: result } = reverseStep(noisy, coefficients, { xt: x(1), eps: x(1), noise: x(1) });
      expect((await result.data()).every(Number.isFinite)).toBe(true);
      // Of the standard deviation at most a few units of the last place are taken.
      const [abar, abarPrev] = [chain.abar[chain.T], chain.abar[s]];
      const sigma = Math.sqrt(ddim.variance.evaluate({ eta: 1, abar, abarPrev }));
      expect(Math.abs(coefficients.sigma / sigma - 1)).toBeLessThan(1e-14);
      if (1 - abarPrev - sigma ** 2 < 0) mended++;
    }
    expect(mended).toBeGreaterThan(0); // rounding does make some of these negative
  });

  it('stays an error where it is negative, before the first prediction', async () => {
    const wild = {
      ...ddim,
      mean: ddimMean.with('sqrt(abarPrev)*x0 + sqrt(1 - abarPrev - 1.001*sigma^2)*eps'),
      eta: 1,
    };
    let asked = 0;
    const predict = (xt: tf.Tensor) => (asked++, xt.clone());
    await expect(
      sample(predict, linearSchedule({ betaEnd: 0.9, T: 100 }), {
        ...wild,
        steps: [100, 3],
        shape: [1, 2],
        key: randomKey(0),
      }),
    ).rejects.toThrow(/square root of -\S+ .*at the step from t = 100 to s = 3 with eta = 1/);
    expect(asked).toBe(0);
  });
});

it('a trajectory leaves no tensor behind when a step fails, at whichever step and place', async () => {
  const options = { ...ddpm, shape: [2, 2], key: randomKey(0) };
  const start = x(2);
  const before = tf.memory().numTensors;
  const predictors: Record<string, (xt: tf.Tensor, i: number) => tf.Tensor> = {
    'the prediction throws': () => {
      throw new Error('no prediction');
    },
    'the prediction has another shape': () => tf.zeros([3]),
    'the prediction is gone': () => {
      const eps = tf.ones([2, 2]);
      eps.dispose();
      return eps;
    },
  };
  for (const [what, predict] of Object.entries(predictors)) {
    for (const at of [1, 3, 10]) {
      let i = 0;
      const failing = (xt: tf.Tensor) => (++i === at ? predict(xt, i) : tf.zerosLike(xt));
      const run = async () => {
        for await (const { x: last, x0 } of trajectory(failing, schedule, { ...options, start }))
          void [last, x0];
      };
      await expect(run(), what).rejects.toThrow();
      expect(tf.memory().numTensors, `${what} at step ${at}`).toBe(before);
    }
  }
});

it('a prediction that only broadcasts to the noise is refused: its loss would be another', () => {
  const batch = { x0: x(2), t: tf.tensor1d([1, 2]), eps: x(2) };
  for (const shape of [[1], [2, 1], [1, 2], []])
    expect(() => simpleLoss(() => tf.zeros(shape), schedule, batch)).toThrow(
      /the prediction has shape \[.*\]: expected that of the noise, \[2, 2\]/,
    );
});
