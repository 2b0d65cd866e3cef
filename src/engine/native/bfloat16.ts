/**
 * Which operations of a graph run in bfloat16 when a function is compiled so: products, and what moves or adds their
 * results, as in PyTorch's autocast. What sums many numbers or bends them stays in float32, and so do parameters with their
 * gradients.
 */

/** Their float inputs are rounded to bfloat16; their results stay so. Within, oneDNN sums in float32. */
const PRODUCTS = new Set(['BatchMatMulV2', 'Conv2D', 'Conv2DBackpropInput', 'MatMul']);

/** In bfloat16 where all that they are given is. */
const FOLLOWERS = new Set([
  'Add',
  'AddN',
  'ConcatV2',
  'Pack',
  'Reshape',
  'Slice',
  'SplitV',
  'Transpose',
  'Unpack',
]);

/** In bfloat16 where their first input is; the second is a parameter or a constant. */
const FIRST_DECIDES = new Set(['BiasAdd', 'PadV2']);

export interface Precision {
  /** Float inputs are taken in bfloat16. */
  rounds: boolean;
  /** So is the result. */
  keeps: boolean;
}

export const FLOAT32: Precision = { rounds: false, keeps: false };
const BFLOAT16: Precision = { rounds: true, keeps: true };

/**
 * How operation `name` runs.
 * @param inBfloat16 of each float input, whether it is in bfloat16
 * @param sumsRows of a matrix product, whether only its first factor is transposed, as for the gradient of weights
 */
export function precisionOf(name: string, inBfloat16: readonly boolean[], sumsRows: boolean): Precision {
  if (inBfloat16.length === 0) return FLOAT32;
  if (name === 'Conv2DBackpropFilter') return { rounds: true, keeps: false };
  if (PRODUCTS.has(name)) return { rounds: true, keeps: !sumsRows };
  const follows = FOLLOWERS.has(name) && inBfloat16.every(Boolean);
  return follows || (FIRST_DECIDES.has(name) && inBfloat16[0]) ? BFLOAT16 : FLOAT32;
}
