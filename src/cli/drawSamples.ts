import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ddim, ddpm, linearSchedule, trajectory } from '../diffusion/index.ts';
import type { Schedule } from '../diffusion/index.ts';
import { imageGrid, writePng } from '../display/index.ts';
import { probeFile } from '../files/index.ts';
import { fold, randomKey, useBackend } from '../engine/index.ts';
import type { UnetConfig } from '../models/index.ts';
import { loadTrained } from '../training/index.ts';
import { duration, progressLine } from './progress.ts';
import { UsageError } from './options.ts';
import type { SampleValues } from './sample.ts';

const samplers = { ddim, ddpm };

/** Images drawn at a time: bounds memory, whatever --n is. */
const chunk = 64;

/** Runs `scorebook sample` and resolves to its exit status. */
export async function drawSamples(values: SampleValues): Promise<number> {
  const { checkpoint, out, sampler: name, steps, n, seed, eta, scale, backend } = values;
  const path = resolve(checkpoint);
  if (!existsSync(path)) throw new Error(`--checkpoint ${path}: no such file or folder`);
  const file = resolve(out);
  await probeFile(file);
  await useBackend({ backend });
  const trained = await loadTrained(path);
  const schedule = trained.schedule ?? linearSchedule();
  if (trained.schedule === undefined) {
    process.stderr.write(`${path} does not say how it was noised: taken is ${inWords(schedule)}\n`);
  }
  process.stderr.write(sourceInWords(path, trained.about));
  const { size, channels } = trained.model.config as UnetConfig;
  const sampler = { ...samplers[name], ...(eta === undefined ? {} : { eta }) };
  const count = steps ?? (name === 'ddim' ? Math.min(50, schedule.T) : schedule.T);

  const pixels = new Float32Array(roomFor(n, size * size * channels));
  // Refused now, not after the last image: a shape or a size that is no picture.
  const grid = imageGrid(
    { data: () => Promise.resolve(pixels), shape: [n, size, size, channels] },
    { scale },
  );
  const line = progressLine();
  const started = performance.now();
  let traced: { at: number; done: number } | undefined;
  for (let from = 0; from < n; from += chunk) {
    const shape = [Math.min(chunk, n - from), size, size, channels];
    const key = fold(randomKey(seed), from);
    const path = trajectory(trained.predictEps, schedule, {
      ...sampler,
      steps: count,
      clip: [-1, 1],
      shape,
      key,
    });
    for await (const { i, n: of, x, x0 } of path) {
      const done = from * of + i * shape[0];
      // The first step is traced, and tells nothing of the others.
      const now = performance.now();
      const left = traced && ((now - traced.at) / (done - traced.done)) * (n * of - done);
      traced ??= { at: now, done };
      const pace = left === undefined ? '' : `  ${duration(left)} left`;
      line.show(`${name} step ${i}/${of}, images ${from + 1}–${from + shape[0]} of ${n}${pace}`);
      if (i < of) continue;
      pixels.set((await x.data()) as Float32Array, from * size * size * channels);
      x.dispose();
      x0.dispose();
    }
  }
  line.end();
  trained.dispose();
  await writePng(file, grid);
  const took = duration(performance.now() - started);
  process.stdout.write(`${n} images by ${name} in ${count} steps (${took}): ${file}\n`);
  return 0;
}

/** Numbers in all images. @throws UsageError for more than one array holds */
function roomFor(n: number, each: number): number {
  if (n * each < 2 ** 31) return n * each;
  throw new UsageError(
    `--n ${n}: expected at most ${Math.floor((2 ** 31 - 1) / each)}, as many as fit into memory`,
  );
}

/** The step and the run that a model is of; empty where its checkpoint says no step, as those of diffusers. */
function sourceInWords(path: string, { step, seed, data }: Readonly<Record<string, unknown>>): string {
  if (step === undefined) return '';
  const name = (data as { name?: unknown } | undefined)?.name;
  const run = [seed === undefined ? '' : `seed ${String(seed)}`, typeof name === 'string' ? name : ''];
  const said = run.filter((each) => each !== '').join(', ');
  return `drawing from step ${String(step)} of the run${said && ` (${said})`} in ${path}\n`;
}

function inWords({ name, parameters }: Schedule): string {
  const values = Object.entries(parameters ?? {}).map(([key, value]) => `${key} ${value}`);
  return `the ${name} schedule (${values.join(', ')})`;
}
