/**
 * Refuses what a compiled function cannot do: read values, branch on them, draw random numbers in JavaScript, wait. The
 * error names the line of the caller.
 */
import { promiseHooks } from 'node:v8';
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

/** What is known of the function that is traced, or run eagerly in its place. */
interface Run {
  /** The first thing that was refused. It fails the function even where the function catches it, or a promise holds it. */
  refused?: Error;
  /** What it started, and where the first began. */
  readonly promises: Promise<unknown>[];
  promiseLine: string;
}

let running: Run | undefined;

/** True while a compiled function is being traced, or run eagerly in its place. */
export const isTracing = (): boolean => running !== undefined;

const refusal = (what: string, line: string, remedy: string): Error =>
  new Error(`${what} inside a compiled function, at ${line}. ${remedy}`);

function refuse(what: string, remedy: string): never {
  const error = refusal(what, callerLine(), remedy);
  if (running) running.refused ??= error;
  throw error;
}

const READ_REMEDY =
  'Its code runs once and is then replaced by one native function, so it has no values to look at: ' +
  'return the tensor and read it outside.';
const RANDOM_REMEDY =
  'Its code runs once, so every call would get the same numbers: draw outside and pass them as an argument, or pass ' +
  'a key (keyTensor) and draw with normalInGraph.';
const PROMISE_REMEDY =
  'Its code runs once, at once, and nothing waits for what it starts: make it a plain function that returns its ' +
  'tensors, and load, wait and read values outside.';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Wraps `target[name]` so that it throws during a trace. Installed once, costs one comparison a call. */
function guard(target: object, name: string, what: string, remedy: string): void {
  const original = Reflect.get(target, name) as Method;
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
    if (running) refuse(what, remedy);
    return original.apply(this, args);
  });
}

for (const name of ['data', 'dataSync', 'bytes', 'bytesSync', 'dataToGPU']) {
  guard(tf.Tensor.prototype, name, `Tensor.${name}()`, READ_REMEDY);
}
guard(
  tf.engine(),
  'makeVariable',
  'tf.variable()',
  'Make it before: a compiled function reads and assigns the variables that there are.',
);
guard(tf.engine(), 'disposeVariable', 'Variable.dispose()', 'Dispose it outside.');

/** The operations of tfjs that draw, in JavaScript or with a seed that they draw there. A given seed changes nothing. */
const DRAWING = [
  'multinomial',
  'rand',
  'randomGamma',
  'randomNormal',
  'randomStandardNormal',
  'randomUniform',
]
  .concat(['randomUniformInt', 'truncatedNormal'])
  .map((name) => `${name}__op`);
const drawing = new Set(DRAWING);

/** Every operation of tfjs opens a scope of its name; those of layers too, which no guard on the namespace would see. */
const startScope = tf.engine().startScope.bind(tf.engine());
tf.engine().startScope = (name?: string) => {
  if (running && name !== undefined && drawing.has(name)) {
    const { scopeStack } = (tf.engine() as unknown as { state: { scopeStack: { name: string }[] } }).state;
    const outermost = scopeStack.map((scope) => scope.name).find((scope) => scope.endsWith('__op'));
    refuse(`tf.${(outermost ?? name).replace('__op', '')}()`, RANDOM_REMEDY);
  }
  startScope(name);
};

let assignments: Assignments | undefined;
const assignNow = tf.Variable.prototype.assign;
tf.Variable.prototype.assign = function (this: tf.Variable, value: tf.Tensor): void {
  if (!running) return assignNow.call(this, value);
  if (!assignments) refuse('Variable.assign()', 'A fused function has no state: assign outside it.');
  assignments.assign(this, value);
};

Object.defineProperty(tf.Tensor.prototype, Symbol.toPrimitive, {
  configurable: true,
  value(this: tf.Tensor): string {
    if (running)
      refuse('A tensor used as a plain number or string (Math.*, <, +, `${}`)', 'Use tf operations.');
    return this.toString();
  },
});

/** Runs `body` with the guards on; what it assigns to variables goes to `collected`, and is refused without one. */
export function pure<R>(body: () => R, collected?: Assignments): R {
  const outer = assignments;
  assignments = collected;
  try {
    return running ? body() : guarded(body);
  } finally {
    assignments = outer;
  }
}

/**
 * Promises are refused, since what they go on to do is in no trace. Those that were started go on, but how they end is
 * nobody's affair: the error of `body` says it all, and a rejection would end the process.
 */
function guarded<R>(body: () => R): R {
  const run: Run = { promises: [], promiseLine: '' };
  const stop = promiseHooks.onInit((promise) => {
    if (run.promises.push(promise) === 1) run.promiseLine = callerLine();
  }) as () => void;
  const { random } = Math;
  Math.random = () => refuse('Math.random()', RANDOM_REMEDY);
  running = run;
  try {
    const result = body();
    if (run.refused) throw run.refused;
    if (run.promises.length > 0) throw refusal('A promise is started', run.promiseLine, PROMISE_REMEDY);
    return result;
  } finally {
    running = undefined;
    Math.random = random;
    stop();
    for (const promise of run.promises) promise.catch(() => undefined);
  }
}
