import { backendOption } from './backend.ts';
import { command } from './command.ts';
import { choice, integer, number, requiredText, UsageError } from './options.ts';
import type { Values } from './options.ts';

const options = {
  checkpoint: requiredText('a file of `scorebook train`, or a folder of ours or of diffusers', 'FILE'),
  out: requiredText('PNG file to write, called *.png', 'FILE'),
  sampler: choice('how to step from noise to data', ['ddim', 'ddpm'], 'ddim'),
  steps: integer('steps of the sampler (default 50 for ddim, all of the chain for ddpm)', undefined, {
    min: 1,
  }),
  n: integer('how many images', 64, { min: 1 }),
  seed: integer('decides all noise', 0),
  eta: number('noise of ddim: 0 none, 1 that of ddpm (default 0)', undefined, { min: 0, max: 1 }),
  scale: integer('pixels drawn for one of the image', 2, { min: 1 }),
  backend: backendOption,
};

export type SampleValues = Values<typeof options>;

const notes =
  'Example: scorebook sample --checkpoint runs/digits --sampler ddim --steps 50 --n 64 --seed 1 --out grid.png';

export default command({
  name: 'sample',
  summary: 'Draw images from a trained checkpoint into a PNG grid.',
  options,
  notes,
  async run(values) {
    if (!/[^/]\.png$/i.test(values.out))
      throw new UsageError(
        `--out: expected a file called *.png, as a PNG is written; given ${JSON.stringify(values.out)}`,
      );
    return (await import('./drawSamples.ts')).drawSamples(values);
  },
});
