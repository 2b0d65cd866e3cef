/** TensorFlow's dtype numbers (tensorflow/core/framework/types.proto) and their JavaScript arrays. */
import type { DataType } from '@tensorflow/tfjs';

export const TF_DTYPE = {
  TF_FLOAT: 1,
  TF_INT32: 3,
  TF_UINT8: 4,
  TF_STRING: 7,
  TF_COMPLEX64: 8,
  TF_INT64: 9,
  TF_BOOL: 10,
  TF_BFLOAT16: 14,
  TF_RESOURCE: 20,
} as const;

/** Kinds of attribute, as tfjs-node's kernels name them. */
export const TF_ATTR = {
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
} as const;

export type HostArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The TensorFlow dtype of a tfjs dtype. */
export function dtypeNumber(dtype: DataType): number {
  if (dtype === 'float32') return TF_DTYPE.TF_FLOAT;
  if (dtype === 'int32') return TF_DTYPE.TF_INT32;
  if (dtype === 'bool') return TF_DTYPE.TF_BOOL;
  if (dtype === 'complex64') return TF_DTYPE.TF_COMPLEX64;
  throw noSuchTensors(dtype);
}

const noSuchTensors = (dtype: string): TypeError =>
  new TypeError(
    `a tensor of dtype ${dtype} is used; expected float32, int32, bool or complex64: keep text in JavaScript arrays ` +
      'and compute with numbers, such as indices into them',
  );

/** `values` in the array type that TensorFlow's `dtype` is stored in. */
export function toHostArray(dtype: number, values: ArrayLike<number>): HostArray {
  switch (dtype) {
    case TF_DTYPE.TF_FLOAT:
    case TF_DTYPE.TF_COMPLEX64:
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case TF_DTYPE.TF_INT32:
      return values instanceof Int32Array ? values : Int32Array.from(values);
    case TF_DTYPE.TF_UINT8:
    case TF_DTYPE.TF_BOOL:
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
    case TF_DTYPE.TF_INT64:
      return BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
    case TF_DTYPE.TF_STRING:
      throw noSuchTensors('string');
    default:
      throw new TypeError(`TensorFlow dtype ${dtype} is not supported by the engine`);
  }
}

/** Reads tensor bytes as tfjs expects them: int64 becomes int32, as tfjs has no wider integer. */
export function fromBytes(dtype: number, bytes: ArrayBuffer): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case TF_DTYPE.TF_FLOAT:
    case TF_DTYPE.TF_COMPLEX64:
      return new Float32Array(bytes);
    case TF_DTYPE.TF_INT32:
      return new Int32Array(bytes);
    case TF_DTYPE.TF_INT64:
      return Int32Array.from(new BigInt64Array(bytes), Number);
    case TF_DTYPE.TF_UINT8:
    case TF_DTYPE.TF_BOOL:
      return new Uint8Array(bytes);
    default:
      throw new TypeError(`TensorFlow dtype ${dtype} cannot be read by the engine`);
  }
}

export const toInt64s = (values: readonly number[]): BigInt64Array =>
  BigInt64Array.from(values, (value) => BigInt(value));
