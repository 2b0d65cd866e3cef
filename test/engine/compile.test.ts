import { beforeAll, describe, expect, test } from 'vitest';
import {
  compile,
  fuse,
  tf,
  useBackend,
  withoutLeaks,
  type CompileOptions,
  type TensorTree,
} from '../../src/engine/index.ts';
import { hasTensorFlow, runs } from './tensorflow.ts';

test.each<[unknown, string]>([
  [{ xla: 'fuse' }, 'xla = "fuse": expected fused or whole'],
  [{ bfloat: true }, 'unknown option bfloat (did you mean bfloat16?)'],
  [{ bfloat16: 'no' }, 'bfloat16 = "no": expected true or false'],
  [{ name: 3 }, 'name = 3: expected a text'],
  ['whole', '"whole" given, expected an object of options'],
])('an option of compile that is none is refused at once: %j', (options, message) => {
  expect(() => compile((x: tf.Tensor) => x, options as CompileOptions)).toThrow(`compile: ${message}`);
  expect(() => compile(options as () => tf.Tensor)).toThrow('expected a function');
});

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`compile on ${backend}`, () => {
    const compiles = backend === 'tensorflow';
    beforeAll(async () => {
      await useBackend({ backend });
    });

    test('takes and gives nested arrays and records, in their places', async () => {
      const f = compile(({ a, rest }: { a: tf.Tensor; rest: tf.Tensor[] }, scale: tf.Tensor) => ({
        sum: tf.add(a, rest[0]!),
        list: [tf.mul(a, scale), { deep: rest[1]! }],
        nothing: null,
      }));
      const result = await f(
        { a: tf.tensor1d([1, 2]), rest: [tf.tensor1d([3, 4]), tf.scalar(5)] },
        tf.scalar(10),
      );
      const [product, { deep }] = result.list as [tf.Tensor, { deep: tf.Tensor }];
      expect(values(result.sum)).toEqual([4, 6]);
      expect(values(product)).toEqual([10, 20]);
      expect(values(deep)).toEqual([5]);
      expect(result.nothing).toBeNull();
    });

    test('a tensor of the closure that was disposed is named as such, with what to do', async () => {
      const outside = tf.scalar(2);
      const f = compile((x: tf.Tensor) => tf.mul(x, outside));
      expect(values(await f(tf.scalar(3)))).toEqual([6]);
      outside.dispose();
      await expect(f(tf.scalar(3))).rejects.toThrow(/was disposed.*keep it as long as.*make it an argument/);
    });

    test('traces once for each shape and dtype', async () => {
      let runs = 0;
      const f = compile((x: tf.Tensor) => {
        runs += 1;
        return tf.mul(x, 2);
      });
      expect(values(await f(tf.tensor1d([1, 2])))).toEqual([2, 4]);
      expect(values(await f(tf.tensor1d([5, 6])))).toEqual([10, 12]);
      expect(values(await f(tf.tensor1d([5, 6, 7])))).toEqual([10, 12, 14]);
      expect(values(await f(tf.tensor1d([5, 6], 'int32')))).toEqual([10, 12]);
      expect([runs, f.traces]).toEqual(compiles ? [3, 3] : [4, 0]);
    });

    test('what it returns is apart from its arguments, even where it returns them', async () => {
      const f = compile((x: tf.Tensor) => [x, x, tf.scalar(3)]);
      const x = tf.tensor1d([1, 2]);
      const [a, b, three] = await f(x);
      x.dispose();
      a!.dispose();
      expect(values(b!)).toEqual([1, 2]);
      expect(values(three!)).toEqual([3]);
    });

    test('an argument may be disposed while it runs, and be given twice', async () => {
      const f = compile((x: tf.Tensor, y: tf.Tensor) =>
        tf.sub(tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D), x),
      );
      const x = tf.eye(50);
      const pending = f(x, x);
      x.dispose();
      expect(values(tf.max(tf.abs(await pending)))).toEqual([0]);
    });

    test('a tensor from outside is read at each call', async () => {
      const weight = tf.tensor1d([10, 20]);
      const f = compile((x: tf.Tensor) => tf.mul(x, weight));
      expect(values(await f(tf.tensor1d([1, 2])))).toEqual([10, 40]);
      expect(values(weight)).toEqual([10, 20]);
      weight.dispose();
      await expect(f(tf.tensor1d([1, 2]))).rejects.toThrow(compiles ? /disposed/ : Error);
      await expect(f(weight)).rejects.toThrow('argument 1 is a tensor that was disposed');
    });

    test('gives the gradients that eager tfjs gives, custom gradients included', async () => {
      const cube = tf.customGrad((x, save) => {
        (save as tf.GradSaveFunc)([x as tf.Tensor]);
        const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.mul(saved!, 100));
        return { value: tf.mul(tf.square(x as tf.Tensor), x as tf.Tensor), gradFunc };
      });
      const step = (w: tf.Tensor, x: tf.Tensor) => {
        const loss = (v: tf.Tensor) =>
          tf.mean(cube(tf.softmax(tf.matMul(x as tf.Tensor2D, v as tf.Tensor2D)))) as tf.Scalar;
        const { value, grad } = tf.valueAndGrad(loss)(w);
        return { value, grad };
      };
      const [w, x] = [tf.linspace(-1, 1, 12).reshape([3, 4]), tf.linspace(0, 2, 6).reshape([2, 3])];
      const eager = step(w, x);
      const traced = await compile(step)(w, x);
      expect(values(traced.value)[0]).toBeCloseTo(values(eager.value)[0]!, 7);
      values(eager.grad).forEach((g, i) => expect(values(traced.grad)[i]).toBeCloseTo(g, 6));
      expect(Math.max(...values(traced.grad).map(Math.abs))).toBeGreaterThan(1e-2);
    });

    test('integers, booleans, gathering and one-hot survive the trace', async () => {
      const f = compile((x: tf.Tensor, ids: tf.Tensor) => ({
        row: tf.gather(x, ids as tf.Tensor1D),
        hot: tf.cast(tf.oneHot(ids as tf.Tensor1D, 3), 'float32'),
        flag: tf.greater(x, 2),
        part: tf.slice(tf.concat([x, x], 0), [1], [3]),
        stack: tf.stack([x, x]),
      }));
      const result = await f(tf.tensor1d([1, 2, 3]), tf.tensor1d([2, 0], 'int32'));
      expect(values(result.row)).toEqual([3, 1]);
      expect(values(result.hot)).toEqual([0, 0, 1, 1, 0, 0]);
      expect(values(result.flag)).toEqual([0, 0, 1]);
      expect(values(result.part)).toEqual([2, 3, 1]);
      expect(result.stack.shape).toEqual([2, 3]);
    });

    test('leaves no tensor behind, not when traced, not when run, not when it fails', async () => {
      const f = compile((x: tf.Tensor) => tf.sum(tf.square(tf.add(x, 1))));
      const x = tf.tensor1d([1, 2, 3]);
      const fails = compile((y: tf.Tensor) => tf.matMul(tf.add(y, 1) as tf.Tensor2D, tf.ones([7, 7])));
      const wrong = tf.ones([2, 2]);
      await withoutLeaks(async () => {
        for (let i = 0; i < 20; i++) (await f(x)).dispose();
        await expect(fails(wrong)).rejects.toThrow();
      });
      await expect(withoutLeaks(async () => void (await f(x)))).rejects.toThrow(
        '1 tensors were made and not disposed',
      );
    });

    test.each<[string, (x: tf.Tensor) => TensorTree, RegExp]>([
      [
        'reading values',
        (x) => tf.scalar(x.dataSync()[0]!),
        /Tensor\.dataSync\(\) inside a compiled function, at .*compile\.test\.ts:\d+/,
      ],
      ['reading them later', (x) => void x.data(), /Tensor\.data\(\) inside .*compile\.test\.ts:\d+/],
      [
        'Math on a tensor',
        (x) => tf.scalar(Math.sqrt(x as unknown as number)),
        /plain number .*compile\.test\.ts:\d+/,
      ],
      [
        'comparing a tensor',
        (x) => ((x as unknown as number) > 1 ? x : tf.neg(x)),
        /plain number .*compile\.test\.ts:\d+/,
      ],
      ['making a variable', (x) => tf.variable(x), /tf\.variable\(\) inside .*compile\.test\.ts:\d+/],
      [
        'a result that is no tensor',
        () => ({ loss: 3 }) as unknown as TensorTree,
        /its result\.loss is the number 3/,
      ],
    ])('%s is refused and the line is named', async (_, fn, message) => {
      await expect(compile(fn)(tf.tensor1d([1]))).rejects.toThrow(message);
      expect(tf.tensor1d([4]).dataSync()[0]).toBe(4); // and reading works again afterwards
    });

    test('a number as argument is refused with the remedy', async () => {
      const f = compile((x: tf.Tensor) => x, { name: 'step' });
      await expect(f(3 as unknown as tf.Tensor)).rejects.toThrow(
        'step: argument 1 is the number 3; expected tensors, or arrays and plain objects of tensors (make it one: tf.scalar(3))',
      );
    });

    test('a place that is left out is undefined, and nothing of an argument or result is lost in silence', async () => {
      const f = compile((list: readonly TensorTree[]) => tf.scalar(list[0] === undefined ? 1 : 2));
      const sparse: TensorTree[] = [];
      sparse[1] = tf.scalar(0);
      expect([values(await f(sparse)), values(await f([null, tf.scalar(0)]))]).toEqual([[1], [2]]);
      class Batch extends Array<tf.Tensor> {}
      class Bare {}
      Object.setPrototypeOf(Bare.prototype, null);
      const trees: [unknown, string][] = [
        [{ [Symbol('k')]: tf.scalar(1) }, 'is a Object with the property Symbol(k), which would be lost'],
        [Object.assign([tf.scalar(1)], { scale: 3 }), 'is a Array with the property scale'],
        [Batch.of(tf.scalar(1)), 'is a Batch'],
        [new Bare(), 'is a Bare'],
      ];
      for (const [tree, message] of trees) {
        await expect(f(tree as tf.Tensor[])).rejects.toThrow(`argument 1 ${message}`);
        await expect(compile(() => tree as TensorTree)()).rejects.toThrow(`its result ${message}`);
      }
    });

    test('a compiled function inside another is refused', async () => {
      const inner = compile((x: tf.Tensor) => x);
      const outer = compile((x: tf.Tensor) => {
        void inner(x);
        return x;
      });
      await expect(outer(tf.scalar(1))).rejects.toThrow('cannot be called inside another');
    });

    test('timers tick between the calls of a loop', async () => {
      const f = compile((x: tf.Tensor) => tf.add(x, 1));
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 0);
      const end = performance.now() + 100;
      for (let x: tf.Tensor = tf.scalar(0); performance.now() < end;) x = await f(x);
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(3);
    });

    test('many calls at once each give their own result', async () => {
      const f = compile((x: tf.Tensor) => tf.sum(tf.mul(x, tf.ones([1000, 100]))));
      const results = await Promise.all([...Array(20).keys()].map((i) => f(tf.scalar(i))));
      expect(results.map((result) => values(result)[0])).toEqual([...Array(20).keys()].map((i) => 1e5 * i));
    });
  });

