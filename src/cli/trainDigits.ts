import { resolve } from 'node:path';
import { mnist } from '../datasets/index.ts';
import { useBackend } from '../engine/index.ts';
import { digitsUnet, unet } from '../models/index.ts';
import { linearDecay, train } from '../training/index.ts';
import { duration, progressLine } from './progress.ts';
import { scheduleNamed } from './checkpointSchedule.ts';
import type { TrainValues } from './train.ts';

const datasets = { mnist };

/** Runs `scorebook train` and resolves to its exit status; 130 when it was interrupted. */
export async function trainDigits(values: TrainValues): Promise<number> {
  const { steps, seed, batch } = values;
  const folder = resolve(values.out);
  const backend = await useBackend({ backend: values.backend });
  process.stderr.write(`${backend.backend} ${backend.version} on ${backend.gpu ?? backend.device}\n`);

  const every = values['checkpoint-every'];
  const run = train(unet(digitsUnet), datasets[values.data](), {
    steps,
    seed,
    batch,
    schedule: scheduleNamed(values.schedule),
    learningRate: linearDecay(values['learning-rate'], steps),
    validateEvery: values['validate-every'],
    checkpointDir: folder,
    checkpointEvery: every,
    resume: values.resume,
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
  let saved = 0;
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
      if (step % every === 0 || step === steps) saved = step;
      if (stopping) break;
    }
  } finally {
    line.end();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  if (reached === steps || !stopping) {
    process.stdout.write(`${reached === 0 ? 'nothing left to do' : 'done'}: checkpoint in ${folder}\n`);
    return 0;
  }
  const kept =
    saved > 0 || values.resume
      ? `the last checkpoint${saved > 0 ? ` (step ${saved})` : ''} is in ${folder}`
      : 'no checkpoint was due yet';
  process.stderr.write(`stopped after step ${reached}: ${kept}; --resume goes on from it\n`);
  return 130;
}
