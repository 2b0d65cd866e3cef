/** Every differentiable operation of the tensor namespace, against PyTorch: values, slopes, and slopes of slopes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, tf, useBackend, withoutLeaks } from '../../src/engine/index.ts';
import {
  cases,
  casesOf,
  difference,
  named,
  operations,
  ORDERS,
  prepared,
  refusal,
  tensorsOf,
  TOLERANCE,
  usesOf,
} from './differentiation.ts';
import { APART, FOLDERS, REFUSED, WITHOUT_SLOPES } from './namespace.ts';
import { runs } from './tensorflow.ts';

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    beforeAll(async () => {
      await useBackend({ backend });
    });

    test.each(operations)('%s has the values, slopes and second slopes that PyTorch has', (op) => {
      for (const one of casesOf(op)) {
        tf.tidy(() => {
          const run = prepared(one);
          for (const order of ORDERS) {
            const refused = refusal(backend, one, order);
            if (refused) expect(run[order], named(one, order)).toThrow(new RegExp(refused));
            else
              expect(difference(run[order](), one[order]), named(one, order)).toBeLessThan(TOLERANCE[order]);
          }
        });
      }
    });

    test('an operation without a gradient says so, and what to do', () => {
      const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
      const pooled = () => tf.grad((t) => tf.maxPoolWithArgmax(t as tf.Tensor4D, 2, 1, 'valid').result)(x);
      const turned = () => tf.grad((t) => tf.image.rotateWithOffset(t as tf.Tensor4D, 1))(x);
      expect(pooled).toThrow(/has no (gradient|kernel)/);
      expect(turned).toThrow(/has no (gradient|kernel)/);
    });

    test('a layout that no kernel of depthwise convolutions knows is refused', () => {
      const [x, w] = [tf.ones([1, 4, 4, 4]) as tf.Tensor4D, tf.ones([2, 2, 4, 1]) as tf.Tensor4D];
      expect(() => tf.depthwiseConv2d(x, w, 1, 'same', 'NCHW')).toThrow('the layout is NCHW, expected NHWC');
    });

    test('whole numbers have no slope of their own, and stop none', () => {
      const ids = tf.tensor1d([1, 0], 'int32');
      const squares = (x: tf.Tensor) => tf.sum(tf.square(x));
      expect(() => tf.grad((t) => squares(tf.cast(t, 'float32')))(ids)).toThrow(
        'there is no gradient to int32 numbers: cast them to float32 before',
      );
      const x = tf.tensor1d([0.4, 1.6]);
      const rounded = tf.grad((t) => squares(tf.gather(t, tf.cast(t, 'int32') as tf.Tensor1D)))(x);
      expect(Array.from(rounded.dataSync())).toEqual([Math.fround(0.8), Math.fround(3.2)]);
      const steps = tf.grad((t) => tf.sum(tf.cast(tf.cast(t, 'int32'), 'float32')))(x);
      expect(Array.from(steps.dataSync())).toEqual([0, 0]);
    });

    test('a custom gradient that keeps what it made inside is differentiated once, and refuses to be twice', () => {
      const made = (inside: boolean) =>
        tf.customGrad((x, save) => {
          const y = tf.exp(x as tf.Tensor);
          (save as tf.GradSaveFunc)([inside ? tf.mul(y, 2) : y]);
          const gradFunc = (dy: tf.Tensor, [kept]: tf.Tensor[]) =>
            tf.mul(dy, inside ? tf.div(kept!, 2) : kept!);
          return { value: y, gradFunc };
        });
      const x = tf.scalar(0.5);
      const once = (inside: boolean) => tf.grad((t) => made(inside)(t));
      const twice = (inside: boolean) =>
        tf
          .grad((t) => once(inside)(t))(x)
          .dataSync()[0]!;
      expect(once(true)(x).dataSync()[0]).toBeCloseTo(Math.exp(0.5), 5);
      expect(twice(false)).toBeCloseTo(Math.exp(0.5), 5);
      expect(() => twice(true)).toThrow('save only its inputs and its result');
    });

    test('one case of each operation has its slopes in a compiled function', async () => {
      const some = operations
        .map((op) => casesOf(op).at(-1)!)
        .filter((one) => !refusal(backend, one, 'gradients'));
      const all = compile((given: tf.Tensor[][][]) =>
        some.map((one, i) => prepared(one, given[i]).gradients()),
      );
      const found = await all(some.map(tensorsOf));
      some.forEach((one, i) =>
        expect(difference(found[i]!, one.gradients), named(one, 'gradients')).toBeLessThan(
          TOLERANCE.gradients,
        ),
      );
    });

    test('an operation that has no kernel says so with its name in a compiled function', async () => {
      const [kernel, call] =
        backend === 'wasm'
          ? (['Complex', (x: tf.Tensor) => tf.abs(tf.complex(x, x))] as const)
          : (['RotateWithOffset', (x: tf.Tensor) => tf.image.rotateWithOffset(x as tf.Tensor4D, 1)] as const);
      await expect(compile(call)(tf.ones([1, 3, 3, 1]))).rejects.toThrow(
        `the backend ${backend} has no kernel ${kernel}: write it with other operations`,
      );
    });

    test('slopes leave no tensor behind, also when they fail', async () => {
      const x = tf.tensor1d([1, 2]);
      await withoutLeaks(() => {
        tf.dispose(tf.grad((t) => tf.sum(tf.exp(tf.sigmoid(t))))(x));
        expect(() =>
          tf.tidy(() =>
            tf.grad((t) => {
              tf.exp(t);
              throw new Error('no');
            })(x),
          ),
        ).toThrow('no');
      });
    });
  });

test('each function of the namespace is among those checked, those refused, or those without slopes', async () => {
  await useBackend({ backend: 'wasm' });
  const isFunction = ([name, value]: [string, unknown]) => typeof value === 'function' && /^[a-z]/.test(name);
  const isObject = ([, value]: [string, unknown]) => typeof value === 'object';
  const folder = (name: string) => Object.entries(tf[name as keyof typeof tf] as object).filter(isFunction);
  const exported = [
    ...Object.entries(tf)
      .filter(isFunction)
      .map(([name]) => name),
    ...FOLDERS.flatMap((name) => folder(name).map(([inner]) => `${name}.${inner}`)),
  ];
  const checked = new Set(cases.flatMap(usesOf));
  const known = [...checked, ...REFUSED, ...Object.values(WITHOUT_SLOPES).flat()];
  expect(exported.filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !exported.includes(name))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
  const objects = Object.entries(tf)
    .filter(isObject)
    .map(([name]) => name);
  expect(objects.sort()).toEqual([...FOLDERS, ...Object.values(APART).flat()].sort());
});
