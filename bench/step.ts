/**
 * Times one training step of the digits U-Net (float32, Adam), in turns with a PyTorch step of the same network.
 *
 *   npm run bench:step -- [--json] [--batch 32] [--rounds 5] [--xla] [--bfloat16] [--threads 2]
 *
 * PyTorch takes part when SCOREBOOK_TORCH_PYTHON names a python that has it and SCOREBOOK_TORCH_STEP the script, called
 * with `BATCH cl`, that prints its steps as "… ms 301 299 …". The two alternate, so that a busy machine slows both.
 */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { compile, fold, integers, normal, randomKey, tf, useBackend } from '../src/engine/index.ts';
import { initialVector, unet, unflatten } from '../src/models/index.ts';
import { adam } from '../src/training/index.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    xla: { type: 'boolean', default: false },
    bfloat16: { type: 'boolean', default: false },
  },
});
const STEPS_PER_ROUND = 8;
const batchSize = Number(options.batch);

const report = await useBackend({ threads: Number(options.threads) });
const model = unet();
const key = randomKey(0);
const optimizer = adam();
const start = tf.tensor1d(initialVector(model, key));

const trainingStep = compile(
  (state: State, batch: Batch, scalars: tf.Tensor) => {
    const { value: loss, grad } = tf.valueAndGrad((vector: tf.Tensor) => {
      const eps = model.apply(unflatten(model, vector as tf.Tensor1D), batch.x, batch.t);
      return tf.mean(tf.squaredDifference(eps, batch.eps)) as tf.Scalar;
    })(state.parameters);
    const { m, v } = state;
    const next = optimizer.update(state.parameters, grad as tf.Tensor1D, { m, v }, scalars as tf.Tensor1D);
    return { loss, state: { parameters: next.parameters, m: next.state.m, v: next.state.v } };
  },
  { name: 'step', bfloat16: options.bfloat16, ...(options.xla ? { xla: 'fused' as const } : {}) },
);

type State = { parameters: tf.Tensor1D; m: tf.Tensor1D; v: tf.Tensor1D };
type Batch = { x: tf.Tensor4D; t: tf.Tensor1D; eps: tf.Tensor4D };

const { m, v } = optimizer.init(start.size);
let state: State = { parameters: start, m, v };
let taken = 0;

/** One step, timed from the batch on the host to the loss on the host, in milliseconds of wall clock and of CPU. */
async function timedStep(): Promise<{ wall: number; cpu: number }> {
  taken += 1;
  const stepKey = fold(key, taken);
  const image = (i: number) => normal(fold(stepKey, i), batchSize * 28 * 28);
  const [x, eps, t] = [image(0), image(1), integers(fold(stepKey, 2), batchSize, 0, 1000)];
  const before = process.cpuUsage();
  const began = performance.now();
  const batch: Batch = {
    x: tf.tensor4d(x, [batchSize, 28, 28, 1]),
    eps: tf.tensor4d(eps, [batchSize, 28, 28, 1]),
    t: tf.tensor1d(Float32Array.from(t)),
  };
  const scalars = tf.tensor1d(Float32Array.from(optimizer.scalars(taken, 2e-4)));
  const result = await trainingStep(state, batch, scalars);
  result.loss.dataSync();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  tf.dispose([state, batch, scalars, result.loss]);
  state = result.state;
  return { wall, cpu: (user + system) / 1000 };
}

async function pytorchRound(): Promise<number[]> {
  const { SCOREBOOK_TORCH_PYTHON: python, SCOREBOOK_TORCH_STEP: script } = process.env;
  if (!python || !script) return [];
  const { stdout } = await promisify(execFile)(python, [script, String(batchSize), 'cl']);
  return (/ ms ([\d. ]+)/.exec(stdout)?.[1] ?? '').trim().split(' ').map(Number);
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;
const rounded = (x: number) => Math.round(100 * x) / 100;

const first = await timedStep();
const rounds: { ours: number; cpu: number; theirs: number }[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  const steps = [];
  for (let i = 0; i < STEPS_PER_ROUND; i++) steps.push(await timedStep());
  const theirs = median(await pytorchRound());
  rounds.push({ ours: median(steps.map((s) => s.wall)), cpu: median(steps.map((s) => s.cpu)), theirs });
  const last = rounds.at(-1)!;
  process.stderr.write(`round ${round + 1}: ${rounded(last.ours)} ms, PyTorch ${rounded(last.theirs)} ms\n`);
}
const compared = rounds.filter(({ theirs }) => theirs > 0);
const result = {
  msPerStep: rounded(median(rounds.map((r) => r.ours))),
  cpuMsPerStep: rounded(median(rounds.map((r) => r.cpu))),
  firstStepMs: rounded(first.wall),
  backend: report.backend,
  version: report.version,
  precision: options.bfloat16 ? 'bfloat16' : 'float32',
  xla: options.xla,
  threads: report.threads,
  batch: batchSize,
  parameters: start.size,
  nodes: trainingStep.nodes,
  ...(compared.length > 0
    ? {
        pytorchMsPerStep: rounded(median(compared.map((r) => r.theirs))),
        ratio: rounded(median(compared.map((r) => r.ours / r.theirs))),
      }
    : {}),
};
const line = `${result.msPerStep} ms a step (first ${result.firstStepMs}) on ${result.backend}, ${result.threads} threads`;
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${line}\n`);
