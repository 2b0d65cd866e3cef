import { fold, tf, uniform, type Key } from '../engine/index.ts';
import {
  callable,
  checkOptions,
  checkValue,
  listOf,
  oneOf,
  OptionError,
  real,
  required,
  text,
  whole,
} from '../options/index.ts';

/** Named parameters as tensors, in the layout of the engine (convolutions HWIO, dense weights [in, out]). */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** What there is to know about one parameter before it has a value. */
export interface ParameterSpec {
  /** The name that diffusers or PyTorch gives it; checkpoints use it. */
  readonly name: string;
  /** In memory: [H, W, in, out] of a convolution, [in, out] of a dense layer, [n] of a vector. */
  readonly shape: readonly number[];
  readonly layout: 'conv' | 'dense' | 'vector';
  /** A new one is drawn uniformly from centre ± bound. */
  readonly centre: number;
  readonly bound: number;
}

/** A network as pure functions: parameters go in, nothing is kept. */
export interface Model<Config = unknown, Rest extends readonly tf.Tensor[] = readonly tf.Tensor[]> {
  /** Which architecture this is; a checkpoint says it too. */
  readonly kind: string;
  readonly config: Config;
  /** In the order of the flat vector that the optimizer sees. */
  readonly parameters: readonly ParameterSpec[];
  /** Fresh parameters, the same for the same key on every backend. */
  init(key: Key): Params;
  apply(params: Params, x: tf.Tensor4D, ...rest: Rest): tf.Tensor;
}

/** A network that reads a noisy image and its time, and answers in the image's shape. */
export type Denoiser<Config = unknown> = Model<Config, readonly [t: tf.Tensor1D]>;

/** How many axes a layout has; a vector may have any number. */
const ranks: Partial<Record<ParameterSpec['layout'], number>> = { conv: 4, dense: 2 };

/**
 * Refuses what cannot be trained and saved, before any work.
 * @throws OptionError naming what of the network is missing, doubled or of another kind
 */
export function checkNetwork(where: string, model: Model<unknown, never>): void {
  const { kind, parameters, init, apply } = (model ?? {}) as Model;
  checkValue(where, 'network.kind', kind, text);
  checkValue(where, 'network.init', init, callable);
  checkValue(where, 'network.apply', apply, callable);
  if (!Array.isArray(parameters) || parameters.length === 0)
    throw new OptionError(
      'network',
      `${where}: the network ${kind} has no parameters, so there is nothing to train`,
    );
  const names = new Set<string>();
  (parameters as readonly ParameterSpec[]).forEach((spec, i) => {
    const place = `${where}: parameter ${typeof spec?.name === 'string' ? spec.name : i} of the network ${kind}`;
    checkOptions(place, spec, {
      name: required(text),
      shape: required(listOf(whole({ min: 1 }))),
      layout: required(oneOf('conv', 'dense', 'vector')),
      centre: required(real()),
      bound: required(real({ min: 0 })),
    });
    const rank = ranks[spec.layout];
    if (rank !== undefined && spec.shape.length !== rank)
      throw new OptionError(
        'shape',
        `${place}: ${spec.shape.length} axes: expected ${rank} for the layout ${spec.layout}, or the layout vector`,
      );
    if (names.has(spec.name)) throw new OptionError('name', `${place}: there are two of this name`);
    names.add(spec.name);
  });
}

/**
 * Parameters as one vector, in the order of `model.parameters`.
 * @throws Error naming the first that is missing, of another shape or not finite
 */
export async function vectorOf(
  model: Pick<Model, 'kind' | 'parameters'>,
  params: Params,
): Promise<Float32Array> {
  const vector = new Float32Array(parameterCount(model));
  let offset = 0;
  for (const { name, shape } of model.parameters) {
    const found = Object.hasOwn(params, name) ? params[name] : undefined;
    if (found?.shape.join() !== shape.join()) {
      const what = found === undefined ? 'missing' : `[${found.shape.join(', ')}]`;
      throw new Error(
        `the network ${model.kind}: init gives ${name} as ${what}: expected [${shape.join(', ')}]`,
      );
    }
    const values = await found.data();
    const bad = values.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new Error(
        `the network ${model.kind}: init gives ${name} with ${values[bad]} at ${bad}: expected finite numbers`,
      );
    vector.set(values, offset);
    offset += values.length;
  }
  return vector;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** How many numbers the network has. */
export const parameterCount = (model: Pick<Model, 'parameters'>): number =>
  model.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Fresh parameters as one vector, in the order of `model.parameters`. */
export function initialVector(model: Pick<Model, 'parameters'>, key: Key): Float32Array {
  const vector = new Float32Array(parameterCount(model));
  let offset = 0;
  model.parameters.forEach(({ shape, centre, bound }, i) => {
    const n = sizeOf(shape);
    if (bound === 0) vector.fill(centre, offset, offset + n);
    else uniform(fold(key, i), n).forEach((u, j) => (vector[offset + j] = centre + bound * (2 * u - 1)));
    offset += n;
  });
  return vector;
}

/** [N] → named parameters; the gradient flows back into the one vector. */
export function unflatten(model: Pick<Model, 'parameters'>, vector: tf.Tensor1D): Params {
  const sizes = model.parameters.map(({ shape }) => sizeOf(shape));
  const parts = sizes.length === 1 ? [vector] : tf.split(vector, sizes); // TensorFlow splits into two or more
  return Object.fromEntries(
    model.parameters.map(({ name, shape }, i) => [name, parts[i].reshape(shape as number[])]),
  );
}

/** A model's `init`, by way of the flat vector. */
export function initialParams(model: Pick<Model, 'parameters'>, key: Key): Params {
  return tf.tidy(() => unflatten(model, tf.tensor1d(initialVector(model, key))) as Record<string, tf.Tensor>);
}
