/**
 * How much faster two workers of one core each are than one: images a second of two, over twice those of one, with the
 * digits U-Net at batch 64 a worker. Rounds of one and of two alternate, so that a busy machine slows both.
 *
 *   npm run bench:workers -- [--json] [--batch 64] [--rounds 3] [--steps 6]
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mnist } from '../src/datasets/index.ts';
import { joinTeam, reservePorts, useBackend } from '../src/engine/index.ts';
import { unet } from '../src/models/index.ts';
import { train } from '../src/training/index.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '6' },
    /** Set by this script for the processes that it starts: the addresses, and which of them. */
    addresses: { type: 'string', default: '' },
    rank: { type: 'string', default: '' },
  },
});
const steps = Number(options.steps);
/** The first compile and warm up. */
const UNTIMED = 2;

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;

/** Trains as one rank of `addresses` and prints the median milliseconds of a step. */
async function work(addresses: readonly string[], rank: number): Promise<void> {
  await useBackend({ backend: 'tensorflow', threads: 1 });
  const team = addresses.length > 1 ? await joinTeam({ addresses, rank }) : undefined;
  const batch = Number(options.batch) * addresses.length;
  const run = train(unet(), { train: mnist().train }, { steps: steps + UNTIMED, batch, team });
  const times: number[] = [];
  let last = performance.now();
  for await (const { step } of run) {
    times[step - 1] = performance.now() - last;
    last = performance.now();
  }
  process.stdout.write(String(median(times.slice(UNTIMED))));
}

/** Milliseconds of a step of as many workers as there are cores named, each bound to its own. */
async function measure(cores: readonly number[]): Promise<number> {
  const { ports, release } = await reservePorts(cores.length);
  const addresses = ports.map((port) => `127.0.0.1:${port}`).join();
  const script = fileURLToPath(import.meta.url);
  const run = (core: number, rank: number) =>
    new Promise<number>((done, fail) => {
      const own = ['--addresses', addresses, '--rank', String(rank)];
      const sizes = ['--batch', options.batch, '--steps', options.steps];
      const node = [process.execPath, '--import', 'tsx', script, ...own, ...sizes];
      const child = spawn('taskset', ['-c', String(core), ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (chunk) => (said += String(chunk)));
      child.once('error', fail);
      child.once('close', (code) =>
        code === 0 ? done(Number(said)) : fail(new Error(`worker ${rank} ended with ${code}`)),
      );
    });
  try {
    return Math.max(...(await Promise.all(cores.map(run))));
  } finally {
    release();
  }
}

if (options.rank !== '') await work(options.addresses.split(','), Number(options.rank));
else {
  const rounds: { one: number; two: number }[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const one = await measure([round % 2]);
    const two = await measure([0, 1]);
    rounds.push({ one, two });
    process.stderr.write(`round ${round + 1}: one worker ${one.toFixed(0)} ms, two ${two.toFixed(0)} ms\n`);
  }
  const result = {
    oneWorkerMsPerStep: Math.round(median(rounds.map(({ one }) => one))),
    twoWorkersMsPerStep: Math.round(median(rounds.map(({ two }) => two))),
    batchPerWorker: Number(options.batch),
    efficiency: Math.round(1000 * median(rounds.map(({ one, two }) => one / two))) / 1000,
  };
  const line = `two workers do ${result.efficiency} of twice one worker's images a second`;
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${line}\n`);
}
