/** The digits U-Net on this project's engine, timed as bench/unet_torch.py times its twin. */
import { compile, tf, type Compiled, type CompileOptions } from '../src/engine/index.ts';
import { unet, unflatten } from '../src/models/index.ts';
import { adam } from '../src/training/index.ts';
import type { Timing } from './pytorch.ts';

/** One batch on the host: images of 784 numbers each, and times. */
export interface HostBatch {
  x: Float32Array;
  eps: Float32Array;
  t: Float32Array;
}
type State = { parameters: tf.Tensor1D; m: tf.Tensor1D; v: tf.Tensor1D };
type Batch = { x: tf.Tensor4D; t: tf.Tensor1D; eps: tf.Tensor4D };

const model = unet();
const optimizer = adam();

const toDevice = ({ x, eps, t }: HostBatch): Batch => ({
  x: tf.tensor4d(x, [t.length, 28, 28, 1]),
  eps: tf.tensor4d(eps, [t.length, 28, 28, 1]),
  t: tf.tensor1d(t),
});

/** From the batch on the host to the result on the host. */
async function timed(body: () => Promise<void>): Promise<Timing> {
  const used = process.cpuUsage();
  const began = performance.now();
  await body();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1000 };
}

/** Training and inference from these parameters, compiled in one way. */
export class Network {
  readonly #step: Compiled<[State, Batch, tf.Tensor1D], { loss: tf.Scalar; state: State }>;
  readonly #forward: Compiled<[tf.Tensor1D, Batch], tf.Tensor>;
  #state: State;
  #taken = 0;
  loss = NaN;

  constructor(parameters: Float32Array, options: CompileOptions) {
    this.#state = { parameters: tf.tensor1d(parameters), ...optimizer.init(parameters.length) };
    this.#step = compile(({ parameters, m, v }: State, batch: Batch, scalars: tf.Tensor1D) => {
      const { value, grad } = tf.valueAndGrad((vector: tf.Tensor) => {
        const eps = model.apply(unflatten(model, vector as tf.Tensor1D), batch.x, batch.t);
        return tf.mean(tf.squaredDifference(eps, batch.eps)) as tf.Scalar;
      })(parameters);
      const next = optimizer.update(parameters, grad as tf.Tensor1D, { m, v }, scalars);
      return { loss: value as tf.Scalar, state: { parameters: next.parameters, ...next.state } };
    }, options);
    this.#forward = compile(
      (vector: tf.Tensor1D, { x, t }: Batch) => model.apply(unflatten(model, vector), x, t),
      options,
    );
  }

  get nodes(): number {
    return this.#step.nodes;
  }

  /** One step of Adam. The batch is uploaded and the loss read within the time taken. */
  step(host: HostBatch): Promise<Timing> {
    return timed(async () => {
      this.#taken += 1;
      const batch = toDevice(host);
      const scalars = tf.tensor1d(Float32Array.from(optimizer.scalars(this.#taken, 2e-4)));
      const { loss, state } = await this.#step(this.#state, batch, scalars);
      this.loss = (await loss.data())[0]!;
      tf.dispose([this.#state, batch, scalars, loss]);
      this.#state = state;
    });
  }

  forward(host: HostBatch): Promise<Timing> {
    return timed(async () => {
      const batch = toDevice(host);
      const eps = await this.#forward(this.#state.parameters, batch);
      await eps.data();
      tf.dispose([batch, eps]);
    });
  }
}
