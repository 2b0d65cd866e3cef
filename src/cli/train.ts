import { backendOption } from './backend.ts';
import { command } from './command.ts';
import { choice, flag, integer, number, requiredText } from './options.ts';
import type { Values } from './options.ts';
import { scheduleNames } from './schedule.ts';

const options = {
  data: choice('what to train on', ['mnist'], 'mnist'),
  steps: integer('steps in all, those before a resume included', 1600, { min: 1 }),
  seed: integer('decides start, data order, times and noise', 0),
  out: requiredText('folder for checkpoints', 'DIR'),
  resume: flag('go on from the checkpoint in --out, with the same settings'),
  'new-learning-rate': flag('with --resume: the learning rate may differ from that of the steps done'),
  overwrite: flag('start anew where --out holds a run, which is lost'),
  batch: integer('images a step', 32, { min: 1 }),
  'learning-rate': number('held for half of --steps, then decayed to zero', 1e-3, { min: 0 }),
  schedule: choice('noise schedule', scheduleNames, 'linear'),
  'checkpoint-every': integer('steps between checkpoints; the last step always writes one', 100, { min: 1 }),
  'validate-every': integer('steps between validation losses; 0 for none', 200),
  backend: backendOption,
};

export type TrainValues = Values<typeof options>;

const notes = `Ctrl-C stops after the current step and writes a checkpoint of it, which --resume goes on from. Another number of
--steps is another learning rate, except before half of them: it falls to zero over the second half.

Example: scorebook train --data mnist --steps 1600 --seed 1 --out runs/digits`;

export default command({
  name: 'train',
  summary: 'Train a U-Net that predicts noise (L_simple).',
  options,
  notes,
  // What trains is loaded only to train: help and mistakes are answered at once.
  run: async (values) => (await import('./trainDigits.ts')).trainDigits(values),
});
