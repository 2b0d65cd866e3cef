import { expect, test } from 'vitest';
import * as engine from '../../src/engine/index.ts';
import { compile, liveHandles, normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { hasTensorFlow } from './tensorflow.ts';

const STEPS = 10_000;

test.runIf(hasTensorFlow)(
  'ten thousand compiled steps keep resident memory within 2 % and handles constant',
  async () => {
    await useBackend({ backend: 'tensorflow' });
    const step = compile((w: tf.Tensor, x: tf.Tensor) => {
      const { value, grad } = tf.valueAndGrad((v: tf.Tensor) => {
        const h = engine.conv2d(x as tf.Tensor4D, v as tf.Tensor4D);
        const norm = { scale: tf.ones([16]) as tf.Tensor1D, shift: tf.zeros([16]) as tf.Tensor1D, groups: 4 };
        return tf.mean(tf.square(engine.groupNormSilu(h, norm))) as tf.Scalar;
      })(w);
      return { w: tf.sub(w, tf.mul(grad, 1e-3)), loss: value };
    });
    let w: tf.Tensor = tf.tensor(normal(randomKey(1), 3 * 3 * 4 * 16), [3, 3, 4, 16]);
    let settled: { resident: number; handles: string } | undefined;
    for (let i = 0; i < STEPS; i++) {
      const x = tf.tensor(normal(randomKey(i), 2 * 8 * 8 * 4), [2, 8, 8, 4]);
      const next = await step(w, x);
      tf.dispose([w, x, next.loss]);
      w = next.w;
      // The first thousands fill allocators' pools; what grows after them would grow for ever.
      if (i === STEPS / 2)
        settled = { resident: process.memoryUsage.rss(), handles: JSON.stringify(liveHandles()) };
    }
    expect(JSON.stringify(liveHandles())).toBe(settled!.handles);
    expect(process.memoryUsage.rss() / settled!.resident).toBeLessThan(1.02);
  },
  15 * 60_000,
);
