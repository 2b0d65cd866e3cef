import { writeSync } from 'node:fs';

/** Writes to the log of whoever started the kernel. A worker's process.stderr would lead to the running cell instead. */
export function log(text: string): void {
  writeSync(2, `${text}\n`);
}
