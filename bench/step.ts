/**
 * Times the digits U-Net beside the same network in PyTorch 2.13, in turns on the same cores: training steps (Adam, batch 32)
 * in float32 and, where the processor has it, bfloat16; and the forward pass at batch 64.
 *
 *   npm run bench:step -- [--json] [--rounds 5] [--threads 2] [--no-compile] [--python PYTHON] [--alone]
 *
 * PyTorch is installed into .cache/torch-venv at the first run; --python names one that is there already. torch.compile takes
 * about a minute to begin; --no-compile leaves it out, --alone leaves PyTorch out. Both start from the same parameters and must
 * give the same first loss. A ratio is the median over rounds of our median step by theirs; cpuRatio is the same of processor
 * time, which a busy machine disturbs less, but which counts the spinning of threads that wait. Use an idle machine: PyTorch's
 * barriers suffer far more than the engine from other work on the same cores.
 *
 * Where the time goes on one thread (ONEDNN_VERBOSE=profile_exec, perf): float32, oneDNN's convolutions 73 % (as long as in
 * PyTorch, whose convolutions are the same), matrix products 8 %, group norm 9 %; bfloat16, 60, 6 and 14 %. What it bought, in
 * processor time on one core unless said: sums fused apart from expressions in group norm 8 %; upsampling as four 2×2
 * convolutions 4 %; explicit padding as an operation of its own 20 % in bfloat16, where Eigen would compute such gradients;
 * two chains of one thread each in place of two threads in each operation 15 % of the time on two cores, and 17 % of a
 * forward pass, but no processor time. No gain: TensorFlow's single-threaded executor, the calling thread's help in oneDNN's
 * work, its or BFC's allocator, glibc's thresholds, more threads than cores.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { fold, integers, normal, randomKey, useBackend } from '../src/engine/index.ts';
import { processorHasBfloat16 } from '../src/engine/native/elf.ts';
import { initialVector, unet } from '../src/models/index.ts';
import { toFileTensors } from '../src/training/layout.ts';
import { Network, type HostBatch } from './engine.ts';
import { PyTorch, pythonWithTorch, type Timing, type Way } from './pytorch.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    'no-compile': { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
  },
});
const STEPS_PER_ROUND = 8;
const FIRST_STEP_SECONDS = 6;
/** Other work at the start: PyTorch's threads wait for each other, so it loses far more to it, and a ratio says nothing. */
const load = loadavg()[0]!;
const isBusy = load > availableParallelism() / 2;
const verdictOf = (isMet: boolean) => (isBusy ? 'not judged' : isMet ? 'met' : 'MISSED');
const key = randomKey(0);

