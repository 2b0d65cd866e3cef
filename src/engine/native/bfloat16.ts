/**
 * Which operations of a graph run in bfloat16 when a function is compiled so: as PyTorch's autocast does on a CPU, products
 * and what moves or adds their results; everything that sums or bends numbers stays in float32.
 */

/** Their inputs are rounded to bfloat16; their results stay so. */
const PRODUCTS = new Set(['BatchMatMulV2', 'Conv2D', 'Conv2DBackpropInput', 'MatMul']);

/** The same, but their results, sums over the batch for one parameter, are in float32 again at once. */
const PARAMETER_GRADIENTS = new Set(['BiasAddGrad', 'Conv2DBackpropFilter']);

/** In bfloat16 where all that they are given is. */
const FOLLOWERS = new Set([
  ...[
    'Add',
    'AddN',
    'AddV2',
    'ConcatV2',
    'Pack',
    'Reshape',
    'Slice',
    'Split',
    'SplitV',
    'Transpose',
    'Unpack',
  ],
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

/** How operation `name` runs, given which of its float inputs are in bfloat16. */
export function precisionOf(name: string, inBfloat16: readonly boolean[]): Precision {
  if (PRODUCTS.has(name)) return BFLOAT16;
  if (PARAMETER_GRADIENTS.has(name)) {
    return name === 'BiasAddGrad' && !inBfloat16[0] ? FLOAT32 : { rounds: true, keeps: false };
  }
  const follows = FOLLOWERS.has(name) && inBfloat16.length > 0 && inBfloat16.every(Boolean);
  return follows || (FIRST_DECIDES.has(name) && inBfloat16[0]) ? BFLOAT16 : FLOAT32;
}
