/** From a TypeScript function of tensors to one TensorFlow function, and its calls. */
import { tf } from '../tf.ts';
import type { TensorFlowBackend } from './backend.ts';
import { dtypeNumber } from './dtypes.ts';
import type { OpAttr, TensorMeta } from './eager.ts';
import { Recorder, type NativeFunction, type RecorderOptions } from './recorder.ts';

export interface TracedFunction {
  native: NativeFunction;
  /** Where each input comes from: the place of an argument, a variable, or another tensor that was captured. */
  inputs: ({ argument: number } | { variable: tf.Variable } | { captured: number })[];
}

/** The native number of each tensor, uploading values that are still in JavaScript. */
export const idsOf = (backend: TensorFlowBackend, tensors: readonly tf.Tensor[]): number[] =>
  backend.getInputTensorIds(tensors);

/**
 * Traces `body`, which is called once with real tensors that stand for themselves, and makes a function of it.
 * Every argument becomes an input, used or not, in order; tensors from outside follow as captured inputs.
 */
export function traceFunction(
  backend: TensorFlowBackend,
  { label, ...options }: { label: string } & RecorderOptions,
  args: readonly tf.Tensor[],
  body: () => tf.Tensor[],
): TracedFunction {
  const argumentIds = idsOf(backend, args);
  const recorder = new Recorder(backend.eager, options);
  try {
    return backend.record(recorder, () =>
      scoped(() => {
        for (const id of new Set(argumentIds)) recorder.argument(id);
        const outputs = body();
        const ids = idsOf(backend, outputs);
        const metas = outputs.map(({ shape, dtype }, i): TensorMeta => {
          return { id: ids[i]!, dtype: dtypeNumber(dtype), shape };
        });
        const native = recorder.finish(label, metas);
        const variables = Object.values(tf.engine().registeredVariables);
        const place = (id: number) => {
          const argument = argumentIds.indexOf(id);
          if (argument >= 0) return { argument };
          const variable = variables.find(({ dataId }) => backend.tensorMap.get(dataId)?.id === id);
          return variable ? { variable } : { captured: id };
        };
        return { native, inputs: native.captures.map(place) };
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

const inputIds = (backend: TensorFlowBackend, traced: TracedFunction, args: readonly number[]): number[] =>
  traced.inputs.map((input) => {
    if ('argument' in input) return args[input.argument]!;
    if ('captured' in input) return input.captured;
    const { variable } = input;
    if (variable.isDisposed) throw new Error(`variable ${variable.name}, which is read, was disposed`);
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
  const ids = await backend.eager.executeAsync(name, attrs, inputs, outputs.length);
  return outputs.map((output, i) => backend.createOutputTensor({ id: ids[i]!, ...output }));
}

/** Takes the function out of TensorFlow's context; calls already running finish. */
export function releaseFunction(backend: TensorFlowBackend, { native }: TracedFunction): void {
  const { context } = backend.eager;
  context.api.removeFunction(context.pointer, native.name, context.status);
  context.check(native.name);
  context.api.deleteFunction(native.pointer);
}
