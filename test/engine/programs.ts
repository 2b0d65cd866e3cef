/**
 * Random programs of tensors, called several times with arguments, captures and variables that are, share or were made of
 * one another; each runs on tensors and on plain arrays, which share nothing. All numbers are whole and small: exact.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { compile, tf, useBackend, withoutLeaks } from '../../src/engine/index.ts';
import { runs } from './tensorflow.ts';

const ARGUMENTS = 3;
const CAPTURES = 2;
const VARIABLES = 2;

/** A place in a list, whatever its length. */
const place = fc.nat(1000);
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;
const numbers = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }));

/** A line of a program makes a value of earlier ones: arguments, captures, variables, results. */
const line = fc.record({
  op: fc.constantFrom('add', 'sub', 'mul', 'clone', 'reshape', 'grad', 'custom', 'assign' as const),
  a: place,
  b: place,
});
/** Where a tensor comes from: new numbers, or one that there is, itself or what shares its data. */
const source = fc.record({
  from: fc.constantFrom('new', 'same', 'same', 'clone', 'reshape' as const),
  numbers,
  at: place,
});
type Source = typeof source extends fc.Arbitrary<infer T> ? T : never;

const call = fc.record({
  /** Variables that are assigned before it. */
  assigned: fc.array(fc.record({ variable: place, value: source }), { maxLength: 2 }),
  args: fc.array(source, { minLength: ARGUMENTS, maxLength: ARGUMENTS }),
});

