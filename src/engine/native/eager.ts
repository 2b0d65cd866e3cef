/** One operation at a time: the part of tfjs-node's addon that its JavaScript kernels call, over FFI. */
import { outOfMemory } from '../memory.ts';
import type { Pointer } from './api.ts';
import { check, type Context } from './context.ts';
import { fromBytes, TF_ATTR, toHostArray, toInt64s } from './dtypes.ts';

/** Attribute of an operation, as tfjs-node's kernels write it. */
export interface OpAttr {
  name: string;
  type: number;
  value: number | boolean | string | readonly number[];
}

/** What is known of an operation's output without reading it. */
export interface TensorMeta {
  id: number;
  dtype: number;
  shape: number[];
}

const MAX_OUTPUTS = 4096;

/** Calls that wait for koffi's threads at a time. It has room for 256, and after one too many it takes no more at all. */
const MAX_CALLS = 128;

/** Eager execution and the table of live native tensors, by number. */
export class Eager {
  readonly context: Context;
  readonly handles = new Map<number, Pointer>();
  #lastId = 0;
  readonly #outputs = new BigUint64Array(MAX_OUTPUTS);
  readonly #count = new Int32Array(1);
  #calls = 0;
  /** Those that wait for one of the calls to end. */
  readonly #waiting: (() => void)[] = [];

  constructor(context: Context) {
    this.context = context;
  }

  adopt(handle: Pointer): number {
    this.#lastId += 1;
    this.handles.set(this.#lastId, handle);
    return this.#lastId;
  }

  handleOf(id: number): Pointer {
    const handle = this.handles.get(id);
    if (handle === undefined) {
      throw new Error(
        'a tensor that was disposed, or that existed only while a function was traced, is used as an input; ' +
          'return it from the compiled function, or pass it in',
      );
    }
    return handle;
  }

  /** A TF_Tensor with a copy of `values`; the caller deletes it. */
  hostTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): Pointer {
    const { api } = this.context;
    const array = toHostArray(dtype, values);
    const tensor = api.allocateTensor(dtype, toInt64s(shape), shape.length, array.byteLength);
    const data = api.tensorData(tensor);
    if (array.byteLength > 0 && !data)
      throw outOfMemory(`tensor of shape [${shape}]`, `${array.byteLength} bytes`);
    if (array.byteLength > 0) api.copy(data, array, array.byteLength);
    return tensor;
  }

  createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): number {
    const { api, status } = this.context;
    const tensor = this.hostTensor(shape, dtype, values);
    const handle = api.newHandle(tensor, status);
    api.deleteTensor(tensor);
    this.context.check(`tensor of shape [${shape}]`);
    return this.adopt(handle);
  }

  deleteTensor(id: number): void {
    const handle = this.handles.get(id);
    if (handle === undefined) return;
    this.context.api.deleteHandle(handle);
    this.handles.delete(id);
  }

  read(id: number): Float32Array | Int32Array | Uint8Array {
    const { api, status } = this.context;
    const handle = this.handleOf(id);
    const tensor = api.resolve(handle, status);
    this.context.check('reading a tensor');
    const bytes = this.context.bytesAt(api.tensorData(tensor), Number(api.tensorBytes(tensor)));
    api.deleteTensor(tensor);
    return fromBytes(api.handleType(handle), bytes);
  }

  meta(id: number): TensorMeta {
    const { api, status } = this.context;
    const handle = this.handleOf(id);
    const rank = api.handleRank(handle, status);
    const shape = Array.from({ length: rank }, (_, i) => Number(api.handleDim(handle, i, status)));
    this.context.check('shape of a tensor');
    return { id, dtype: api.handleType(handle), shape };
  }

  /** A TFE_Op with inputs and attributes set, ready to run; the caller deletes it. */
  prepare(name: string, attrs: readonly OpAttr[], inputs: readonly number[], status: Pointer): Pointer {
    const { api, pointer } = this.context;
    const handles = inputs.map((id) => this.handleOf(id));
    const op = api.newOp(pointer, name, status);
    check(api, status, name);
    try {
      for (const handle of handles) api.addInput(op, handle, status);
      for (const attr of attrs) this.#setAttr(op, attr, status);
      check(api, status, name);
    } catch (error) {
      api.deleteOp(op);
      throw error;
    }
    return op;
  }

  #setAttr(op: Pointer, { name, type, value }: OpAttr, status: Pointer): void {
    const { api } = this.context;
    if (type === TF_ATTR.TF_ATTR_TYPE) api.attrType(op, name, Number(value));
    else if (type === TF_ATTR.TF_ATTR_FLOAT) api.attrFloat(op, name, Number(value));
    else if (type === TF_ATTR.TF_ATTR_BOOL) api.attrBool(op, name, value ? 1 : 0);
    else if (type === TF_ATTR.TF_ATTR_STRING) {
      const bytes = Buffer.from(value as string);
      api.attrString(op, name, bytes, bytes.length);
    } else if (type === TF_ATTR.TF_ATTR_SHAPE) {
      const dims = value as readonly number[];
      api.attrShape(op, name, toInt64s(dims), dims.length, status);
    } else if (typeof value === 'object') {
      api.attrInts(op, name, toInt64s(value as readonly number[]), value.length);
    } else api.attrInt(op, name, Number(value));
  }

  /** Runs one operation now, on this thread. */
  execute(name: string, attrs: readonly OpAttr[], inputs: readonly number[], outputs: number): TensorMeta[] {
    const { api, status } = this.context;
    const op = this.prepare(name, attrs, inputs, status);
    this.#count[0] = Math.max(outputs, 0);
    api.execute(op, this.#outputs, this.#count, status);
    api.deleteOp(op);
    this.context.check(name);
    return Array.from(this.#outputs.subarray(0, this.#count[0]), (handle) => this.meta(this.adopt(handle)));
  }

  /** Runs `call`, when there is room for it, in the order of the calls. */
  async #oneOfFew(call: () => Promise<void>): Promise<void> {
    if (this.#calls < MAX_CALLS) this.#calls += 1;
    else await new Promise<void>((room) => this.#waiting.push(room));
    try {
      await call();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#calls -= 1;
    }
  }

  /**
   * Runs one operation on a worker thread; timers and I/O go on meanwhile. Returns the outputs' numbers.
   * @param label names it in errors
   */
  async executeAsync(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly number[],
    outputs: number,
    label = name,
  ): Promise<number[]> {
    const { api } = this.context;
    const status = api.newStatus();
    try {
      const op = this.prepare(name, attrs, inputs, status);
      // Without a device TensorFlow runs a function on the CPU. Not measured on a GPU.
      if (this.context.hasGpu) api.setDevice(op, 'GPU:0', status);
      // Off the JavaScript heap from the start, so that no garbage collection moves it while the worker writes.
      const handles = new BigUint64Array(new ArrayBuffer(8 * Math.max(outputs, 1)));
      const count = new Int32Array(new ArrayBuffer(4)).fill(outputs);
      try {
        await this.#oneOfFew(
          () =>
            new Promise<void>((done, fail) => {
              api.execute.async(op, handles, count, status, (error: Error | null) =>
                error ? fail(error) : done(),
              );
            }),
        );
      } finally {
        api.deleteOp(op);
      }
      check(api, status, label);
      return Array.from(handles.subarray(0, outputs), (handle) => this.adopt(handle));
    } finally {
      api.deleteStatus(status);
    }
  }
}
