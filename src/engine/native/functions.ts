/** From a TypeScript function of tensors to one TensorFlow function, and its calls. */
import { tf } from '../tf.ts';
import { withStandIns } from '../variables.ts';
import type { TensorFlowBackend } from './backend.ts';
import { dtypeNumber } from './dtypes.ts';
import type { OpAttr, TensorMeta } from './eager.ts';
import { Recorder, type NativeFunction, type RecorderOptions } from './recorder.ts';

/** Where an input comes from: the place of an argument, a variable, or another tensor that was captured. */
type Input = { argument: number } | { variable: tf.Variable } | { captured: number };

export interface TracedFunction {
  label: string;
  native: NativeFunction;
  inputs: Input[];
}

/** The native number of each tensor, uploading values that are still in JavaScript. */
export const idsOf = (backend: TensorFlowBackend, tensors: readonly tf.Tensor[]): number[] =>
  backend.getInputTensorIds(tensors);

/**
 * Traces `body` and makes a function of it. While it is traced, a tensor of its own stands for each argument and for what
 * each variable holds: nothing that changes from call to call shares its data with another tensor, whatever shares data
 * in the first call. Every argument but the variables becomes an input, used or not, in order; variables that are read and
 * tensors from outside follow.
 *
 * @param body is called once, with what stands for the arguments; a variable stands for itself
 */
export function traceFunction(
  backend: TensorFlowBackend,
  { label, ...options }: { label: string } & RecorderOptions,
  args: readonly tf.Tensor[],
  body: (args: readonly tf.Tensor[]) => tf.Tensor[],
): TracedFunction {
  const recorder = new Recorder(backend.eager, options);
  const inputs = new Map<number, Input>();
  const standIn = (meta: TensorMeta, input: Input): tf.Tensor => {
    inputs.set(meta.id, input);
    return backend.createOutputTensor(meta);
  };
  const variables = Object.values(tf.engine().registeredVariables).filter(({ dtype }) => dtype !== 'string');
  try {
    return backend.record(recorder, () =>
      scoped(() => {
        const given = args.map((arg, argument) =>
          arg instanceof tf.Variable
            ? arg
            : standIn(recorder.parameter(dtypeNumber(arg.dtype), arg.shape), { argument }),
        );
        const valueOf = (variable: tf.Variable) =>
          standIn(recorder.input(dtypeNumber(variable.dtype), variable.shape), { variable });
        return withStandIns(variables, valueOf, () => {
          const outputs = body(given);
          const ids = idsOf(backend, outputs);
          const metas = outputs.map(({ shape, dtype }, i): TensorMeta => {
            return { id: ids[i]!, dtype: dtypeNumber(dtype), shape };
          });
          const native = recorder.finish(label, metas);
          const placed = native.captures.map((id): Input => inputs.get(id) ?? { captured: id });
          return { label, native, inputs: placed };
        });
      }),
    );
  } finally {
    recorder.dispose();
  }
}

/** Disposes every tensor that `body` makes: a trace leaves none. */
function scoped<R>(body: () => R): R {
  const engine = tf.engine();
  engine.startScope('trace');
  try {
    return body();
  } finally {
    engine.endScope();
  }
}

/** The native number of each input. @throws when one was disposed */
const inputIds = (backend: TensorFlowBackend, traced: TracedFunction, args: readonly number[]): number[] =>
  traced.inputs.map((input) => {
    if ('argument' in input) return args[input.argument]!;
    if ('captured' in input) {
      if (backend.eager.handles.has(input.captured)) return input.captured;
      throw new Error(
        `${traced.label}: a tensor from outside, which it reads, was disposed; ` +
          'keep it as long as the function is called, or make it an argument',
      );
    }
    const { variable } = input;
    if (variable.isDisposed) {
      throw new Error(`${traced.label}: variable ${variable.name}, which is read, was disposed`);
    }
    return idsOf(backend, [variable])[0]!;
  });

/** Calls a traced function on a worker thread. Inputs may be disposed as soon as this has returned its promise. */
export async function callFunction(
  backend: TensorFlowBackend,
  traced: TracedFunction,
  args: readonly tf.Tensor[],
  attrs: readonly OpAttr[],
): Promise<tf.Tensor[]> {
  const { name, outputs } = traced.native;
  const inputs = inputIds(backend, traced, idsOf(backend, args));
  const ids = await backend.eager.executeAsync(name, attrs, inputs, outputs.length, traced.label);
  return outputs.map((output, i) => backend.createOutputTensor({ id: ids[i]!, ...output }));
}

/** Takes the function out of TensorFlow's context; calls already running finish. */
export function releaseFunction(backend: TensorFlowBackend, { native }: TracedFunction): void {
  const { context } = backend.eager;
  context.api.removeFunction(context.pointer, native.name, context.status);
  context.check(native.name);
  context.api.deleteFunction(native.pointer);
}
