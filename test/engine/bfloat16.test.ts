/** What a function compiled with `bfloat16` rounds, and what not. */
import { beforeAll, describe, expect, test } from 'vitest';
import { addBias, compile, tf, useBackend } from '../../src/engine/index.ts';
import { processorHasBfloat16 } from '../../src/engine/native/elf.ts';
import { nativeBackend } from '../../src/engine/native/index.ts';
import { hasTensorFlow } from './tensorflow.ts';

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe.runIf(hasTensorFlow)('bfloat16', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow' });
  });

  test('on a processor without it, everything is in float32, with one warning', async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error) => void warnings.push(message);
    process.on('warning', listen);
    const backend = nativeBackend()!;
    const { hasBfloat16 } = backend;
    Object.defineProperty(backend, 'hasBfloat16', { value: false, configurable: true });
    try {
      const fn = (x: tf.Tensor2D) => tf.matMul(x, x);
      const x = tf.tensor2d([1 / 3], [1, 1]);
      for (let i = 0; i < 2; i++) {
        const [found] = values(await compile(fn, { bfloat16: true })(x));
        expect(found).toBeCloseTo(1 / 9, 7);
      }
      await new Promise((done) => setImmediate(done));
      expect(warnings.filter((warning) => warning.includes('bfloat16'))).toEqual([
        'this processor has no bfloat16 arithmetic (AVX512-BF16 or AMX): computing in float32 instead',
      ]);
    } finally {
      Object.defineProperty(backend, 'hasBfloat16', { value: hasBfloat16, configurable: true });
      process.off('warning', listen);
    }
  });

  test.runIf(processorHasBfloat16())(
    'it rounds products only, and their results until something computes with them',
    async () => {
      const third = tf.tensor2d([1 / 3], [1, 1]);
      const run = async (fn: (x: tf.Tensor2D) => tf.Tensor) =>
        values(await compile(fn, { bfloat16: true })(third))[0]!;
      const rounded = 0.333984375; // 1/3 in bfloat16
      const one = tf.tensor2d([1], [1, 1]);
      expect(await run((x) => tf.mul(x, 3))).toBe(1);
      expect(await run((x) => tf.matMul(x, one))).toBe(rounded);
      // In bfloat16 the sum of two results is rounded too, and the product with 3 of one is not.
      expect(await run((x) => tf.add(tf.matMul(x, one), tf.matMul(tf.mul(one, 100), one)))).toBe(100.5);
      expect(await run((x) => tf.add(tf.matMul(x, one), tf.scalar(100)))).toBeCloseTo(100 + rounded, 5);
      expect(await run((x) => tf.mul(tf.matMul(x, one), 3))).toBeCloseTo(3 * rounded, 6);
    },
  );

  test.runIf(processorHasBfloat16())('it keeps long sums, those of parameters too, in float32', async () => {
    // A running sum in bfloat16 would stop at 256 addends.
    const rows = 20_000;
    const gradients = compile(
      (x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D) =>
        tf.grads((w: tf.Tensor, b: tf.Tensor) => {
          const parts = [1, 256].map((scale) => {
            const part = x.mul(scale) as tf.Tensor2D;
            return tf.matMul(addBias(tf.matMul(part, w as tf.Tensor2D), b as tf.Tensor1D), tf.ones([1, 1]));
          });
          return tf.add(parts[0]!, parts[1]!);
        })([w, b]),
      { bfloat16: true },
    );
    const [dw, db] = await gradients(
      tf.fill([rows, 1], 2 ** -8) as tf.Tensor2D,
      tf.tensor2d([1], [1, 1]),
      tf.tensor1d([0]),
    );
    expect(values(db!)).toEqual([2 * rows]);
    // 78.125 and 20,000 are each rounded once, to 78 and 19,968; their sum in bfloat16 would be 20,096.
    expect(values(dw!)).toEqual([78 + 19_968]);
  });

  test('it leaves products of integers alone', async () => {
    const x = tf.tensor2d([1001, 3], [1, 2], 'int32');
    const square = compile((x: tf.Tensor2D) => tf.matMul(x, x, false, true), { bfloat16: true });
    expect(values(await square(x))).toEqual([1001 * 1001 + 9]);
  });
});
