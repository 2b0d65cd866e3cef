import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './places.mjs';
import { step } from './step.mjs';

export const lockOf = (set) => path.join(root, 'scripts', 'python', `${set}.txt`);

/** Installs a lock into the environment of `python`, by hash and from wheels alone. */
export function pipInstall(python, set, title, options = []) {
  const total = readFileSync(lockOf(set), 'utf8').match(/^[^\s#].*==/gm).length;
  let done = 0;
  const short = (line) => {
    if (/^Collecting /.test(line)) return `${++done} of ${total} packages`;
    return /^Installing collected/.test(line) ? 'unpacking' : '';
  };
  const pip = ['-m', 'pip', 'install', '--require-hashes', '--only-binary', ':all:', '--progress-bar', 'off'];
  return step(title, python, [...pip, ...options, '-r', lockOf(set)], { short });
}
