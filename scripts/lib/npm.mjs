import { existsSync } from 'node:fs';
import { cleanEnvironment, step } from './step.mjs';

/** `npm ci`: the very packages that a package-lock.json names. */
export function npmCi(title, options = []) {
  // Inside `npm start` the client that runs us is the one to use; else the one on the PATH.
  const npm = process.env.npm_execpath;
  const [command, first] = npm && existsSync(npm) ? [process.execPath, [npm]] : ['npm', []];
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
  // Without a network npm would wait for minutes before it says so.
  const patience = ['--prefer-offline', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];
  return step(title, command, [...first, 'ci', ...quiet, ...patience, ...options], {
    env: cleanEnvironment({ NODE_ENV: 'development' }),
  });
}
