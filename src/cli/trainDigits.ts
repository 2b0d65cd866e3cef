import { resolve } from 'node:path';
import { mnist } from '../datasets/index.ts';
import { cosineSchedule, linearSchedule, scaledLinearSchedule } from '../diffusion/index.ts';
import { useBackend } from '../engine/index.ts';
import { digitsUnet, unet } from '../models/index.ts';
import { linearDecay, RunExists, SettingDiffers, train } from '../training/index.ts';
import { duration, progressLine } from './progress.ts';
import type { TrainValues } from './train.ts';

const datasets = { mnist };
const schedules = { linear: linearSchedule, cosine: cosineSchedule, 'scaled-linear': scaledLinearSchedule };

/** Runs `scorebook train` and resolves to its exit status; 130 when it was interrupted. */
export async function trainDigits(values: TrainValues): Promise<number> {
  const { steps, seed, batch } = values;
  const folder = resolve(values.out);
  const backend = await useBackend({ backend: values.backend });
  process.stderr.write(`${backend.backend} ${backend.version} on ${backend.gpu ?? backend.device}\n`);

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
  });

  let stopping = false;
  const stop = () => {
    stopping = true;
    process.stderr.write('\nstopping after this step; once more ends at once\n');
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const line = progressLine();
  let reached = 0;
  try {
    for await (const { step, loss, validationLoss, msPerStep } of run) {
      const left = duration((steps - step) * msPerStep);
      line.show(
        `step ${step}/${steps}  loss ${loss.toFixed(4)}  ${msPerStep.toFixed(0)} ms/step  ${left} left`,
      );
      if (validationLoss !== undefined) {
        line.end();
        process.stdout.write(
          `step ${step}  loss ${loss.toFixed(4)}  validation ${validationLoss.toFixed(4)}\n`,
        );
      }
      reached = step;
      if (stopping) break;
    }
  } catch (error) {
    throw inWordsOfOptions(error);
  } finally {
    line.end();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  if (reached === steps || !stopping) {
    process.stdout.write(`${reached === 0 ? 'nothing left to do' : 'done'}: checkpoint in ${folder}\n`);
    return 0;
  }
  const { file, step } = run.checkpoint!; // leaving the loop has written it
  process.stderr.write(`stopped after step ${reached}: ${file} (step ${step}); --resume goes on from it\n`);
  return 130;
}

/** Remedies that the library names by its options, by those of the command line. */
function inWordsOfOptions(error: unknown): unknown {
  if (error instanceof RunExists) {
    return new Error(
      `${error.run} would be overwritten. Go on from it with --resume, start anew over it with --overwrite, or choose another --out`,
      { cause: error },
    );
  }
  if (!(error instanceof SettingDiffers)) return error;
  const remedy =
    error.setting === 'learningRate'
      ? 'pass the same --learning-rate and --steps (it falls to zero over the steps), or --new-learning-rate to go on with another'
      : 'pass the same';
  return new Error(`${error.difference}: ${remedy}`, { cause: error });
}
