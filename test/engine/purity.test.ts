/** What a compiled function cannot do is refused, in words that help, and nothing of it goes on to end the process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, keyTensor, normalInGraph, randomKey, tf, useBackend } from '../../src/engine/index.ts';
import type { Api } from '../../src/engine/native/api.ts';
import { check } from '../../src/engine/native/context.ts';
import { runs } from './tensorflow.ts';

type Body = (x: tf.Tensor) => tf.Tensor;
const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const as = (fn: unknown) => fn as Body;
const ones = (x: tf.Tensor) => tf.onesLike(x);

const fails = async (x: tf.Tensor) => (await null, x.dataSync());
/** Functions that are refused, and whose rest runs when they have been. */
const goingOn: Record<string, (x: tf.Tensor) => unknown> = {
  'an await': async (x) => (await null, void x.data()),
  'two awaits': async (x) => (await null, await null, void fails(x)),
  'a then': (x) => void Promise.resolve().then(() => void fails(x)),
  'a finally': (x) => void Promise.resolve().finally(() => void x.data()),
  'a promise of the outside': async (x) => (await outside, void x.data()),
  'a thenable': async (x) =>
    await {
      then(done: () => void) {
        void x.data();
        done();
      },
    },
  'an async generator': (x) => {
    const numbers = (async function* () {
      yield await Promise.resolve(1);
      void x.data();
      yield 2;
    })();
    void (async () => {
      for await (const n of numbers) if (n) void fails(x);
    })();
  },
  'Promise.all': (x) => void Promise.all([null, fails(x)]),
  'an import': async (x) => (await import('node:path'), void fails(x)),
  'a promise within a promise': async (x) => {
    await null;
    void (async () => {
      await null;
      void x.data();
    })();
  },
  'a microtask and a timer after an await': async (x) => {
    await null;
    try {
      queueMicrotask(() => x.dataSync());
    } finally {
      setTimeout(() => x.dataSync());
    }
  },
};
const outside = sleep(1);

const escaped: unknown[] = [];
const note = (error: unknown) => void escaped.push(error);

