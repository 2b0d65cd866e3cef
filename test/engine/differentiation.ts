/** Runs the cases of `engine_gradients.json`: calls of tfjs's namespace, with values and slopes from PyTorch. */
import { readFileSync } from 'node:fs';
import { tf, type BackendName } from '../../src/engine/index.ts';

interface Flat {
  shape: number[];
  /** null where the reference has no number. */
  data: (number | null)[];
  dtype?: 'int32' | 'bool';
  /** Whether there are slopes to it. */
  varies?: true;
}

type Argument =
  | null
  | number
  | string
  | boolean
  | Argument[]
  | { input: number }
  | { op: string; args: Argument[] }
  | { record: { [name: string]: Argument } };

export interface Case {
  op: string;
  args: Argument[];
  inputs: Flat[];
  y: Flat[];
  w: Flat[];
  gradients: Flat[];
  along: Flat[];
  second: Flat[];
}

const file = new URL('../reference/engine_gradients.json', import.meta.url);
export const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

/** The function of the namespace with this path: 'image.resizeBilinear'. */
function operation(path: string): (...args: unknown[]) => unknown {
  const found = path
    .split('.')
    .reduce<unknown>((place, name) => (place as Record<string, unknown>)[name], tf);
  if (typeof found !== 'function') throw new Error(`tf.${path} is no function`);
  return found as (...args: unknown[]) => unknown;
}

function evaluate(argument: Argument, inputs: readonly tf.Tensor[]): unknown {
  if (argument === 'Infinity' || argument === '-Infinity') return Number(argument);
  if (Array.isArray(argument)) return argument.map((each) => evaluate(each, inputs));
  if (argument === null) return undefined;
  if (typeof argument !== 'object') return argument;
  if ('input' in argument) return inputs[argument.input];
  if ('op' in argument) return call(argument, inputs);
  return Object.fromEntries(
    Object.entries(argument.record).map(([name, value]) => [name, evaluate(value, inputs)]),
  );
}

const call = ({ op, args }: { op: string; args: Argument[] }, inputs: readonly tf.Tensor[]) =>
  operation(op)(...args.map((each) => evaluate(each, inputs)));

/** The results that have a reference: one tensor, a list, or the first fields of a record. */
export function forward(one: Case, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const made = call(one, inputs) as tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;
  const list = made instanceof tf.Tensor ? [made] : Object.values(made);
  return list.slice(0, one.y.length);
}

export const tensorOf = ({ shape, data, dtype }: Flat): tf.Tensor =>
  tf.tensor(data as number[], shape, dtype ?? 'float32');

/** What the fixture holds of a case, computed by tfjs. */
export function slopes(one: Case, inputs: tf.Tensor[], w: tf.Tensor[], along: tf.Tensor[]) {
  const smooth = one.inputs.flatMap(({ varies }, i) => (varies ? [i] : []));
  const fill = (leaves: tf.Tensor[]) => inputs.map((input, i) => leaves[smooth.indexOf(i)] ?? input);
  const leaves = smooth.map((i) => inputs[i]!);
  const total = (terms: tf.Tensor[]) => tf.addN(terms.map((term) => tf.sum(term))) as tf.Scalar;
  const loss = (...at: tf.Tensor[]) =>
    total(forward(one, fill(at)).map((y, i) => tf.add(tf.mul(w[i]!, y), tf.mul(tf.mul(y, y), 0.5))));
  const first = (...at: tf.Tensor[]) => tf.grads(loss)(at);
  const turned = (...at: tf.Tensor[]) => total(first(...at).map((slope, i) => tf.mul(slope, along[i]!)));
  return {
    y: () => forward(one, inputs),
    gradients: () => first(...leaves),
    second: () => tf.grads(turned)(leaves),
  };
}

/** The greatest difference between tensors and what they should be, of its scale; a message where shapes differ. */
export function difference(found: readonly tf.Tensor[], expected: readonly Flat[]): number | string {
  if (found.length !== expected.length) return `${found.length} results, expected ${expected.length}`;
  let worst = 0;
  for (const [i, { shape, data }] of expected.entries()) {
    const tensor = found[i]!;
    if (String(tensor.shape) !== String(shape)) return `shape [${tensor.shape}], expected [${shape}]`;
    const scale = Math.max(1, ...data.map((value) => Math.abs(value ?? 0)));
    tensor.dataSync().forEach((value, j) => {
      if (data[j] === null) return;
      const error = Math.abs(value - data[j]!) / scale;
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    });
  }
  return worst;
}

/** Every operation that a case calls. */
export const usesOf = ({ op, args }: { op: string; args: Argument[] }): string[] => [
  op,
  ...args.flatMap((arg) => (arg && typeof arg === 'object' && 'op' in arg ? usesOf(arg) : [])),
];

export const ORDERS = ['y', 'gradients', 'second'] as const;
export type Order = (typeof ORDERS)[number];

/** Of the scale of each: float32 against float64. */
export const TOLERANCE = { y: 2e-5, gradients: 5e-5, second: 5e-4 };

export const operations = [...new Set(cases.map(({ op }) => op))];
export const casesOf = (op: string): Case[] => cases.filter((one) => one.op === op);

/** Operations without second derivatives, by what stands in for them in the message. */
function onceOnly(one: Case): string | undefined {
  if (one.op === 'dilation2d') return 'Dilation2DBackprop(Filter|Input) has no gradient';
  if (one.op === 'localResponseNormalization') return 'LRNGrad has no gradient';
  const linear = one.op === 'fused.matMul' && !JSON.stringify(one.args).includes('activation');
  return linear ? 'a custom gradient that keeps tensors made inside' : undefined;
}

/** What is said instead of a result, if there is none: complex numbers are TensorFlow's alone. */
export function refusal(backend: BackendName, one: Case, order: Order): string | undefined {
  if (backend === 'wasm' && usesOf(one).some((op) => /^(complex|rfft|spectral|signal\.stft)/.test(op))) {
    return 'the backend wasm has no kernel Complex';
  }
  if (backend === 'wasm' && one.args.includes('NCHW')) return 'Please use .channelsLast.';
  return order === 'second' ? onceOnly(one) : undefined;
}

export const named = (one: Case, order: string): string =>
  `${order} of ${one.op} ${JSON.stringify(one.args)} on ${JSON.stringify(one.inputs.map((x) => x.shape))}`;

export const tensorsOf = (one: Case): tf.Tensor[][] =>
  [one.inputs, one.w, one.along].map((list) => list.map(tensorOf));

export const prepared = (one: Case, [inputs, w, along] = tensorsOf(one)) => slopes(one, inputs!, w!, along!);
