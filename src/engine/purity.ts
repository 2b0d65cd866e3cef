/** Refuses side effects and value-dependent code inside a compiled function, naming the line of the caller. */
import { tf } from './tf.ts';
import type { Assignments } from './variables.ts';

const OWN_FOLDER = new URL('.', import.meta.url).pathname;

/** First line of the stack that is neither the engine's nor a package's. */
function callerLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const foreign = frames.find(
    (frame) => !/node_modules|node:|tfjs-core|<anonymous>\)?$/.test(frame) && !frame.includes(OWN_FOLDER),
  );
  return foreign ? foreign.trim().replace(/^at /, '') : 'an unknown line';
}

let depth = 0;

/** True while a compiled function is being traced, or run eagerly in its place. */
export const isTracing = (): boolean => depth > 0;

function refuse(what: string, remedy: string): never {
  throw new Error(`${what} inside a compiled function, at ${callerLine()}. ${remedy}`);
}

const READ_REMEDY =
  'Its code runs once and is then replaced by one native function, so it has no values to look at: ' +
  'return the tensor and read it outside.';

type Method = (this: tf.Tensor, ...args: unknown[]) => unknown;

/** Wraps `target[name]` so that it throws during a trace. Installed once, costs one comparison a call. */
function guard(target: object, name: string, what: string, remedy: string): void {
  const original = Reflect.get(target, name) as Method;
  Reflect.set(target, name, function (this: tf.Tensor, ...args: unknown[]): unknown {
    // Kernels may read their own inputs; a person's code may not.
    if (depth > 0 && !insideKernel()) refuse(what, remedy);
    return original.apply(this, args);
  });
}

/** tfjs counts how deep in kernels it is. customGrad counts as a kernel, so its body is not guarded. */
function insideKernel(): boolean {
  return (tf.engine() as unknown as { state: { kernelDepth: number } }).state.kernelDepth > 0;
}

for (const name of ['data', 'dataSync', 'bytes', 'bytesSync']) {
  guard(tf.Tensor.prototype, name, `Tensor.${name}()`, READ_REMEDY);
}
guard(
  tf.engine(),
  'makeVariable',
  'tf.variable()',
  'Make it before: a compiled function reads and assigns the variables that there are.',
);

let assignments: Assignments | undefined;
const assignNow = tf.Variable.prototype.assign;
tf.Variable.prototype.assign = function (this: tf.Variable, value: tf.Tensor): void {
  if (depth === 0) return assignNow.call(this, value);
  if (!assignments) refuse('Variable.assign()', 'A fused function has no state: assign outside it.');
  assignments.assign(this, value);
};

Object.defineProperty(tf.Tensor.prototype, Symbol.toPrimitive, {
  configurable: true,
  value(this: tf.Tensor): string {
    if (depth > 0)
      refuse('A tensor used as a plain number or string (Math.*, <, +, `${}`)', 'Use tf operations.');
    return this.toString();
  },
});

/** Runs `body` with the guards on; what it assigns to variables goes to `collected`, and is refused without one. */
export function pure<R>(body: () => R, collected?: Assignments): R {
  const outer = assignments;
  assignments = collected;
  depth += 1;
  try {
    return body();
  } finally {
    depth -= 1;
    assignments = outer;
  }
}