for (const backend of ['tensorflow', 'wasm'] as const)
  describe.runIf(runs(backend))(`on ${backend}`, () => {
    let x: tf.Tensor;
    beforeAll(async () => {
      await useBackend({ backend });
      x = tf.tensor1d([1, 2]);
      process.on('unhandledRejection', note).on('uncaughtException', note);
    });
    afterAll(() => {
      x.dispose();
      process.off('unhandledRejection', note).off('uncaughtException', note);
    });

    test.each<[string, Body]>([
      ['dropout', (x) => tf.dropout(x, 0.5)],
      ['dropout', (x) => tf.dropout(x, 0.5, undefined, 7)],
      ['dropout', (x) => tf.layers.dropout({ rate: 0.5 }).apply(x, { training: true }) as tf.Tensor],
      ['randomNormal', (x) => tf.add(x, tf.randomNormal([2]))],
      ['randomNormal', () => tf.randomNormal([2], 0, 1, 'float32', 7)],
      [
        'randomNormal',
        (x) => tf.layers.gaussianNoise({ stddev: 1 }).apply(x, { training: true }) as tf.Tensor,
      ],
      ['randomStandardNormal', () => tf.randomStandardNormal([2])],
      ['randomUniform', () => tf.randomUniform([2])],
      ['randomUniformInt', () => tf.randomUniformInt([2], 0, 9, 3)],
      ['randomGamma', () => tf.randomGamma([2], 1)],
      ['truncatedNormal', () => tf.truncatedNormal([2])],
      ['multinomial', (x) => tf.cast(tf.multinomial(x as tf.Tensor1D, 3, 5), 'float32')],
      ['rand', () => tf.rand([2], () => 0.5)],
      ['randomUniform', (x) => tf.grad((y) => tf.mul(y, tf.randomUniform([2])))(x)],
    ])('tf.%s, which would draw once for all calls, is refused (%#)', async (name, fn) => {
      const message = new RegExp(`^tf\\.${name}\\(\\) inside .*purity\\.test\\.ts:\\d+.*normalInGraph`);
      await expect(compile(fn)(x)).rejects.toThrow(message);
      expect(tf.randomNormal([3]).size).toBe(3);
    });

    test.each(['core', 'layers', 'data', 'backend-wasm'])(
      "the line is the caller's, where a source map names a source of tfjs-%s",
      async (part) => {
        const filename = `/packages/tfjs-${part}/src/some_source.ts`;
        const called = runInThisContext('(f) => f()', { filename }) as (f: () => number) => number;
        const f = compile((x: tf.Tensor) => tf.mul(x, called(Math.random)));
        await expect(f(x)).rejects.toThrow(/^Math\.random\(\) inside [^.]*purity\.test\.ts:\d+/);
      },
    );

    test('Math.random is refused, and is itself again afterwards', async () => {
      const { random } = Math;
      const f = compile((x: tf.Tensor) => tf.mul(x, Math.random()));
      await expect(f(x)).rejects.toThrow(/^Math\.random\(\) inside .*purity\.test\.ts:\d+/);
      expect(Math.random).toBe(random);
    });

    test('layers that draw in training only run in inference, and normalInGraph draws under a key', async () => {
      const layer = tf.layers.dropout({ rate: 0.5 });
      expect(values(await compile((y: tf.Tensor) => layer.apply(y) as tf.Tensor)(x))).toEqual([1, 2]);
      const draw = compile((key: tf.Tensor1D) => normalInGraph(key, [2]));
      const [a, b, again] = await Promise.all([1, 2, 1].map((n) => draw(keyTensor(randomKey(n)))));
      expect(values(a!)).not.toEqual(values(b!));
      expect(values(a!)).toEqual(values(again!));
    });

    test.each<[string, Body, RegExp]>([
      ['dataSync', (x) => tf.scalar(x.dataSync()[0]!), /^Tensor\.dataSync\(\) inside/],
      ['arraySync', (x) => tf.tensor(x.arraySync()), /^Tensor\.dataSync\(\) inside/],
      ['bufferSync', (x) => x.bufferSync().toTensor(), /^Tensor\.dataSync\(\) inside/],
      ['print', (x) => (x.print(), x), /^Tensor\.dataSync\(\) inside/],
      ['data', (x) => (void x.data(), x), /^Tensor\.data\(\) inside/],
      ['array', (x) => (void x.array(), x), /^Tensor\.data\(\) inside/],
      ['buffer', (x) => (void x.buffer(), x), /^Tensor\.data\(\) inside/],
      ['bytes', (x) => (void x.bytes(), x), /^Tensor\.bytes\(\) inside/],
      ['a read of a constant', (x) => tf.mul(x, tf.scalar(3).dataSync()[0]!), /^Tensor\.dataSync\(\) inside/],
      [
        'a read in a custom gradient',
        tf.customGrad((x) => ({
          value: tf.scalar((x as tf.Tensor).dataSync()[0]!),
          gradFunc: (dy: tf.Tensor) => dy,
        })) as Body,
        /^Tensor\.dataSync\(\) inside/,
      ],
      [
        'a read whose error is caught',
        (x) => {
          try {
            return tf.scalar(x.dataSync()[0]!);
          } catch {
            return tf.scalar(0);
          }
        },
        /^Tensor\.dataSync\(\) inside/,
      ],
      [
        'an async function that reads',
        as(async (x: tf.Tensor) => tf.scalar((await x.data())[0]!)),
        /^Tensor\.data\(\)/,
      ],
      ['an async function', as(async (x: tf.Tensor) => tf.neg(x)), /^A promise is started inside/],
      [
        'an async function that fails later',
        as(async () => {
          await null;
          throw new Error('later');
        }),
        /^A promise is started inside/,
      ],
      ['whereAsync', as((x: tf.Tensor) => tf.whereAsync(tf.greater(x, 0))), /^Tensor\.data\(\) inside/],
      [
        'whereAsync, not awaited',
        (x) => (void tf.whereAsync(tf.greater(x, 0)), ones(x)),
        /^Tensor\.data\(\) inside/,
      ],
      [
        'booleanMaskAsync',
        as(async (x: tf.Tensor) => await tf.booleanMaskAsync(x, tf.greater(x, 0))),
        /^Tensor\.data\(\) inside/,
      ],
      [
        'an async function that is not awaited',
        (x) => {
          void (async () => x.dataSync())();
          return ones(x);
        },
        /^Tensor\.dataSync\(\) inside/,
      ],
      [
        'what goes on later',
        (x) => {
          void Promise.resolve().then(() => x.dataSync());
          return ones(x);
        },
        /^A promise is started inside .*purity\.test\.ts:\d+.*plain function/,
      ],
      [
        'a promise that was rejected',
        (x) => (void Promise.reject(new Error('no')), ones(x)),
        /^A promise is started/,
      ],
      [
        'a function that fails after it has started something',
        () => {
          void Promise.reject(new Error('another'));
          throw new Error('its own words');
        },
        /^its own words$/,
      ],
      ...(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const).map(
        (name): [string, Body, RegExp] => [
          name,
          (x) => {
            globalThis[name](() => x.dataSync());
            return ones(x);
          },
          new RegExp(`^${name}\\(\\) inside .*purity\\.test\\.ts:\\d+.*plain function`),
        ],
      ),
      [
        'switching the backend',
        (x) => (void tf.setBackend('none'), ones(x)),
        /^tf\.setBackend\(\) inside .*useBackend/,
      ],
      ...Object.entries(goingOn).map(([name, fn]): [string, Body, RegExp] => [
        `${name}, with what goes on later`,
        as(fn),
        /^(A promise is started|Tensor\.data\(\)) inside/,
      ]),
      [
        'disposing a variable',
        (() => {
          const gone = () => tf.engine().registeredVariables[`kept-${backend}`]!;
          return (x) => (gone().dispose(), x);
        })(),
        /^Variable\.dispose\(\) inside .*purity\.test\.ts:\d+.*Dispose it outside/,
      ],
    ])('%s is refused, and no rejection escapes', async (_, fn, message) => {
      const kept = tf.variable(tf.scalar(1), true, `kept-${backend}`);
      const f = compile(fn);
      for (let i = 0; i < 2; i++) await expect(f(x)).rejects.toThrow(message);
      await sleep(5); // rejections that nobody handles are told after the turn
      expect(escaped).toEqual([]);
      expect(kept.isDisposed).toBe(false);
      kept.dispose();
    });

    test('a compiled function that is differentiated says where to do that', () => {
      const square = compile((y: tf.Tensor) => tf.square(y), { name: 'square' });
      const message = 'square: a compiled function gives a promise and has no gradient of its own';
      expect(() => tf.grad(as(square))(x)).toThrow(message);
      expect(() => tf.valueAndGrad(as(square))(x)).toThrow(message);
      const w = tf.variable(tf.scalar(1));
      expect(() => tf.variableGrads(() => as(square)(w) as tf.Scalar)).toThrow(message);
      w.dispose();
    });

    test('a tensor of strings is refused by its place', async () => {
      const text = tf.tensor1d(['a', 'b']);
      const f = compile((tree: { words: tf.Tensor }) => tree.words, { name: 'f' });
      await expect(f({ words: text })).rejects.toThrow(
        'f: argument 1.words is a tensor of strings ([2]); expected float32, int32, bool or complex64',
      );
      await expect(compile(() => text, { name: 'g' })()).rejects.toThrow(
        'g: its result is a tensor of strings',
      );
      text.dispose();
    });

    test('an argument that was disposed is named with what to do', async () => {
      const gone = tf.tensor1d([1]);
      gone.dispose();
      await expect(compile((a: tf.Tensor[]) => a[0], { name: 'f' })([gone])).rejects.toThrow(
        'f: argument 1[0] is a tensor that was disposed ([1] float32); expected one that is alive: dispose it after its last use',
      );
    });
  });

