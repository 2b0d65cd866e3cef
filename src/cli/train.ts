import { backendOption } from './backend.ts';
import { readCluster } from './cluster.ts';
import { command } from './command.ts';
import { choice, flag, integer, number, requiredText, text, UsageError } from './options.ts';
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
  'learning-rate': number('held for half of --steps, then decayed to zero', 1e-3, { above: 0 }),
  schedule: choice('noise schedule', scheduleNames, 'linear'),
  'checkpoint-every': integer('steps between checkpoints; the last step always writes one', 100, { min: 1 }),
  'validate-every': integer('steps between validation losses; 0 for none', 200),
  workers: integer('processes on this machine that train together', 1, { min: 1 }),
  cluster: text('one process of several machines: lists host:port of every rank, one a line', 'FILE'),
  rank: integer('which line of --cluster this process is, from 0', undefined),
  backend: backendOption,
};

export type TrainValues = Values<typeof options>;

const notes = `Ctrl-C stops after the current step and writes a checkpoint of it, which --resume goes on from. Another number of
--steps is another learning rate, except before half of them: it falls to zero over the second half.

--workers and --cluster split every batch among the processes; losses and checkpoints are those of one process, but for
rounding, and --resume may go on with another number. With --cluster, start the same command on every machine with its own
--rank; only rank 0 writes to --out. TensorFlow's ports ask nobody who they are: use a network that you trust.

Example: scorebook train --data mnist --steps 1600 --seed 1 --out runs/digits`;

export default command({
  name: 'train',
  summary: 'Train a U-Net that predicts noise (L_simple).',
  options,
  notes,
  // What trains is loaded only to train: help and mistakes are answered at once.
  async run(values) {
    const { workers, cluster, rank, resume, overwrite } = values;
    if (resume && overwrite)
      throw new UsageError(
        '--resume goes on from the run in --out, --overwrite loses it: expected one of them',
      );
    if (values['new-learning-rate'] && !resume)
      throw new UsageError(
        '--new-learning-rate needs --resume: a new run has no learning rate to differ from',
      );
    if ((cluster === undefined) !== (rank === undefined))
      throw new UsageError(
        '--cluster and --rank go together: the file, and which of its lines this process is',
      );
    if (workers > 1 && cluster !== undefined)
      throw new UsageError('--workers is for one machine, --cluster for several: expected one of them');
    if (workers > values.batch)
      throw new UsageError(
        `--workers ${workers}: expected at most --batch ${values.batch}, an image for each`,
      );
    // The rank that writes finds out whether it can before the others are started or waited for.
    const probe = async () => (await import('./probeRun.ts')).probeRun(values);
    if (workers > 1) {
      await probe();
      return (await import('./trainWorkers.ts')).trainWorkers(values);
    }
    const addresses = cluster === undefined ? [] : readCluster(cluster);
    if (cluster !== undefined && rank! >= addresses.length)
      throw new UsageError(`--rank ${rank}: expected 0 to ${addresses.length - 1}, as ${cluster} lists them`);
    if (rank === undefined || rank === 0) await probe();
    const { trainDigits } = await import('./trainDigits.ts');
    return trainDigits(values, cluster === undefined ? undefined : { addresses, rank: rank! });
  },
});
