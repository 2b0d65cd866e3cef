/** One native function from a function of tensors. */
import { tf, type TensorTree } from './tf.ts';
import { encodeConfig } from './native/config.ts';
import { TF_ATTR } from './native/dtypes.ts';
import type { OpAttr } from './native/eager.ts';
import { callFunction, releaseFunction, traceFunction, type TracedFunction } from './native/functions.ts';
import { nativeBackend } from './native/index.ts';
import { isTracing, pure } from './purity.ts';
import { flatten, signature, unflatten, type Structure } from './tree.ts';

export interface CompileOptions {
  /** Names the function in errors and profiles. Default: the function's own name. */
  name?: string;
  /**
   * 'fused': XLA for the sub-functions marked with `fuse` (group norm, Adam): steps about 6 % faster on a CPU for some
   * seconds more at the first call, worth it for functions called more than some hundred times. 'whole': XLA for
   * everything, slower on CPUs, as convolutions leave oneDNN. Default: neither.
   */
  xla?: 'fused' | 'whole';
  /** Convolutions and products in bfloat16, everything else in float32. Default false. */
  bfloat16?: boolean;
}

export interface Compiled<A extends readonly TensorTree[], R extends TensorTree> {
  /** Runs it; the result's tensors belong to the caller. Arguments are not disposed and may be, at once. */
  (...args: A): Promise<R>;
  /** Shapes and dtypes it was traced for so far. */
  readonly traces: number;
  /** Nodes of the graph traced last; 0 where the backend does not compile. */
  readonly nodes: number;
  /** Frees the native functions. A later call traces again. */
  dispose(): void;
}

interface Entry {
  traced: TracedFunction;
  result: Structure;
}

/**
 * Makes one TensorFlow function of `fn`, a pure function of tensors (nested arrays and plain objects of them allowed),
 * traced once for each combination of shapes and dtypes. It runs on a worker thread, so that timers, progress and
 * interrupts go on. State goes in and comes out: `(state, batch) → [state, loss]`. Where the backend cannot compile,
 * `fn` runs as it is, with the same numbers.
 *
 * Random numbers are arguments too: tf.randomNormal draws in JavaScript and would be fixed by the trace.
 * @throws (as a rejection) when `fn` reads values, assigns variables or branches on them; the error names the line.
 */
export function compile<A extends readonly TensorTree[], R extends TensorTree>(
  fn: (...args: A) => R,
  { name = fn.name || 'compiled', xla, bfloat16 = false }: CompileOptions = {},
): Compiled<A, R> {
  const cache = new Map<string, Entry>();
  let nodes = 0;
  const attrs: OpAttr[] = [];
  if (xla === 'whole') attrs.push({ name: '_XlaMustCompile', type: TF_ATTR.TF_ATTR_BOOL, value: true });
  if (bfloat16) {
    const value = encodeConfig({ bfloat16 });
    attrs.push({ name: 'config_proto', type: TF_ATTR.TF_ATTR_STRING, value });
  }

  const call = (...args: A): Promise<R> => {
    // Thrown rather than rejected: the trace that called it fails at once, with no promise left over.
    if (isTracing()) {
      throw new Error(
        `${name}: a compiled function cannot be called inside another; call the plain function there`,
      );
    }
    return run(args);
  };

  const run = async (args: A): Promise<R> => {
    const leaves: tf.Tensor[] = [];
    const structure = args.map((arg, i) => flatten(arg, leaves, `${name}: argument ${i + 1}`));
    const backend = nativeBackend();
    if (!backend) {
      const result = runEagerly(name, fn, args);
      await nextTurn(); // a loop of steps lets timers, progress and interrupts in between them
      return result;
    }

    const key = signature(structure, leaves);
    let entry = cache.get(key);
    if (!entry) {
      let result: Structure;
      const traced = traceFunction(backend, { label: name, fuses: xla === 'fused' }, leaves, () => {
        const outputs: tf.Tensor[] = [];
        result = flatten(
          pure(() => fn(...args)),
          outputs,
          `${name}: its result`,
        );
        return outputs;
      });
      entry = { traced, result };
      cache.set(key, entry);
      nodes = traced.native.nodes;
    }
    const outputs = await callFunction(backend, entry.traced, leaves, attrs);
    return unflatten(entry.result, outputs) as R;
  };

  return Object.defineProperties(call, {
    traces: { get: () => cache.size },
    nodes: { get: () => nodes },
    dispose: {
      value: () => {
        const backend = nativeBackend();
        if (backend) for (const { traced } of cache.values()) releaseFunction(backend, traced);
        cache.clear();
      },
    },
  }) as Compiled<A, R>;
}

const nextTurn = () => new Promise<void>((done) => setImmediate(done));

/** The same contract without a compiler: guards on, no tensor left over, results apart from the arguments. */
function runEagerly<A extends readonly TensorTree[], R extends TensorTree>(
  name: string,
  fn: (...args: A) => R,
  args: A,
): R {
  let result: Structure;
  const outputs = tf.tidy(() => {
    const made: tf.Tensor[] = [];
    result = flatten(
      pure(() => fn(...args)),
      made,
      `${name}: its result`,
    );
    return made.map((tensor) => tf.clone(tensor));
  });
  return unflatten(result, outputs) as R;
}
