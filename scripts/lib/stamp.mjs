// A stamp is a small JSON file written last, once everything it vouches for is in place.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export const hashOf = (...files) =>
  files.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex');

/** What a stamp says, or undefined when there is none (or it was cut short: then it vouches for nothing). */
export function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function writeStamp(file, facts) {
  writeFileSync(`${file}.new`, JSON.stringify(facts, null, 2) + '\n');
  renameSync(`${file}.new`, file);
}

export const removeStamp = (file) => rmSync(file, { force: true });
