/** Elementwise operations. At corners and ties the slopes are PyTorch's. */
import { tf } from '../tf.ts';
import { gradient, sumTo } from './shapes.ts';

const zero = (dy: tf.Tensor): tf.Tensor => tf.zerosLike(dy);

/** Of two numbers the one for which `wins` holds; equal ones share the slope. */
const choice = (kernelName: string, wins: (own: tf.Tensor, other: tf.Tensor) => tf.Tensor) => {
  const share = (dy: tf.Tensor, own: tf.Tensor, other: tf.Tensor) => {
    const half = tf.where(tf.equal(own, other), tf.mul(dy, 0.5), zero(dy));
    return sumTo(tf.where(wins(own, other), dy, half), own.shape);
  };
  return gradient(kernelName, ['a', 'b'], (dy, [a, b]) => ({
    a: () => share(dy, a!, b!),
    b: () => share(dy, b!, a!),
  }));
};

export const elementwiseGradients: readonly tf.GradConfig[] = [
  // 0 at 0. tfjs has −1 there.
  gradient('Abs', ['x'], (dy, [x]) => ({ x: () => tf.mul(dy, tf.sign(x!)) })),
  // What is cast to whole numbers or truth values has no slope at all (`backward.ts`).
  gradient('Cast', [], (dy) => ({ x: () => (dy.dtype === 'complex64' ? tf.real(dy) : tf.clone(dy)) })),
  gradient('Identity', [], (dy) => ({ x: () => tf.clone(dy) })),
  choice('Maximum', tf.greater),
  choice('Minimum', tf.less),
  gradient('SquaredDifference', ['a', 'b'], (dy, [a, b]) => {
    const slope = (own: tf.Tensor, other: tf.Tensor) =>
      sumTo(tf.mul(dy, tf.mul(tf.sub(own, other), 2)), own.shape);
    return { a: () => slope(a!, b!), b: () => slope(b!, a!) };
  }),
  // A step function: tfjs has the slope of the quotient.
  gradient('FloorDiv', ['a', 'b'], (dy, [a, b]) => ({
    a: () => sumTo(zero(dy), a!.shape),
    b: () => sumTo(zero(dy), b!.shape),
  })),
  // At 0⁰ both slopes are 0, as PyTorch has them; the exponent of a negative base has none (NaN).
  gradient(
    'Pow',
    ['a', 'b'],
    (dy, [a, b, y]) => ({
      a: () => {
        const corner = tf.logicalAnd(tf.equal(a!, 0), tf.equal(b!, 0));
        const base = tf.where(corner, 1, a!);
        return sumTo(tf.mul(dy, tf.mul(b!, tf.pow(base, tf.sub(b!, 1)))), a!.shape);
      },
      b: () => {
        const corner = tf.logicalAnd(tf.equal(a!, 0), tf.greaterEqual(b!, 0));
        return sumTo(tf.mul(dy, tf.mul(y!, tf.log(tf.where(corner, 1, a!)))), b!.shape);
      },
    }),
    [true],
  ),
  // Chosen rather than multiplied by 0 and 1, so that an infinite slope of the other branch is not 0·∞.
  gradient('Select', ['condition'], (dy, [condition]) => ({
    t: () => tf.where(condition!, dy, zero(dy)),
    e: () => tf.where(condition!, zero(dy), dy),
  })),
  // Written out, so that it can be differentiated again: tfjs's kernel of this gradient cannot.
  gradient('Elu', ['x'], (dy, [x]) => ({
    x: () => tf.where(tf.greater(x!, 0), dy, tf.mul(dy, tf.exp(tf.minimum(x!, 0)))),
  })),
  // 0 at 0 and at 6.
  gradient('Relu6', ['x'], (dy, [x]) => ({
    x: () => tf.where(tf.logicalAnd(tf.greater(x!, 0), tf.less(x!, 6)), dy, zero(dy)),
  })),
];
