import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const entry = fileURLToPath(new URL('../../src/cli/scorebook.mjs', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; `each` sees stderr as it grows, with the means to signal. */
export function start(
  command: string,
  args: readonly string[],
  each?: (stderr: string, kill: (signal: NodeJS.Signals) => void, pid: number) => void,
): Promise<Ended> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    each?.(stderr, (signal) => child.kill(signal), child.pid!);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** `scorebook …args`, the real thing. */
export const scorebook = (...args: string[]): Promise<Ended> => start(process.execPath, [entry, ...args]);