describe('where memory does not suffice the remedy is named', () => {
  const remedy = /^(big|wasm): out of memory \(.*(bytes|length).*smaller batch.*--batch/s;
  test.runIf(runs('tensorflow'))('on tensorflow, where JavaScript or TensorFlow says so', async () => {
    await useBackend({ backend: 'tensorflow' });
    const one = tf.ones([1, 1000]);
    const makes = compile((y: tf.Tensor) => tf.add(y, tf.ones([1e8, 1e8])), { name: 'big' });
    await expect(makes(one)).rejects.toThrow(remedy);
    one.dispose();
    // As TensorFlow says it, after it has waited ten seconds for memory (aliases.long.test.ts).
    const said = 'OOM when allocating tensor with shape[10000000,10000]\nHint: RunOptions';
    const api = { statusCode: () => 8, statusMessage: () => said } as unknown as Api;
    expect(() => check(api, null, 'big')).toThrow(/^big: out of memory \(OOM [^\n]*\). Use a smaller batch/);
  });

  test('on wasm, which has 4 GiB', async () => {
    await useBackend({ backend: 'wasm' });
    const one = tf.ones([1, 1000]);
    const tile = compile((y: tf.Tensor) => tf.tile(y, [1e7, 1e4]), { name: 'big' });
    await expect(tile(one)).rejects.toThrow(remedy);
    expect(values(tf.sum(one))).toEqual([1000]); // address 0 was not written to
  });
});
