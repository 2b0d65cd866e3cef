import { statfsSync } from 'node:fs';
import { root } from './places.mjs';
import { Problem } from './problem.mjs';

/** Asks for room on the disk before a long installation, rather than failing in the middle of it. */
export function requireRoom(gigabytes) {
  const { bavail, bsize } = statfsSync(root);
  const free = (bavail * bsize) / 1e9;
  if (free < gigabytes)
    throw new Problem(
      `the disk is full: ${free.toFixed(1)} GB are free here and about ${gigabytes} GB are needed: free some space, then run the command again.`,
    );
}
