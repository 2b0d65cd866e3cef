/** Sub-functions of a compiled function that XLA makes one loop of. */
import { dtypeNumber, TF_DTYPE } from './native/dtypes.ts';
import { nativeBackend } from './native/index.ts';
import { Recorder, type NativeFunction } from './native/recorder.ts';
import type { TensorFlowBackend } from './native/backend.ts';
import { idsOf } from './native/functions.ts';
import { pure } from './purity.ts';
import { tf } from './tf.ts';

export type TensorFunction = (...args: tf.Tensor[]) => tf.Tensor[];

/**
 * Marks a pure function of tensors for XLA: inside `compile(…, { xla: 'fused' })` it becomes one node that XLA compiles, once for
 * each combination of shapes and of numbers from outside. Elsewhere it runs as it is. Worth it for chains of elementwise
 * operations and sums; convolutions and matrix products are faster outside.
 *
 * It has no gradient of its own: use it inside `tf.customGrad`, or where nothing is differentiated.
 * @param fn must read tensors through its arguments only
 * @param options.activations its results are what a network passes on: in bfloat16 where the compiled function keeps those so
 */
export function fuse<A extends tf.Tensor[], R extends tf.Tensor[]>(
  name: string,
  fn: (...args: A) => R,
  { activations = false }: { activations?: boolean } = {},
) {
  const cache = new Map<string, NativeFunction>();
  return (...args: A): R => {
    if (tf.engine().isTapeOn()) {
      throw new Error(`${name}: a fused function has no gradient; call it inside tf.customGrad`);
    }
    const backend = nativeBackend();
    const recorder = backend?.recorder;
    if (!backend || !recorder?.fuses) return tf.tidy(() => pure(() => fn(...args)));
    const ids = idsOf(backend, args);
    const inputs = args.map(({ shape }, i) => ({ dtype: recorder.dtypeOf(ids[i]!), shape }));
    const floats = activations && recorder.bfloat16 ? TF_DTYPE.TF_BFLOAT16 : TF_DTYPE.TF_FLOAT;
    const metas = recorder.call(
      trace(backend, name, fn as unknown as TensorFunction, inputs, floats, cache),
      ids,
    );
    return metas.map((meta) => backend.createOutputTensor(meta)) as R;
  };
}

/**
 * The function of `cache` that does what `fn` does now, or a new one: XLA compiles what it has not seen. `fn` runs at every
 * call, as numbers that it takes from outside may have changed since.
 */
function trace(
  backend: TensorFlowBackend,
  name: string,
  fn: TensorFunction,
  inputs: readonly { dtype: number; shape: number[] }[],
  floats: number,
  cache: Map<string, NativeFunction>,
): NativeFunction {
  const inner = new Recorder(backend.eager, { xla: true });
  try {
    return backend.record(inner, () => {
      let made: NativeFunction | undefined;
      tf.tidy(() => {
        const parameters = inputs.map(({ dtype, shape }) =>
          backend.createOutputTensor(inner.parameter(dtype, shape)),
        );
        const outputs = pure(() => fn(...parameters));
        const ids = idsOf(backend, outputs);
        if (inner.captures.length > inputs.length) {
          throw new Error(`${name}: a fused function may read only its arguments, and reads another tensor`);
        }
        const key = `${inner.digest(ids)} ${floats}`;
        const metas = outputs.map(({ dtype, shape }, i) => ({
          id: ids[i]!,
          dtype: dtypeNumber(dtype),
          shape,
        }));
        made = cache.get(key) ?? inner.finish(name, metas, floats);
        cache.set(key, made);
      });
      return made!;
    });
  } finally {
    inner.dispose();
  }
}
