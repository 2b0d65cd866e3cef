/** A gradient that fails frees what was kept for its way back: tfjs frees it only where the way back ends. */
import { tf } from './tf.ts';

interface Tape {
  state: { gradientDepth: number; activeTape: { saved?: tf.Tensor[] }[] | null };
  gradients(...args: unknown[]): unknown;
}

const engine = tf.engine() as unknown as Tape;
const gradients = engine.gradients.bind(engine);

engine.gradients = (...args) => {
  try {
    return gradients(...args);
  } catch (error) {
    const { state } = engine;
    // An inner gradient's tape is the outer one's too, which ends as well or goes on.
    if (state.gradientDepth === 0 && state.activeTape) {
      tf.dispose(state.activeTape.flatMap(({ saved }) => saved ?? []));
      state.activeTape = null;
    }
    throw error;
  }
};
