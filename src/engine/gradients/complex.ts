/** Gradients of complex numbers: ∂/∂(real part) + i·∂/∂(imaginary part). */
import { tf } from '../tf.ts';
import { gradient, sumTo } from './shapes.ts';

export const isComplex = ({ dtype }: tf.Tensor): boolean => dtype === 'complex64';

const conjugate = (z: tf.Tensor): tf.Tensor =>
  isComplex(z) ? tf.complex(tf.real(z), tf.neg(tf.imag(z))) : z;
const times = (z: tf.Tensor, factor: number): tf.Tensor =>
  tf.complex(tf.mul(tf.real(z), factor), tf.mul(tf.imag(z), factor));
const fft = (z: tf.Tensor): tf.Tensor => tf.engine().runKernel('FFT', { input: z }) as tf.Tensor;
const ifft = (z: tf.Tensor): tf.Tensor => tf.engine().runKernel('IFFT', { input: z }) as tf.Tensor;
const length = (z: tf.Tensor): number => z.shape[z.rank - 1]!;

export const complexGradients: readonly tf.GradConfig[] = [
  gradient('Complex', [], (dy) => ({ real: () => tf.real(dy), imag: () => tf.imag(dy) })),
  gradient('Real', [], (dy) => ({ input: () => tf.complex(dy, tf.zerosLike(dy)) })),
  gradient('Imag', [], (dy) => ({ input: () => tf.complex(tf.zerosLike(dy), dy) })),
  gradient('ComplexAbs', ['x'], (dy, [z]) => ({
    x: () => {
      const size = tf.abs(z!);
      const scale = tf.where(tf.greater(size, 0), tf.div(dy, size), 0); // 0 at 0, as PyTorch has it
      return tf.complex(tf.mul(scale, tf.real(z!)), tf.mul(scale, tf.imag(z!)));
    },
  })),
  gradient('FFT', [], (dy) => ({ input: () => times(ifft(dy), length(dy)) })),
  gradient('IFFT', [], (dy) => ({ input: () => times(fft(dy), 1 / length(dy)) })),
  // tfjs casts the other factor to float32, which takes its imaginary part off.
  gradient('Multiply', ['a', 'b'], (dy, [a, b]) => ({
    a: () => sumTo(tf.mul(dy, conjugate(b!)), a!.shape),
    b: () => sumTo(tf.mul(dy, conjugate(a!)), b!.shape),
  })),
];

/** Kernels whose gradients are right for complex numbers too. */
export const takesComplex: ReadonlySet<string> = new Set([
  ...complexGradients.map(({ kernelName }) => kernelName),
  ...[
    'Add',
    'Cast',
    'Concat',
    'ExpandDims',
    'Identity',
    'Neg',
    'Pack',
    'Reshape',
    'Slice',
    'SplitV',
    'Sub',
    'Transpose',
    'Unpack',
  ],
]);
