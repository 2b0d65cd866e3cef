import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ddim, ddpm, linearSchedule, trajectory } from '../diffusion/index.ts';
import type { Schedule } from '../diffusion/index.ts';
import { imageGrid, writePng } from '../display/index.ts';
import { fold, randomKey, useBackend } from '../engine/index.ts';
import type { UnetConfig } from '../models/index.ts';
import { loadTrained } from '../training/index.ts';
import { duration, progressLine } from './progress.ts';
import type { SampleValues } from './sample.ts';

const samplers = { ddim, ddpm };

/** Images drawn at a time: bounds memory, whatever --n is. */
const chunk = 64;

/** Runs `scorebook sample` and resolves to its exit status. */
export async function drawSamples(values: SampleValues): Promise<number> {
  const { checkpoint, out, sampler: name, steps, n, seed, eta, scale, backend } = values;
  const path = resolve(checkpoint);
  if (!existsSync(path)) throw new Error(`--checkpoint ${path}: no such file or folder`);
  await useBackend({ backend });
  const trained = await loadTrained(path);
  const schedule = trained.schedule ?? linearSchedule();
  if (trained.schedule === undefined) {
    process.stderr.write(`${path} does not say how it was noised: taken is ${inWords(schedule)}\n`);
  }
  const { size, channels } = trained.model.config as UnetConfig;
  const sampler = { ...samplers[name], ...(eta === undefined ? {} : { eta }) };
  const count = steps ?? (name === 'ddim' ? Math.min(50, schedule.T) : schedule.T);

  const pixels = new Float32Array(n * size * size * channels);
  const line = progressLine();
  const started = performance.now();
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
      const left = ((performance.now() - started) / done) * (n * of - done);
      line.show(
        `${name} step ${i}/${of}, images ${from + 1}–${from + shape[0]} of ${n}  ${duration(left)} left`,
      );
      if (i < of) continue;
      pixels.set((await x.data()) as Float32Array, from * size * size * channels);
      x.dispose();
      x0.dispose();
    }
  }
  line.end();
  trained.dispose();
  await mkdir(dirname(resolve(out)), { recursive: true });
  await writePng(resolve(out), imageGrid({ data: pixels, shape: [n, size, size, channels] }, { scale }));
  const took = duration(performance.now() - started);
  process.stdout.write(`${n} images by ${name} in ${count} steps (${took}): ${resolve(out)}\n`);
  return 0;
}

function inWords({ name, parameters }: Schedule): string {
  const values = Object.entries(parameters ?? {}).map(([key, value]) => `${key} ${value}`);
  return `the ${name} schedule (${values.join(', ')})`;
}
