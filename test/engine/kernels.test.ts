/** Kernels and gradients that tfjs lacks, each against finite differences or the same thing written otherwise. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, fold, normal, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import { runs } from './tensorflow.ts';

const draw = (i: number, shape: number[]) => tf.tensor(normal(fold(randomKey(8), i), shape), shape);
const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

function expectClose(found: tf.Tensor, expected: tf.Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  const scale = Math.max(...values(expected).map(Math.abs));
  const truth = values(expected);
  values(found).forEach((value, i) => expect(Math.abs(value - truth[i]!) / scale).toBeLessThan(1e-5));
}

/** The slope of Σ f(inputs)·w along a random direction, by central differences and by the gradients. */
function expectSlope(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): void {
  const w = draw(50, f(...inputs).shape);
  const along = inputs.map(({ shape }, i) => draw(60 + i, shape));
  const total = (...moved: tf.Tensor[]) => tf.sum(tf.mul(f(...moved), w)) as tf.Scalar;
  const slope = tf
    .grads(total)(inputs)
    .reduce((sum, grad, i) => sum + tf.sum(tf.mul(grad, along[i]!)).dataSync()[0]!, 0);
  const at = (h: number) =>
    total(...inputs.map((x, i) => tf.add(x, tf.mul(along[i]!, h)) as tf.Tensor)).dataSync()[0]!;
  // Every f here is at most cubic along a line, so differences at ±1 and ±2 give the slope exactly (Richardson).
  const measured = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12;
  expect(Math.abs(slope)).toBeGreaterThan(1e-2);
  expect(Math.abs(measured / slope - 1)).toBeLessThan(1e-3);
}

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend({ backend });
    });

    test('einsum is what products and transposes give, in every arrangement of labels', () => {
      const [a, b] = [draw(1, [2, 3, 4]), draw(2, [2, 4, 5])];
      expectClose(tf.einsum('bij,bjk->bik', a, b), tf.matMul(a, b));
      expectClose(tf.einsum('bij,bjk->kbi', a, b), tf.transpose(tf.matMul(a, b), [2, 0, 1]));
      expectClose(tf.einsum('bij->ji', a), tf.transpose(tf.sum(a, 0)));
      expectClose(
        tf.einsum('i,j->ij', draw(3, [3]), draw(4, [2])),
        tf.outerProduct(draw(3, [3]) as tf.Tensor1D, draw(4, [2]) as tf.Tensor1D),
      );
      expectClose(tf.einsum('bij,bjk->', a, b), tf.sum(tf.matMul(a, b)));
    });

    test.each([
      [
        'bij,bjk->bik',
        [
          [2, 3, 4],
          [2, 4, 5],
        ],
      ],
      [
        'bhid,bhjd->bhij',
        [
          [2, 2, 3, 4],
          [2, 2, 5, 4],
        ],
      ],
      [
        'ij,jk->k',
        [
          [3, 4],
          [4, 2],
        ],
      ],
      ['bij->ji', [[2, 3, 4]]],
      ['i,j->ij', [[3], [4]]],
    ])('the gradient of einsum %s is the slope that finite differences measure', (equation, shapes) => {
      expectSlope(
        (...inputs) => tf.einsum(equation, ...inputs),
        shapes.map((shape, i) => draw(10 + i, shape)),
      );
    });

    test('einsum and its gradient survive a trace', async () => {
      const [a, b] = [draw(1, [2, 3, 4]), draw(2, [2, 4, 5])];
      const slopes = (x: tf.Tensor, y: tf.Tensor) =>
        tf.grads(
          (p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.square(tf.einsum('bij,bjk->bik', p, q))) as tf.Scalar,
        )([x, y]);
      const found = await compile(slopes)(a, b);
      const expected = tf.grads(
        (p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.square(tf.matMul(p, q))) as tf.Scalar,
      )([a, b]);
      found.forEach((grad, i) => expectClose(grad, expected[i]!));
    });

    test.each([
      [1, 'same'],
      [2, 'same'],
      [2, 'valid'],
    ] as const)('a depthwise convolution of stride %i, %s has its gradients', (stride, pad) => {
      expectSlope(
        (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
        [draw(20, [2, 6, 7, 3]), draw(21, [3, 3, 3, 2])],
      );
    });

    test('rows with the same id are summed, ids below zero belong to none, and gathering is differentiated by it', () => {
      const x = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]);
      const ids = tf.tensor1d([2, 0, 2, -1], 'int32');
      expect(tf.unsortedSegmentSum(x, ids, 3).arraySync()).toEqual([
        [3, 4],
        [0, 0],
        [6, 8],
      ]);
      const table = draw(30, [5, 3]);
      const picked = tf.tensor1d([1, 4, 1], 'int32');
      const slope = tf.grad((t: tf.Tensor) => tf.sum(tf.gather(t, picked)))(table);
      expect(slope.arraySync()).toEqual([0, 2, 0, 0, 1].map((n) => [n, n, n]));
    });
  });

test('a kernel of wasm that fails says so, rather than give what the memory held', async () => {
  await useBackend({ backend: 'wasm' });
  const [a, b] = [tf.ones([1, 1, 1, 1, 1, 1, 2]), tf.ones([2, 1, 1, 1, 1, 1, 1])];
  expect(() => tf.add(a, b)).toThrow('wasm: a kernel failed: XNN status');
  expect(values(tf.add(tf.ones([2, 1]), tf.ones([1, 2])))).toEqual([2, 2, 2, 2]);
});

test('an equation that is not one is refused with an example', async () => {
  await useBackend({ backend: 'wasm' });
  const x = tf.ones([2, 2]);
  expect(() => tf.einsum('ii->i', x)).toThrow();
  expect(() => tf.einsum('ij,jk', x, x)).toThrow();
});
