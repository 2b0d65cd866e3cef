/** tfjs-node's JavaScript kernels over this engine's FFI, and the switch between running and recording. */
import { createRequire } from 'node:module';
import util from 'node:util';
import type { DataType } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import type { Context } from './context.ts';
import { TF_ATTR, TF_DTYPE } from './dtypes.ts';
import { Eager, type OpAttr, type TensorMeta } from './eager.ts';
import type { Recorder } from './recorder.ts';

/** What this engine uses of tfjs-node's backend class. */
interface NodeBackend {
  tensorMap: { get(dataId: object): TensorEntry; has(dataId: object): boolean };
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(meta: TensorMeta): tf.Tensor;
  executeSingleOutput(name: string, attrs: OpAttr[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(name: string, attrs: OpAttr[], inputs: tf.TensorInfo[], count: number): tf.Tensor[];
  numDataIds(): number;
  disposeData(dataId: object, force?: boolean): boolean;
  move(dataId: object, values: ArrayLike<number>, shape: number[], dtype: DataType, refCount: number): void;
  write(values: ArrayLike<number>, shape: number[], dtype: DataType): object;
}

/** What tfjs's engine keeps of each tensor's data. */
interface EngineState {
  state: { tensorInfo: WeakMap<object, { backend: object }> };
}

interface TensorEntry {
  shape: number[];
  dtype: number;
  id: number;
  values: ArrayLike<number> | null;
}

/** The engine's tfjs backend. */
export interface TensorFlowBackend extends NodeBackend {
  readonly eager: Eager;
  /** Runs `body` with every operation going to `recorder`. */
  record<R>(recorder: Recorder, body: () => R): R;
  readonly recorder: Recorder | undefined;
  /** Parts that a compiled function splits a batch into (`chains.ts`). */
  readonly chains: number;
  /** Whether bfloat16 has fast kernels here. */
  readonly hasBfloat16: boolean;
  /** Native tensors that no tfjs tensor stands for. Outside a trace there should be none. */
  orphans(): number;
}

const require = createRequire(import.meta.url);

/** tfjs-node calls two helpers of `util` that Node 22 warns about and Node 23 took out. */
function restoreUtilHelpers(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}

/** tfjs-node's backend class, with its kernels registered. Takes the addon, or what stands in for it. */
export function loadNodeBackend(): new (binding: object, packageName: string) => NodeBackend {
  restoreUtilHelpers();
  // Never the package's index: it looks for a native addon that its install script downloads.
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js');
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: ReturnType<typeof loadNodeBackend>;
  };
  return NodeJSKernelBackend;
}

/** A native tensor has a shape of its own, where data of wasm and WebGPU have those of all who share it. */
const sharesOtherShape = (shape: readonly number[], made: readonly number[]): Error =>
  new Error(
    `a tensor of shape [${shape}] shares data that another backend made in shape [${made}], as it reshapes; expected ` +
      'one with data of its own: tf.tensor(await x.data(), x.shape)',
  );

/** Makes the backend; `tf.setBackend('tensorflow')` is left to the caller. */
export function createBackend(
  context: Context,
  { chains, hasBfloat16 }: Pick<TensorFlowBackend, 'chains' | 'hasBfloat16'>,
): TensorFlowBackend {
  const NodeJSKernelBackend = loadNodeBackend();
  const eager = new Eager(context);
  let recorder: Recorder | undefined;
  const binding = {
    ...TF_DTYPE,
    ...TF_ATTR,
    isUsingGpuDevice: () => context.hasGpu,
    getNumOfTensors: () => eager.handles.size,
    createTensor: (shape: number[], dtype: number, values: ArrayLike<number>) =>
      recorder ? recorder.constant(shape, dtype, values) : eager.createTensor(shape, dtype, values),
    deleteTensor: (id: number) => eager.deleteTensor(id),
    tensorDataSync: (id: number) => eager.read(id),
    executeOp: (name: string, attrs: OpAttr[], ids: number[], outputs: number) =>
      (recorder ?? eager).execute(name, attrs, ids, outputs),
  };
  const packageName = context.hasGpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';

  class Backend extends NodeJSKernelBackend implements TensorFlowBackend {
    readonly eager = eager;
    readonly chains = chains;
    readonly hasBfloat16 = hasBfloat16;
    /** Data written while recording, and into which graph: its constants. Everything else is an input from outside. */
    readonly #constants = new WeakMap<object, Recorder>();
    /** Data whose values are still in JavaScript: no native tensor yet. */
    readonly #onHost = new Set<object>();

    get recorder(): Recorder | undefined {
      return recorder;
    }

    record<R>(next: Recorder, body: () => R): R {
      const outer = recorder;
      recorder = next;
      try {
        return body();
      } finally {
        recorder = outer;
      }
    }

    override move(
      id: object,
      values: ArrayLike<number>,
      shape: number[],
      dtype: DataType,
      refs: number,
    ): void {
      this.#onHost.add(id);
      super.move(id, values, shape, dtype, refs);
    }

    /** New data, where `move` also brings a tensor from another backend. */
    override write(values: ArrayLike<number>, shape: number[], dtype: DataType): object {
      const id = super.write(values, shape, dtype);
      if (recorder) this.#constants.set(id, recorder);
      return id;
    }

    /** A tensor from outside whose values are still in JavaScript is uploaded for good, not baked into the graph. */
    override getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[] {
      for (const { dataId } of recorder ? tensors : []) {
        const entry = this.tensorMap.get(dataId);
        if (entry?.values && this.#constants.get(dataId) !== recorder) {
          entry.id = eager.createTensor(entry.shape, entry.dtype, entry.values);
          entry.values = null;
        }
      }
      const ids = super.getInputTensorIds(tensors);
      for (const { dataId, shape } of tensors) {
        this.#onHost.delete(dataId);
        const made = dataId && this.tensorMap.get(dataId).shape; // int64 scalars of tfjs-node have no data of tfjs
        if (made && !tf.util.arraysEqual(made, shape)) throw sharesOtherShape(shape, made);
      }
      return ids;
    }

    /** This backend's, even where another is in use by the time that a call ends. */
    override createOutputTensor(meta: TensorMeta): tf.Tensor {
      const tensor = super.createOutputTensor(meta);
      const { tensorInfo } = (tf.engine() as unknown as EngineState).state;
      tensorInfo.get(tensor.dataId)!.backend = this;
      return tensor;
    }

    override disposeData(dataId: object, force?: boolean): boolean {
      const done = super.disposeData(dataId, force);
      if (!this.tensorMap.has(dataId)) this.#onHost.delete(dataId);
      return done;
    }

    orphans(): number {
      return eager.handles.size + this.#onHost.size - this.numDataIds();
    }
  }
  return new Backend(binding, packageName);
}
