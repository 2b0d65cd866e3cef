/** Batch norm without a scale. */
import { tf } from '../tf.ts';

interface Saving {
  getTensorsForGradient(
    kernelName: string,
    inputs: Record<string, tf.Tensor | undefined>,
    outputs: tf.Tensor[],
  ): (tf.Tensor | undefined)[];
}

const engine = tf.engine() as unknown as Saving;
const tensorsFor = engine.getTensorsForGradient.bind(engine);

/** tfjs's gradient copies the scale of batchNorm, and fails where none was given: it is 1 there. */
engine.getTensorsForGradient = (kernelName, inputs, outputs) =>
  tensorsFor(kernelName, inputs, outputs).map((tensor) =>
    tensor === undefined && kernelName === 'FusedBatchNorm' ? tf.scalar(1) : tensor,
  );
