/**
 * Variables are the state of a compiled function: it reads what they hold at each call, and what it assigns to them is
 * assigned when the call has succeeded, all of it or nothing.
 */
import { tf } from './tf.ts';

interface Held {
  /** The variable's own data, which stays its own until the call has succeeded. */
  before: object;
  /** What it is to hold, kept. */
  next: tf.Tensor;
}

const assignFor = tf.Variable.prototype.assign;
const place = (variable: tf.Variable, dataId: object): void => {
  (variable as { dataId: object }).dataId = dataId;
};

/** Runs `body` while each variable reads as what `valueOf` gives for it. */
export function withStandIns<R>(
  variables: readonly tf.Variable[],
  valueOf: (variable: tf.Variable) => tf.Tensor,
  body: () => R,
): R {
  const own = variables.map(({ dataId }) => dataId);
  try {
    for (const variable of variables) place(variable, valueOf(variable).dataId);
    return body();
  } finally {
    variables.forEach((variable, i) => place(variable, own[i]!));
  }
}

/** What one run of a function assigns. */
export class Assignments {
  readonly #held = new Map<tf.Variable, Held>();

  get variables(): tf.Variable[] {
    return [...this.#held.keys()];
  }

  /** What each is to hold, in the order of `variables`. */
  get values(): tf.Tensor[] {
    return [...this.#held.values()].map(({ next }) => next);
  }

  /** From now on the variable reads as `value`. @throws when shape or dtype differ. */
  assign(variable: tf.Variable, value: tf.Tensor): void {
    const { name, dtype, shape } = variable;
    if (variable.isDisposed) throw new Error(`variable ${name}, which is assigned, was disposed`);
    if (value.dtype !== dtype || value.shape.join() !== shape.join())
      throw new Error(
        `variable ${name} is ${dtype} [${shape}]; assigned was ${value.dtype} [${value.shape}]`,
      );
    const known = this.#held.get(variable);
    const before = known?.before ?? variable.dataId;
    const next = tf.keep(tf.clone(value));
    this.#held.set(variable, { before, next });
    place(variable, next.dataId);
    known?.next.dispose();
  }

  /** The variables hold what they held before. */
  undo(): void {
    for (const [variable, { before }] of this.#held) place(variable, before);
  }

  /** Frees what was kept. Call once, after `undo`. */
  dispose(): void {
    for (const { next } of this.#held.values()) next.dispose();
    this.#held.clear();
  }
}

/** For each variable, the last call that is to assign it. */
const awaited = new WeakMap<tf.Variable, Promise<unknown>>();

/** Whether a call that has not ended is to assign one of them. */
export const areAwaited = (variables: readonly tf.Variable[]): boolean =>
  variables.some((variable) => awaited.has(variable));

/** Runs `call`, which assigns `assigned`, after the calls before it that assign one of `touched`. */
export async function inTurn<R>(
  touched: readonly tf.Variable[],
  assigned: readonly tf.Variable[],
  call: () => Promise<R>,
): Promise<R> {
  const mine = Promise.allSettled(touched.map((variable) => awaited.get(variable))).then(call);
  for (const variable of assigned) awaited.set(variable, mine);
  try {
    return await mine;
  } finally {
    for (const variable of assigned) if (awaited.get(variable) === mine) awaited.delete(variable);
  }
}

/** Gives variables the values that a call ended with, which are disposed. */
export function assignAll(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void {
  variables.forEach((variable, i) => {
    if (!variable.isDisposed) assignFor.call(variable, values[i]!);
    values[i]!.dispose();
  });
}
