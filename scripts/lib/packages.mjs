// The npm side: node_modules as package-lock.json says.
import path from 'node:path';
import { npmCi } from './npm.mjs';
import { nodeModules, root } from './places.mjs';
import { requireRoom } from './room.mjs';
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs';

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
  await npmCi('installing npm packages', ['--include=dev']);
  writeStamp(stampFile, facts);
}
