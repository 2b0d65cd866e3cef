/** `scorebook train --workers N`: starts a process for each rank on this machine and sees them to their end. */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { engineInfo, reservePorts } from '../engine/index.ts';
import type { TrainValues } from './train.ts';
import type { Orders } from './trainWorker.ts';

const entry = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** After one has failed the others see it by themselves, and rank 0 saves; what has not ended then will not. */
const GRACE_MS = 30_000;

interface End {
  readonly rank: number;
  readonly status: number;
}

/**
 * What each worker is started with: cores divided among them, and a GPU of its own where there are any.
 * @param visible the GPUs that may be used, as CUDA names them
 * @throws when there are GPUs and fewer than workers
 */
export function workerEnvironment(
  rank: number,
  workers: number,
  { cores, visible }: { cores: number; visible: readonly string[] },
): Record<string, string> {
  if (visible.length > 0 && visible.length < workers) {
    throw new Error(
      `${workers} workers, but ${visible.length} GPU${visible.length === 1 ? '' : 's'}: expected one for each. ` +
        'Start fewer, or set CUDA_VISIBLE_DEVICES to nothing to train on the CPU',
    );
  }
  return {
    SCOREBOOK_THREADS: String(Math.max(1, Math.floor(cores / workers))),
    ...(visible.length > 0 ? { CUDA_VISIBLE_DEVICES: visible[rank]! } : {}),
  };
}

function visibleGpus(): string[] {
  const chosen = process.env.CUDA_VISIBLE_DEVICES;
  if (chosen !== undefined) return chosen.split(',').filter((name) => name !== '' && name !== '-1');
  return engineInfo().gpus.map((_, i) => String(i));
}

/** Runs all ranks and resolves to the exit status: 130 when interrupted, 1 when any failed. */
export async function trainWorkers(values: TrainValues): Promise<number> {
  const { workers } = values;
  const machine = { cores: availableParallelism(), visible: visibleGpus() };
  const environments = Array.from({ length: workers }, (_, rank) =>
    workerEnvironment(rank, workers, machine),
  );
  const { ports, release } = await reservePorts(workers);
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const children = environments.map((environment, rank) => {
    // A group of its own each, so that Ctrl-C in a terminal reaches them once: through here.
    const env = { ...environment, ...process.env, ...pick(environment, 'CUDA_VISIBLE_DEVICES') };
    const child = fork(entry, { env, detached: true, execArgv: [] });
    const orders: Orders = { values, place: { addresses, rank } };
    child.once('message', () => child.send(orders));
    return child;
  });
  let interrupted = false;
  const forward = (signal: NodeJS.Signals) => {
    interrupted ||= signal !== 'SIGKILL';
    children.forEach((child) => child.kill(signal));
  };
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  let timer: NodeJS.Timeout | undefined;
  try {
    const ends = await Promise.all(
      children.map(async (child, rank): Promise<End> => {
        const status = await endOf(child, rank, () => interrupted);
        if (status !== 0 && status !== 130) timer ??= setTimeout(() => forward('SIGKILL'), GRACE_MS);
        return { rank, status };
      }),
    );
    const statuses = ends.map(({ status }) => status);
    return statuses.find((status) => status !== 0 && status !== 130) ?? Math.max(...statuses);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', forward);
    process.off('SIGTERM', forward);
    release();
  }
}

const pick = (environment: Record<string, string>, name: string) =>
  environment[name] === undefined ? {} : { [name]: environment[name] };

/** Exit status of a worker; 130 when it was asked to end before it could do so in good order. */
function endOf(child: ChildProcess, rank: number, interrupted: () => boolean): Promise<number> {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      if (signal && interrupted()) return done(130);
      if (signal) process.stderr.write(`scorebook train: rank ${rank} was ended by ${signal}\n`);
      done(code ?? 1);
    });
  });
}