describe.runIf(hasTensorFlow)('on tensorflow alone', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow' });
  });

  test('timers go on ticking while a function runs', async () => {
    const f = compile((x: tf.Tensor) => {
      let y = x as tf.Tensor2D;
      for (let i = 0; i < 30; i++) y = tf.matMul(y, tf.mul(x as tf.Tensor2D, 1 / 700));
      return tf.sum(y);
    });
    const x = tf.ones([700, 700]);
    await f(x);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await f(x);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  test("an error of TensorFlow's carries the operation's name and TensorFlow's words", async () => {
    const fails = compile((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D));
    await expect(fails(tf.tensor1d([1, 2]), tf.tensor1d([7], 'int32'))).rejects.toThrow(
      /indices\[0\] = 7 is not in \[0, 2\)/,
    );
    const product = compile(
      (x: tf.Tensor) => tf.engine().runKernel('Reshape', { x }, { shape: [5] }) as tf.Tensor,
    );
    await expect(product(tf.zeros([3]))).rejects.toThrow(/^Reshape: .*[Cc]annot reshape/);
  });

  test('a shape that depends on values is refused by name', async () => {
    const backend = tf.backend() as unknown as { executeSingleOutput(...args: unknown[]): tf.Tensor };
    const where = compile((x: tf.Tensor) =>
      backend.executeSingleOutput('Where', [{ name: 'T', type: 4, value: 1 }], [x]),
    );
    await expect(where(tf.tensor1d([0, 1]))).rejects.toThrow(
      'Where: the shape of its result depends on values',
    );
  });

  test('a tensor kept from inside a trace is refused outside, and says what to do', async () => {
    let kept: tf.Tensor | undefined;
    await compile((x: tf.Tensor) => (kept = tf.keep(tf.add(x, 1))))(tf.scalar(1));
    expect(() => tf.add(kept!, 1)).toThrow(/existed only while a function was traced/);
  });

  test('whole-function XLA and bfloat16 give the same numbers within their precision', async () => {
    const fn = (x: tf.Tensor) => tf.sum(tf.tanh(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D)), 0);
    const x = tf.linspace(-1, 1, 64).reshape([8, 8]);
    const [plain, xla, bfloat16] = await Promise.all(
      [{}, { xla: 'whole' as const }, { bfloat16: true }].map(async (options) =>
        values(await compile(fn, options)(x)),
      ),
    );
    plain!.forEach((value, i) => {
      expect(xla![i]).toBeCloseTo(value, 5);
      expect(bfloat16![i]).toBeCloseTo(value, 1);
    });
  });

  test('dispose frees the native function, and the next call traces anew', async () => {
    const f = compile((x: tf.Tensor) => tf.add(x, 1));
    await f(tf.scalar(1));
    f.dispose();
    expect(f.traces).toBe(0);
    expect(values(await f(tf.scalar(2)))).toEqual([3]);
  });

  test('a fused function refuses to be differentiated and to read what is not its argument', async () => {
    const outside = tf.scalar(2);
    const bad = fuse('scaled', (x: tf.Tensor) => [tf.mul(x, outside)]);
    await expect(compile((x: tf.Tensor) => bad(x), { xla: 'fused' })(tf.scalar(1))).rejects.toThrow(
      'scaled: a fused function may read only its arguments',
    );
    const doubled = fuse('doubled', (x: tf.Tensor) => [tf.mul(x, 2)]);
    expect(() => tf.grad((x) => doubled(x)[0]!)(tf.scalar(1))).toThrow(
      'doubled: a fused function has no gradient',
    );
  });
});

test.runIf(hasTensorFlow)(
  'a fused function takes the numbers of its closure anew, from call to call and from trace to trace',
  async () => {
    let factor = 2;
    const scaled = fuse('scaled', (x: tf.Tensor) => [tf.mul(x, factor)]);
    const twice = compile(
      (x: tf.Tensor) => {
        factor = 2;
        const [double] = scaled(x);
        factor = 3;
        return [double!, scaled(x)[0]!];
      },
      { xla: 'fused' },
    );
    const one = tf.scalar(1);
    expect((await twice(one)).map((y) => y.dataSync()[0])).toEqual([2, 3]);
    factor = 5;
    const [five] = await compile((x: tf.Tensor) => scaled(x), { xla: 'fused' })(one);
    expect(five!.dataSync()[0]).toBe(5);
  },
);
