import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reservePorts } from '../../src/engine/index.ts';

const script = fileURLToPath(new URL('./rank.ts', import.meta.url));

export interface RankEnd {
  status: number | null;
  /** What it printed, where it ended well. */
  result?: { losses: number[]; checksum: number };
  stderr: string;
}

export interface Ranks {
  ends: Promise<RankEnd[]>;
  kill(rank: number, signal: NodeJS.Signals): void;
}

/** Trains in as many processes, or in one by itself; `heard` sees what they say on stderr. */
export async function startRanks(
  count: number,
  options: object | object[],
  heard: (rank: number, said: string) => void = () => undefined,
): Promise<Ranks> {
  const { ports, release } = await reservePorts(count);
  const addresses = count > 1 ? ports.map((port) => `127.0.0.1:${port}`) : undefined;
  const children = ports.map((_, rank) => {
    const own = Array.isArray(options) ? (options[rank] as object) : options;
    const order = JSON.stringify({ addresses, rank, options: own, loud: true });
    return spawn(process.execPath, ['--import', 'tsx', script, order], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    });
  });
  const ends = children.map(
    (child, rank) =>
      new Promise<RankEnd>((done, fail) => {
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk) => (stdout += String(chunk)));
        child.stderr.on('data', (chunk) => {
          stderr += String(chunk);
          heard(rank, String(chunk));
        });
        child.once('error', fail);
        child.once('close', (status) =>
          done({ status, stderr, ...(status === 0 ? { result: JSON.parse(stdout) as never } : {}) }),
        );
      }),
  );
  return {
    ends: Promise.all(ends).finally(release),
    kill: (rank, signal) => void children[rank]!.kill(signal),
  };
}

/** The same, to the end: what each rank printed. */
export async function runRanks(count: number, options: object): Promise<NonNullable<RankEnd['result']>[]> {
  const ends = await (await startRanks(count, options)).ends;
  return ends.map(({ result, stderr }) => {
    if (!result) throw new Error(stderr);
    return result;
  });
}
