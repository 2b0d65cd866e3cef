/** One native function from a function of tensors. */
import { callable, checkOptions, checkValue, flag, oneOf, text, type Kinds } from '../options/index.ts';
import { tf, type TensorTree } from './tf.ts';
import { TF_ATTR } from './native/dtypes.ts';
import type { OpAttr } from './native/eager.ts';
import { callFunction, releaseFunction, traceFunction, type TracedFunction } from './native/functions.ts';
import type { TensorFlowBackend } from './native/backend.ts';
import { nativeBackend } from './native/index.ts';
import type { RecorderOptions } from './native/recorder.ts';
import { isTracing, pure } from './purity.ts';
import { areAwaited, Assignments, assignAll, inTurn } from './variables.ts';
import { rethrow } from './memory.ts';
import { flatten, signature, unflatten, type Structure } from './tree.ts';

export interface CompileOptions {
  /** Names the function in errors and profiles. Default: the function's own name. */
  name?: string;
  /**
   * 'fused': XLA for the sub-functions marked with `fuse` (group norm, Adam): steps about 8 % faster on a CPU for two
   * seconds more at the first call, worth it for functions called more than some hundred times. 'whole': XLA for
   * everything, slower on CPUs, as convolutions leave oneDNN. Default: neither. XLA does not notice indices that are out
   * of range, nor whole numbers divided by zero.
   */
  xla?: 'fused' | 'whole';
  /**
   * Two-dimensional convolutions and matrix products in bfloat16, with their results, biases and residual sums; norms,
   * activations, losses, parameters with their gradients and optimizers in float32. Processors without bfloat16 arithmetic
   * compute in float32, with a warning. Default false.
   */
  bfloat16?: boolean;
}

const kinds: Kinds<CompileOptions> = { name: text, xla: oneOf('fused', 'whole'), bfloat16: flag };

export interface Compiled<A extends readonly TensorTree[], R extends TensorTree> {
  /** Runs it; the result's tensors belong to the caller. Arguments are not disposed and may be, at once. */
  (...args: A): Promise<R>;
  /** How often it was traced, not counting for variables that were disposed since. */
  readonly traces: number;
  /** Nodes of the graph traced last; 0 where the backend does not compile. */
  readonly nodes: number;
  /** Frees the native functions, once the calls that were made have ended. A later call traces again. */
  dispose(): void;
}

interface Entry {
  readonly backend: TensorFlowBackend;
  readonly traced: TracedFunction;
  /** The variables among the arguments. */
  readonly given: readonly tf.Variable[];
  readonly result: Structure;
  /** Assigned after each call, from the last outputs. */
  readonly assigned: readonly tf.Variable[];
  /** The variables that it reads or assigns, and whether each was trainable. */
  readonly touched: readonly { variable: tf.Variable; trainable: boolean }[];
  /** Calls that have not ended. */
  calls: number;
  /** To be freed when the last of them has. */
  dropped: boolean;
}

/**
 * Makes one TensorFlow function of `fn`, a function of tensors (nested arrays and plain objects of them allowed), traced
 * once for each combination of shapes and dtypes, and for each variable that is an argument. It runs on a worker thread,
 * so that timers, progress and interrupts go on. Where the backend cannot compile, `fn` runs as it is at each call, under
 * the same rules and with the same numbers, except for what it finds around it (below).
 *
 * Arguments are told apart by their places: it makes no difference which of them are one tensor, or share its data. State
 * goes in and comes out, `(state, batch) → [state, loss]`, or is held in tf.Variables: what they hold is read at each call,
 * and what `fn` assigns to them is assigned when the call has succeeded. A call waits for those before it, of whichever
 * compiled function, that assign a variable which it reads or assigns; code that is not compiled must await them itself.
 *
 * Whatever else `fn` finds around it is fixed by the trace. A number of the closure, the time, the length of an array and
 * the shape of what it makes stay what they were in the first call; a tensor of the closure stays that tensor, even if
 * its name is given another. Where the backend does not compile, all of these are read anew at each call. What changes
 * from call to call must be an argument: a number as `tf.scalar(n)`.
 *
 * Random numbers are arguments too, or drawn with `normalInGraph` under a key. The operations of tfjs that draw, dropout
 * and its layers in training among them, and Math.random are refused; other sources of chance cannot be seen.
 *
 * Of a network on two cores, see `inChains`: what it wraps uses both.
 *
 * @throws (as a rejection) when `fn` reads values, branches on them, draws random numbers, makes or disposes variables,
 *   is async or starts promises: the error names the line; also for arguments and results that are no tensors, are
 *   disposed or hold strings, tensors of the closure that were disposed, and where memory does not suffice
 * @throws OptionError (at once, from `compile` itself) for an option that is unknown or not of its kind
 * @throws (at once) inside another compiled function and where tfjs differentiates: it has no gradient of its own
 * @see keyTensor for a random key as an argument
 */
