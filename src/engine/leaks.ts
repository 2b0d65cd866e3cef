/** Finds tensors and native handles that were made and never disposed. */
import { nativeBackend } from './native/index.ts';
import { tf, type TensorTree } from './tf.ts';
import { flatten } from './tree.ts';

export interface LiveHandles {
  /** Tensors that tfjs knows. */
  tensors: number;
  /** Buffers behind them; several tensors may share one. */
  buffers: number;
  /** Native TensorFlow tensors that no tfjs tensor stands for: always 0, else the engine itself leaks. */
  orphans: number;
}

/** What is alive now, on the backend in use. */
export function liveHandles(): LiveHandles {
  const { numTensors, numDataBuffers } = tf.memory();
  return { tensors: numTensors, buffers: numDataBuffers, orphans: nativeBackend()?.orphans() ?? 0 };
}

const isTree = (value: unknown): value is TensorTree => typeof value === 'object' && value !== null;

/**
 * Runs `body` and returns its result.
 * @throws when more tensors or native handles are alive afterwards than before, not counting those of the result.
 */
export async function withoutLeaks<R>(body: () => R | Promise<R>): Promise<R> {
  const before = liveHandles();
  const result = await body();
  const returned: tf.Tensor[] = [];
  if (isTree(result)) flatten(result, returned, 'the result');
  const after = liveHandles();
  const tensors = after.tensors - before.tensors - new Set(returned).size;
  const orphans = after.orphans - before.orphans;
  if (tensors > 0) throw new Error(`${tensors} tensors were made and not disposed; use tf.tidy or dispose()`);
  if (orphans > 0) throw new Error(`${orphans} native tensors are left that no tfjs tensor stands for`);
  return result;
}