function batchOf(n: number): HostBatch {
  const image = (i: number) => normal(fold(key, n, i), n * 28 * 28);
  return { x: image(0), eps: image(1), t: Float32Array.from(integers(fold(key, n, 2), n, 0, 1000)) };
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;
const rounded = (x: number) => Math.round(1000 * x) / 1000;
const medians = (list: readonly Timing[]): Timing => ({
  wall: median(list.map(({ wall }) => wall)),
  cpu: median(list.map(({ cpu }) => cpu)),
});

interface Figure {
  what: string;
  peer: Way;
  /** Largest ratio that is asked for. */
  bound: number;
  ratio: number;
  cpuRatio: number;
  ours: Timing;
  theirs: Timing;
}

/** Rounds of ours and of each peer, one after the other. */
async function compare(
  what: string,
  kind: 'step' | 'forward',
  ours: () => Promise<Timing>,
  peers: readonly { peer: Way; bound: number }[],
): Promise<{ ours: Timing; figures: Figure[] }> {
  for (const { peer } of peers) await torch!.time(kind, peer, 2); // warm, and torch.compile compiles
  const mine: Timing[] = [];
  const theirs = peers.map((): Timing[] => []);
  for (let round = 0; round < Number(options.rounds); round++) {
    const times: Timing[] = [];
    for (let i = 0; i < STEPS_PER_ROUND; i++) times.push(await ours());
    mine.push(medians(times));
    for (const [i, { peer }] of peers.entries()) {
      theirs[i]!.push(medians(await torch!.time(kind, peer, STEPS_PER_ROUND)));
    }
    const seen = [
      `ours ${rounded(mine.at(-1)!.wall)}`,
      ...theirs.map((t, i) => `${peers[i]!.peer} ${rounded(t.at(-1)!.wall)}`),
    ];
    process.stderr.write(`${what}, round ${round + 1}: ${seen.join(', ')} ms\n`);
  }
  const ratio = (list: readonly Timing[], of: 'wall' | 'cpu') =>
    rounded(median(mine.map((timing, i) => timing[of] / list[i]![of])));
  const figures = peers.map(({ peer, bound }, i) => ({
    ...{ what, peer, bound, ratio: ratio(theirs[i]!, 'wall'), cpuRatio: ratio(theirs[i]!, 'cpu') },
    ...{ ours: medians(mine), theirs: medians(theirs[i]!) },
  }));
  return { ours: medians(mine), figures };
}

const report = await useBackend({ threads: Number(options.threads) });
const model = unet();
const parameters = initialVector(model, key);
const [training, inference] = [batchOf(32), batchOf(64)];

const torch = options.alone ? undefined : new PyTorch(pythonWithTorch(options.python), report.threads);
const twin = await torch?.weights(toFileTensors(model, parameters));
await torch?.batch(training);
const peersOf = (...peers: { peer: Way; bound: number }[]) => (torch ? peers : []);

const float32 = new Network(parameters, { name: 'float32', xla: 'fused' });
const first = await float32.step(training);
if (torch) {
  const expected = await torch.loss('channels_last');
  const distance = Math.abs(float32.loss / expected - 1);
  if (!(distance < 1e-5)) {
    throw new Error(`the two networks differ: first loss ${float32.loss}, PyTorch's is ${expected}`);
  }
}
const steps = await compare('step, float32, batch 32', 'step', () => float32.step(training), [
  ...peersOf({ peer: 'channels_last', bound: 0.95 }),
  ...(options['no-compile'] ? [] : peersOf({ peer: 'compile', bound: 0.95 })),
]);
const figures = [...steps.figures];
if (processorHasBfloat16()) {
  const bfloat16 = new Network(parameters, { name: 'bfloat16', xla: 'fused', bfloat16: true });
  await bfloat16.step(training);
  const run = () => bfloat16.step(training);
  const peers = peersOf({ peer: 'autocast', bound: 0.75 });
  figures.push(...(await compare('step, bfloat16, batch 32', 'step', run, peers)).figures);
}
await torch?.batch(inference);
await float32.forward(inference);
const forward = await compare('forward, float32, batch 64', 'forward', () => float32.forward(inference), [
  ...peersOf({ peer: 'channels_last', bound: 0.9 }),
]);
figures.push(...forward.figures);
torch?.close();

const trace = first.wall / 1000;
for (const { what, peer, bound, ratio, cpuRatio } of figures) {
  const verdict = verdictOf(ratio <= bound);
  console.log(
    `${what}: ${ratio} of PyTorch ${peer} (asked: ≤ ${bound}, ${verdict}; processor time ${cpuRatio})`,
  );
}
const verdict = verdictOf(trace <= FIRST_STEP_SECONDS);
if (isBusy)
  console.log(
    `the machine was busy (load ${rounded(load)} at the start): nothing here is judged, run it again idle`,
  );
console.log(`trace and first step: ${rounded(trace)} s (asked: ≤ ${FIRST_STEP_SECONDS}, ${verdict})`);
const result = {
  isBusy,
  load: rounded(load),
  msPerStep: rounded(steps.ours.wall),
  cpuMsPerStep: rounded(steps.ours.cpu),
  forwardMs: rounded(forward.ours.wall),
  firstStepMs: rounded(first.wall),
  backend: report.backend,
  version: report.version,
  precision: 'float32',
  threads: report.threads,
  batch: 32,
  parameters: parameters.length,
  nodes: float32.nodes,
  ...(twin ? { torch: twin.torch } : {}),
  figures,
};
if (options.json) console.log(JSON.stringify(result));
process.exit(0);