export function compile<A extends readonly TensorTree[], R extends TensorTree>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  checkValue('compile', 'fn', fn, callable);
  checkOptions('compile', options, kinds);
  const { name = fn.name || 'compiled', xla, bfloat16 = false } = options;
  const cache = new Map<string, Entry>();
  let nodes = 0;
  const attrs: OpAttr[] = [];
  if (xla === 'whole') attrs.push({ name: '_XlaMustCompile', type: TF_ATTR.TF_ATTR_BOOL, value: true });

  const call = (...args: A): Promise<R> => {
    // Thrown rather than rejected: the trace that called it fails at once, with no promise left over.
    if (isTracing()) {
      throw new Error(
        `${name}: a compiled function cannot be called inside another; call the plain function there`,
      );
    }
    if (tf.engine().isTapeOn()) {
      throw new Error(
        `${name}: a compiled function gives a promise and has no gradient of its own; differentiate the plain function ` +
          `inside a compiled one: compile((x) => tf.grad(${fn.name || 'fn'})(x))`,
      );
    }
    return run(args).catch((error) => rethrow(name, error));
  };

  const callOnce = async (
    { backend, traced, assigned }: Entry,
    leaves: tf.Tensor[],
  ): Promise<tf.Tensor[]> => {
    const gone = assigned.find((variable) => variable.isDisposed);
    if (gone) throw new Error(`${name}: variable ${gone.name}, which is assigned, was disposed`);
    const outputs = await callFunction(backend, traced, leaves, attrs);
    assignAll(assigned, outputs.splice(outputs.length - assigned.length));
    return outputs;
  };

  /** After the calls before it that assign what it reads. Its arguments may be disposed meanwhile. */
  const callInTurn = async (entry: Entry, leaves: tf.Tensor[]): Promise<tf.Tensor[]> => {
    const touched = entry.touched.map(({ variable }) => variable);
    if (entry.assigned.length === 0 && !areAwaited(touched)) return callOnce(entry, leaves);
    const held = leaves.map((leaf) => tf.keep(tf.clone(leaf)));
    try {
      return await inTurn(touched, entry.assigned, () => callOnce(entry, held));
    } finally {
      tf.dispose(held);
    }
  };

  /** Frees it, once its calls have ended. */
  const drop = (key: string, entry: Entry): void => {
    cache.delete(key);
    entry.dropped = true;
    if (entry.calls === 0) releaseFunction(entry.backend, entry.traced);
  };

  /** Frees what was traced for variables that cannot be given any more. */
  const forgetDisposed = (): void => {
    for (const [key, entry] of cache)
      if (entry.given.some((variable) => variable.isDisposed)) drop(key, entry);
  };

  const run = async (args: A): Promise<R> => {
    const leaves: tf.Tensor[] = [];
    const structure = args.map((arg, i) => flatten(arg, leaves, `${name}: argument ${i + 1}`));
    const backend = nativeBackend();
    /** `fn` gets trees of its own: what it can see of the caller's tensors is what a trace can see. */
    const body = (own: readonly tf.Tensor[]) => fn(...(unflatten(structure, own) as unknown as A));
    if (!backend) {
      const result = runEagerly(name, leaves, body) as R;
      await nextTurn(); // a loop of steps lets timers, progress and interrupts in between them
      return result;
    }

    const key = signature(structure, leaves);
    let entry = cache.get(key);
    if (entry?.touched.some(({ variable, trainable }) => variable.trainable !== trainable)) {
      drop(key, entry); // tfjs differentiates by others now
      entry = undefined;
    }
    if (!entry) {
      forgetDisposed();
      const how = {
        ...{ label: name, fuses: xla === 'fused', xla: xla === 'whole' },
        bfloat16: bfloat16 && hasBfloat16(backend),
      };
      entry = trace(backend, how, leaves, body);
      cache.set(key, entry);
      nodes = entry.traced.native.nodes;
    }
    entry.calls += 1;
    try {
      return unflatten(entry.result, await callInTurn(entry, leaves)) as R;
    } finally {
      entry.calls -= 1;
      if (entry.dropped && entry.calls === 0) releaseFunction(entry.backend, entry.traced);
    }
  };

  return Object.defineProperties(call, {
    traces: { get: () => cache.size },
    nodes: { get: () => nodes },
    dispose: {
      value: () => {
        for (const [key, entry] of cache) drop(key, entry);
      },
    },
  }) as Compiled<A, R>;
}