export const scenario = fc.record({
  variables: fc.array(source, { minLength: VARIABLES, maxLength: VARIABLES }),
  captures: fc.array(source, { minLength: CAPTURES, maxLength: CAPTURES }),
  program: fc.array(line, { minLength: 1, maxLength: 6 }),
  returned: fc.array(place, { minLength: 1, maxLength: 4 }),
  calls: fc.array(call, { minLength: 2, maxLength: 5 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** What a program computes with. */
interface Algebra<T> {
  make(numbers: readonly number[]): T;
  variable(value: T): T;
  assign(variable: T, value: T): void;
  read(value: T): number[];
  clone(value: T): T;
  reshape(value: T): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  /** Of Σ a²b by a, where b may be a. */
  grad(a: T, b: T): T;
  /** 5a + 3b, as the gradients that a custom gradient gives. */
  custom(a: T, b: T): T;
  /** The function that is tried: arguments come in and results go out as tensors of their own. */
  compiled(body: (...args: T[]) => T[]): (...args: T[]) => Promise<T[]>;
  free(values: T[]): void;
}

const LIMIT = 8;

/** A tensor as numbers; a variable is one whose numbers change. */
interface Cell {
  now: number[];
  readonly isVariable?: boolean;
}
const clipped = (x: number) => Math.min(LIMIT, Math.max(-LIMIT, x));
const elementwise =
  (fn: (a: number, b: number) => number) =>
  (a: Cell, b: Cell): Cell => ({ now: a.now.map((x, i) => clipped(fn(x, b.now[i]!)) + 0) });

const onArrays: Algebra<Cell> = {
  make: (numbers) => ({ now: [...numbers] }),
  variable: ({ now }) => ({ now, isVariable: true }),
  assign: (variable, { now }) => void (variable.now = now),
  read: ({ now }) => now,
  clone: ({ now }) => ({ now }),
  reshape: ({ now }) => ({ now }),
  add: elementwise((a, b) => a + b),
  sub: elementwise((a, b) => a - b),
  mul: elementwise((a, b) => a * b),
  grad: (a, b) => elementwise(a === b ? (x) => 3 * x * x : (x, y) => 2 * x * y)(a, b),
  custom: (a, b) => elementwise((x, y) => 3 * y + 5 * x)(a, b),
  compiled:
    (body) =>
    async (...args) =>
      body(...args.map((arg) => (arg.isVariable ? arg : { now: arg.now }))).map(({ now }) => ({ now })),
  free: () => undefined,
};

const clip = (tensor: tf.Tensor) => tf.clipByValue(tensor, -LIMIT, LIMIT);

/** a·b, with a gradient that is said to be 5a by a and 3b by b. */
const oddProduct = tf.customGrad((a, b, save) => {
  (save as tf.GradSaveFunc)([a as tf.Tensor, b as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, [x, y]: tf.Tensor[]) => [
    tf.mul(dy, tf.mul(x!, 5)),
    tf.mul(dy, tf.mul(y!, 3)),
  ];
  return { value: tf.mul(a as tf.Tensor, b as tf.Tensor), gradFunc };
});

const onTensors: Omit<Algebra<tf.Tensor>, 'compiled'> = {
  make: (list) => tf.tensor1d([...list]),
  variable: (value) => tf.variable(value),
  // Of a clone: tfjs frees the data of a variable that is assigned to itself.
  assign: (variable, value) => tf.tidy(() => (variable as tf.Variable).assign(tf.clone(value))),
  read: (value) => Array.from(value.dataSync(), (x) => x + 0),
  clone: (value) => tf.clone(value),
  reshape: (value) => tf.tidy(() => tf.reshape(tf.reshape(value, [2, 1]), [2])),
  add: (a, b) => clip(tf.add(a, b)),
  sub: (a, b) => clip(tf.sub(a, b)),
  mul: (a, b) => clip(tf.mul(a, b)),
  grad: (a, b) => clip(tf.grad((v) => tf.sum(tf.mul(tf.square(v), b)))(a)),
  custom: (a, b) => {
    const [x, y] = tf.grads((u, v) => oddProduct(u!, v!))([tf.clone(a), tf.clone(b)]);
    return clip(tf.add(x!, y!));
  },
  free: (values) => tf.dispose(values),
};

const compiledTensors: Algebra<tf.Tensor> = {
  ...onTensors,
  compiled: (body) => {
    const f = compile((tree: { first: tf.Tensor; rest: tf.Tensor[] }) => body(tree.first, ...tree.rest));
    return async (first, ...rest) => f({ first: first!, rest });
  },
};

const eagerTensors: Algebra<tf.Tensor> = {
  ...onTensors,
  compiled:
    (body) =>
    async (...args) =>
      tf.tidy(() => {
        const own = args.map((arg) => (arg instanceof tf.Variable ? arg : tf.clone(arg)));
        return body(...own).map((value) => tf.clone(value));
      }),
};

/** Every number that a scenario shows: results and variables, call for call. */
async function shown<T>(algebra: Algebra<T>, scenario: Scenario): Promise<number[][]> {
  const { make, variable, assign, read } = algebra;
  const all: T[] = [];
  const draw = ({ from, numbers, at }: Source): T => {
    const found = all.length === 0 ? undefined : pick(all, at);
    if (found === undefined || from === 'new') all.push(make(numbers));
    else all.push(from === 'same' ? found : algebra[from](found));
    return all.at(-1)!;
  };
  const variables = scenario.variables.map((each) => variable(draw(each)));
  all.push(...variables);
  const captures = scenario.captures.map(draw);

  const f = algebra.compiled((...args) => {
    const made = [...args, ...captures, ...variables];
    for (const { op, a, b } of scenario.program) {
      const [x, y] = [pick(made, a), pick(made, b)];
      if (op === 'assign') assign(pick(variables, a), y);
      else if (op === 'clone' || op === 'reshape') made.push(algebra[op](x));
      else made.push(algebra[op](x, y));
    }
    return scenario.returned.map((at) => pick(made, made.length - 1 - (at % made.length)));
  });

  const seen: number[][] = [];
  for (const { assigned, args } of scenario.calls) {
    for (const { variable: at, value } of assigned) assign(pick(variables, at), draw(value));
    const results = await f(...args.map(draw));
    seen.push(...results.map(read), ...variables.map(read));
    all.push(...results);
  }
  algebra.free(all);
  return seen;
}

/** Compiled, eagerly and on wasm it shows what it shows on arrays, and leaves no tensor behind. */
export async function agrees(scenario: Scenario): Promise<void> {
  const expected = await shown(onArrays, scenario);
  for (const backend of (['tensorflow', 'wasm'] as const).filter(runs)) {
    await useBackend({ backend });
    await withoutLeaks(async () => {
      expect(await shown(compiledTensors, scenario), `compiled on ${backend}`).toEqual(expected);
      expect(await shown(eagerTensors, scenario), `eager on ${backend}`).toEqual(expected);
    });
  }
}
