// The npm side: node_modules as package-lock.json says.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { nodeModules, root } from './places.mjs';
import { requireRoom } from './room.mjs';
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs';
import { cleanEnvironment, step } from './step.mjs';

const stampFile = path.join(nodeModules, '.scorebook.json');

/**
 * `npm ci`, unless node_modules was completed from this very lock for this kind of machine. The version of Node is no part
 * of it: nothing is compiled here, and the native addons (koffi, zeromq) ship their Node-API binaries in the package.
 */
export async function ensurePackages() {
  const facts = {
    lock: hashOf(path.join(root, 'package-lock.json')),
    machine: `${process.platform} ${process.arch}`,
  };
  const stamp = readStamp(stampFile);
  if (stamp?.lock === facts.lock && stamp.machine === facts.machine) return;
  requireRoom(1.5);
  removeStamp(stampFile);
  // Inside `npm start` the client that runs us is the one to use; else the one on the PATH.
  const npm = process.env.npm_execpath;
  const [command, first] = npm && existsSync(npm) ? [process.execPath, [npm]] : ['npm', []];
  // Without a network npm would wait for minutes before it says so.
  const patience = ['--prefer-offline', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];
  const args = [
    ...first,
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    ...patience,
  ];
  await step('installing npm packages', command, args, {
    env: cleanEnvironment({ NODE_ENV: 'development' }),
  });
  writeStamp(stampFile, facts);
}