let warned = false;

/** Says once that float32 is used instead. */
function hasBfloat16(backend: TensorFlowBackend): boolean {
  if (!backend.hasBfloat16 && !warned) {
    warned = true;
    const warning =
      'this processor has no bfloat16 arithmetic (AVX512-BF16 or AMX): computing in float32 instead';
    process.emitWarning(warning, { type: 'ScorebookWarning' });
  }
  return backend.hasBfloat16;
}

function trace(
  backend: TensorFlowBackend,
  options: { label: string } & RecorderOptions,
  leaves: readonly tf.Tensor[],
  body: (own: readonly tf.Tensor[]) => TensorTree,
): Entry {
  const assignments = new Assignments();
  let result: Structure;
  try {
    const traced = traceFunction(backend, options, leaves, (own) => {
      const outputs: tf.Tensor[] = [];
      try {
        result = flatten(
          pure(() => body(own), assignments),
          outputs,
          `${options.label}: its result`,
        );
        outputs.forEach((output, i) => (outputs[i] = apart(output)));
      } finally {
        assignments.undo();
      }
      return [...outputs, ...assignments.values];
    });
    const given = leaves.filter((leaf): leaf is tf.Variable => leaf instanceof tf.Variable);
    const assigned = assignments.variables;
    const read = traced.inputs.flatMap((input) => ('variable' in input ? [input.variable] : []));
    const touched = [...new Set([...read, ...assigned])].map((variable) => {
      return { variable, trainable: variable.trainable };
    });
    return { backend, traced, given, result: result!, assigned, touched, calls: 0, dropped: false };
  } finally {
    assignments.dispose();
  }
}

/** A variable's value as it is now. */
const apart = (tensor: tf.Tensor): tf.Tensor =>
  tensor instanceof tf.Variable ? tf.clone(tensor as tf.Tensor) : tensor;

const nextTurn = () => new Promise<void>((done) => setImmediate(done));

/** The same contract without a compiler: guards on, no tensor left over, results apart from the arguments. */
function runEagerly(
  name: string,
  leaves: readonly tf.Tensor[],
  body: (own: readonly tf.Tensor[]) => TensorTree,
): TensorTree {
  let result: Structure;
  const assignments = new Assignments();
  try {
    const outputs = tf.tidy(() => {
      const own = leaves.map((leaf) => (leaf instanceof tf.Variable ? leaf : tf.clone(leaf)));
      const made: tf.Tensor[] = [];
      try {
        result = flatten(
          pure(() => body(own), assignments),
          made,
          `${name}: its result`,
        );
        made.forEach((output, i) => (made[i] = apart(output)));
      } finally {
        assignments.undo();
      }
      return made.map((tensor) => tf.clone(tensor));
    });
    assignAll(
      assignments.variables,
      assignments.values.map((value) => tf.clone(value)),
    );
    return unflatten(result!, outputs);
  } finally {
    assignments.dispose();
  }
}
