/**
 * Gradients that tfjs lacks or has wrong, for every backend. Each is written with operations that have gradients, so second
 * derivatives follow.
 */
import { einsumGradient } from '../einsum.ts';
import { tf } from '../tf.ts';
import { arrangementGradients } from './arrangement.ts';
import './backward.ts';
import { complexGradients } from './complex.ts';
import { elementwiseGradients } from './elementwise.ts';
import { imageGradients } from './images.ts';
import './normalization.ts';
import { pickGradients } from './picks.ts';
import { productGradients } from './products.ts';
import { reductionGradients } from './reductions.ts';

const bias: tf.GradConfig = {
  kernelName: 'BiasAdd',
  gradFunc: (dy) => ({
    x: () => dy as tf.Tensor,
    b: () => tf.engine().runKernel('BiasAddGrad', { dy: dy as tf.Tensor }) as tf.Tensor,
  }),
};

for (const config of [
  ...[bias, einsumGradient],
  ...[...elementwiseGradients, ...reductionGradients, ...arrangementGradients, ...pickGradients],
  ...[...productGradients, ...imageGradients, ...complexGradients],
]) {
  tf.registerGradient(config);
}
