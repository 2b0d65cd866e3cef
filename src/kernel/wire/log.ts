import { writeSync } from 'node:fs';

/** Writes to the log of whoever started the kernel. A worker's process.stderr would lead to the running cell instead. */
export function log(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch (error) {
    // A pipe that nobody reads is full, or closed: that is no reason to end.
    if (!['EAGAIN', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
