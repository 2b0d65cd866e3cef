import { resolve } from 'node:path';
import { mnist } from '../datasets/index.ts';
import { cosineSchedule, linearSchedule, scaledLinearSchedule } from '../diffusion/index.ts';
import { joinTeam, useBackend, type Team } from '../engine/index.ts';
import { digitsUnet, unet } from '../models/index.ts';
import { linearDecay, train } from '../training/index.ts';
import { duration, progressLine } from './progress.ts';
import { inWordsOfOptions } from './runErrors.ts';
import type { TrainValues } from './train.ts';

const datasets = { mnist };
const schedules = { linear: linearSchedule, cosine: cosineSchedule, 'scaled-linear': scaledLinearSchedule };

/** Which of several processes this one is. */
export interface Place {
  /** `host:port` of every rank. */
  readonly addresses: readonly string[];
  readonly rank: number;
}

/** Joins the other ranks. Only rank 0 speaks, but for failures. */
async function join({ addresses, rank }: Place): Promise<Team> {
  const waiting = (missing: readonly string[]) =>
    process.stderr.write(`rank ${rank} waits for ${missing.join(', ')}\n`);
  return joinTeam({ addresses, rank, waiting });
}

/** Runs `scorebook train` and resolves to its exit status; 130 when it was interrupted. */
export async function trainDigits(values: TrainValues, place?: Place): Promise<number> {
  const { steps, seed, batch } = values;
  const folder = resolve(values.out);
  // What TensorFlow logs of a rank that is gone would bury the sentence that says so.
  if (place) process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  const stopping = new AbortController();
  const backend = await useBackend({ backend: values.backend ?? (place && 'tensorflow') });
  const team = place && (await join(place));
  const speaks = team === undefined || team.rank === 0;
  const say = (text: string) => void (speaks && process.stderr.write(text));
  const among = team ? `, ${team.size} workers` : '';
  say(`${backend.backend} ${backend.version} on ${backend.gpu ?? backend.device}${among}\n`);

  const run = train(unet(digitsUnet), datasets[values.data](), {
    steps,
    seed,
    batch,
    schedule: schedules[values.schedule](),
    learningRate: linearDecay(values['learning-rate'], steps),
    validateEvery: values['validate-every'],
    checkpointDir: folder,
    checkpointEvery: values['checkpoint-every'],
    resume: values.resume,
    mayDiffer: values['new-learning-rate'] ? ['learningRate'] : [],
    overwrite: values.overwrite,
    team,
    signal: stopping.signal,
  });

  const stop = () => {
    stopping.abort();
    say('\nstopping after this step; once more ends at once\n');
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const line = progressLine();
  let reached = 0;
  let first: number | undefined;
  try {
    for await (const { step, loss, validationLoss, msPerStep } of run) {
      first ??= step;
      reached = step;
      if (!speaks) continue;
      // The first step is traced: how long the others take is known after the second.
      const pace = `  ${msPerStep.toFixed(0)} ms/step  ${duration((steps - step) * msPerStep)} left`;
      line.show(`step ${step}/${steps}  loss ${loss.toFixed(4)}${step > first ? pace : ''}`);
      if (validationLoss !== undefined) {
        line.end();
        process.stdout.write(
          `step ${step}  loss ${loss.toFixed(4)}  validation ${validationLoss.toFixed(4)}\n`,
        );
      }
    }
  } catch (error) {
    throw inWordsOfOptions(error);
  } finally {
    line.end();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  if (!speaks) return reached < steps && reached > 0 ? 130 : 0;
  if (reached === steps || reached === 0) {
    process.stdout.write(`${reached === 0 ? 'nothing left to do' : 'done'}: checkpoint in ${folder}\n`);
    return 0;
  }
  const { file, step } = run.checkpoint!; // stopping has written it
  process.stderr.write(`stopped after step ${reached}: ${file} (step ${step}); --resume goes on from it\n`);
  return 130;
}
