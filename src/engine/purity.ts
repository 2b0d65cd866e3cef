/**
 * Refuses what a compiled function cannot do: read values, branch on them, draw random numbers in JavaScript, wait. The
 * error names the line of the caller.
 */
import { promiseHooks } from 'node:v8';
import { tf } from './tf.ts';
import type { Assignments } from './variables.ts';

const OWN_FOLDER = new URL('.', import.meta.url).pathname;

/**
 * First line of the stack that is neither the engine's nor a package's. Source maps give frames of tfjs the paths of its
 * sources, which hold no `node_modules`: `…/tfjs-layers/src/backend/tfjs_backend.ts`.
 */
function callerLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const foreign = frames.find(
    (frame) =>
      !/node_modules|node:|\/tfjs-(core|layers|data|converter|backend-\w+)\/|<anonymous>\)?$/.test(frame) &&
      !frame.includes(OWN_FOLDER),
  );
  return foreign ? foreign.trim().replace(/^at /, '') : 'an unknown line';
}

/** What is known of the function that is traced, or run eagerly in its place. */
interface Run {
  /** The first thing that was refused. It fails the function even where the function catches it, or a promise holds it. */
  refused?: Error;
  /** Where the first promise was started, if one was. */
  promiseLine?: string;
  /** Those that nobody waits for so far. */
  readonly promises: Promise<unknown>[];
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
const LATER_REMEDY =
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
guard(tf.engine(), 'setBackend', 'tf.setBackend()', 'Choose it outside, with useBackend.');

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

/** Whether a function is called that may be called for each part of a batch. */
let inParts = false;

const inPart = (what: string): Error =>
  new Error(
    `${what} inside inChains, at ${callerLine()}. It is called once or for each part of the batch, as there are cores: ` +
      'draw and assign outside, and pass what was drawn as another tensor.',
  );

/** Runs `body`, which may be called for each part of a batch: what would depend on how many there are is refused. */
export function forPart<R>(body: () => R): R {
  const outer = inParts;
  inParts = true;
  try {
    return body();
  } finally {
    inParts = outer;
  }
}

/** @throws where each part of a batch would draw the same */
export function expectNoPart(what: string): void {
  if (inParts) throw inPart(what);
}

let assignments: Assignments | undefined;
const assignNow = tf.Variable.prototype.assign;
tf.Variable.prototype.assign = function (this: tf.Variable, value: tf.Tensor): void {
  if (inParts) throw inPart('Variable.assign()');
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

type Global = Record<string, unknown>;

/** What is put in the place of these while a function runs. */
const refusing = (object: object, name: string, what: string, remedy: string) => ({
  object: object as Global,
  name,
  refuses: (): never => refuse(what, remedy),
});
const REFUSED = [
  refusing(Math, 'random', 'Math.random()', RANDOM_REMEDY),
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) =>
    refusing(globalThis, name, `${name}()`, LATER_REMEDY),
  ),
];

/** Goes on as `run`, with the guards on. Returns what ends that. */
function enter(run: Run): () => void {
  const originals = REFUSED.map(({ object, name }) => object[name]);
  for (const { object, name, refuses } of REFUSED) object[name] = refuses;
  running = run;
  return () => {
    running = undefined;
    REFUSED.forEach(({ object, name }, i) => (object[name] = originals[i]));
    // How they end is nobody's affair, as the run fails anyway; a rejection would end the process.
    for (const promise of run.promises.splice(0)) promise.catch(() => undefined);
  };
}

/** The run that started each promise. */
const startedBy = new WeakMap<Promise<unknown>, Run>();

/** Notes each promise of a run. What a promise goes on to do is a part of the run that started it. Returns what ends that. */
function watchPromises(): () => void {
  let leave: (() => void) | undefined;
  return promiseHooks.createHook({
    init: (promise) => {
      if (!running) return;
      startedBy.set(promise, running);
      running.promiseLine ??= callerLine();
      running.promises.push(promise);
    },
    before: (promise) => {
      const run = startedBy.get(promise);
      if (run) leave = enter(run);
    },
    after: () => {
      leave?.();
      leave = undefined;
    },
  }) as () => void;
}

let unwatch: (() => void) | undefined;
/** Whether promises go on that a refused function started: they are watched from then on. */
let someGoOn = false;

/** Promises are refused, since what they go on to do is in no trace. Those that were started go on, with the guards on. */
function guarded<R>(body: () => R): R {
  const run: Run = { promises: [] };
  unwatch ??= watchPromises();
  const leave = enter(run);
  try {
    const result = body();
    if (run.refused) throw run.refused;
    if (run.promiseLine) throw refusal('A promise is started', run.promiseLine, LATER_REMEDY);
    return result;
  } finally {
    leave();
    someGoOn ||= run.promiseLine !== undefined;
    if (!someGoOn) {
      unwatch();
      unwatch = undefined;
    }
  }
}
