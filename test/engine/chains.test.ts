/** A batch as chains side by side: the same numbers, whatever the sizes. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  compile,
  fuse,
  inChains,
  keyTensor,
  normal,
  normalInGraph,
  randomKey,
  tf,
  useBackend,
} from '../../src/engine/index.ts';
import { nativeBackend } from '../../src/engine/native/index.ts';
import { hasTensorFlow } from './tensorflow.ts';

describe.runIf(hasTensorFlow)('inChains', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow', threads: 2 });
  });
  const draw = (i: number, shape: [number, number]) => tf.tensor2d(normal(randomKey(i), shape), shape);
  const seen: number[] = [];
  const layer = (w: tf.Tensor2D, x: tf.Tensor2D, t: tf.Tensor1D): tf.Tensor =>
    inChains(
      (part: tf.Tensor, times: tf.Tensor) => {
        seen.push(part.shape[0]!);
        return tf.mul(tf.tanh(tf.matMul(part as tf.Tensor2D, w)), tf.reshape(times, [-1, 1]));
      },
      x as tf.Tensor,
      t as tf.Tensor,
    );
  const loss = (w: tf.Tensor2D, x: tf.Tensor2D, t: tf.Tensor1D) =>
    tf.valueAndGrads((w: tf.Tensor, x: tf.Tensor) =>
      tf.mean(tf.square(layer(w as tf.Tensor2D, x as tf.Tensor2D, t))),
    )([w, x]);

  test.each([
    [7, [3, 4]],
    [6, [3, 3]],
    [2, [1, 1]],
    [1, [1]],
  ])(
    'a batch of %i runs as parts of %j, with the values and gradients of the whole',
    async (batch, parts) => {
      if (nativeBackend()!.chains === 1) parts = [batch]; // on a GPU
      const [w, x, t] = [draw(1, [4, 5]), draw(2, [batch, 4]), tf.linspace(1, 2, batch)] as const;
      const whole = loss(w, x, t);
      seen.length = 0;
      const { value, grads } = await compile(loss)(w, x, t);
      expect(seen).toEqual(parts);
      [value, ...grads].forEach((found, i) => {
        const expected = [whole.value, ...whole.grads][i]!;
        expect(tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]).toBeLessThan(1e-6);
      });
    },
  );

  test('tensors of different batches, and scalars, are refused', () => {
    const fails = (...tensors: tf.Tensor[]) => expect(() => inChains((...parts) => parts[0]!, ...tensors));
    fails(tf.ones([4, 2]), tf.ones([1])).toThrow(
      'tensors of one batch are expected, [B, ...] each; got [4,2], [1]',
    );
    fails(tf.scalar(1)).toThrow('got []');
  });

  test('what would depend on the number of parts is refused, compiled or not', async () => {
    const [x, key, v] = [tf.zeros([4, 2]), keyTensor(randomKey(1)), tf.variable(tf.scalar(0))];
    const refused = {
      'normalInGraph() inside inChains': (y: tf.Tensor) => tf.add(y, normalInGraph(key, y.shape)),
      'Variable.assign() inside inChains': (y: tf.Tensor) => (v.assign(tf.add(v, 1)), y),
      'samples fn made [1,2]': (y: tf.Tensor) => tf.mean(y, 0, true),
    };
    for (const [message, fn] of Object.entries(refused)) {
      await expect(compile((y: tf.Tensor) => inChains(fn, y))(x)).rejects.toThrow(message);
      expect(() => inChains(fn, x)).toThrow(message);
    }
    expect(v.dataSync()[0]).toBe(0);
    v.dispose();
  });

  test('noise is not drawn where XLA would draw another', async () => {
    const key = keyTensor(randomKey(1));
    const noise = (k: tf.Tensor) => normalInGraph(k as tf.Tensor1D, [4]);
    const fused = fuse('noise', (k: tf.Tensor) => [noise(k)]);
    const message = 'XLA draws other numbers under the same key';
    await expect(compile(noise, { xla: 'whole' })(key)).rejects.toThrow(message);
    await expect(compile((k: tf.Tensor) => fused(k), { xla: 'fused' })(key)).rejects.toThrow(message);
    const [alone] = await compile((k: tf.Tensor) => fused(k))(key);
    expect(Array.from(alone!.dataSync())).toEqual(Array.from(noise(key).dataSync()));
  });

  test('outside of a compiled function it is one call of the whole batch', () => {
    seen.length = 0;
    layer(draw(1, [4, 5]), draw(2, [6, 4]), tf.ones([6]));
    expect(seen).toEqual([6]);
  });
});
