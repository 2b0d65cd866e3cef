import { sizeOf, type Model, type ParameterSpec } from '../models/index.ts';
import type { FileTensor } from './safetensors.ts';

/** The shape a checkpoint gives a parameter: PyTorch's [out, in, H, W] and [out, in]. */
export function fileShape({ shape, layout }: ParameterSpec): readonly number[] {
  if (layout === 'conv') return [shape[3], shape[2], shape[0], shape[1]];
  return layout === 'dense' ? [shape[1], shape[0]] : shape;
}

/** [taps·in, out] → [out, in·taps] or back: where number `i` of the engine's layout sits in the file's. */
function placeInFile({ shape, layout }: ParameterSpec): (i: number) => number {
  if (layout === 'vector') return (i) => i;
  const [inputs, outputs] = shape.slice(-2);
  const taps = layout === 'conv' ? shape[0] * shape[1] : 1;
  return (i) => {
    const out = i % outputs;
    const rest = Math.floor(i / outputs);
    const tap = Math.floor(rest / inputs);
    return (out * inputs + (rest % inputs)) * taps + tap;
  };
}

type Parameters = Pick<Model, 'parameters'>;

/** @throws Error unless the vector has a finite number for every place of the parameters, naming the first that is none */
export function checkVector({ parameters }: Parameters, vector: Float32Array, prefix = ''): void {
  const size = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (vector.length !== size)
    throw new Error(
      `a vector of ${vector.length} parameters: expected ${size}, those of the network in their order`,
    );
  let offset = 0;
  for (const { name, shape } of parameters) {
    const bad = vector.subarray(offset, (offset += sizeOf(shape))).findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new Error(
        `${prefix}${name} has ${vector[offset - sizeOf(shape) + bad]} at ${bad}: expected finite numbers; a training that makes others needs a lower learning rate`,
      );
  }
}

/**
 * One flat vector → tensors as a checkpoint holds them, named `prefix` + parameter.
 * @throws as {@link checkVector}
 */
export function toFileTensors(model: Parameters, vector: Float32Array, prefix = ''): Map<string, FileTensor> {
  checkVector(model, vector, prefix);
  const tensors = new Map<string, FileTensor>();
  let offset = 0;
  for (const spec of model.parameters) {
    const place = placeInFile(spec);
    const data = new Float32Array(sizeOf(spec.shape));
    for (let i = 0; i < data.length; i++) data[place(i)] = vector[offset + i];
    tensors.set(prefix + spec.name, { shape: fileShape(spec), data });
    offset += data.length;
  }
  return tensors;
}

/**
 * The tensors of a checkpoint → one flat vector.
 *
 * @throws Error naming the file and the tensor: missing, of another shape, with numbers that are not finite
 */
export function fromFileTensors(
  model: Parameters,
  tensors: ReadonlyMap<string, FileTensor>,
  file: string,
  prefix = '',
): Float32Array {
  const vector = new Float32Array(model.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let offset = 0;
  for (const spec of model.parameters) {
    const name = prefix + spec.name;
    const found = tensors.get(name);
    if (found === undefined) throw anotherArchitecture(file, `the tensor ${name} is missing`);
    const shape = fileShape(spec);
    if (found.shape.join() !== shape.join()) {
      throw anotherArchitecture(
        file,
        `${name} is [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    const bad = found.data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new Error(
        `${file}: ${name} has ${found.data[bad]} at ${bad}: a damaged checkpoint, or one of a training that failed. Use another`,
      );
    const place = placeInFile(spec);
    const n = found.data.length;
    for (let i = 0; i < n; i++) vector[offset + i] = found.data[place(i)];
    offset += n;
  }
  return vector;
}

/** @throws Error naming the first tensor of the file that no parameter asks for */
export function refuseUnknown(known: ReadonlySet<string>, names: Iterable<string>, file: string): void {
  for (const name of names) {
    if (!known.has(name)) throw anotherArchitecture(file, `the tensor ${name} is unknown to this model`);
  }
}

export const anotherArchitecture = (file: string, difference: string): Error =>
  new Error(`${file}: a checkpoint of another architecture: ${difference}. Use the model it was made with`);
