import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process began, so that a number used again by another process is not taken for it. Empty where unknown. */
function beginning(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[19];
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
}

function holderOf(folder) {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'holder.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined; // being written, or just released
    throw error;
  }
}

function isAlive({ pid, began }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return beginning(pid) === began;
}

function tryToTake(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(
    path.join(folder, 'holder.json'),
    JSON.stringify({ pid: process.pid, began: beginning(process.pid) }),
  );
  return true;
}

/** Moves a dead process's lock aside: renaming is atomic, so only one of several waiters gets to do it. */
function bury(folder, dead) {
  const grave = `${folder}.${process.pid}`;
  try {
    renameSync(folder, grave);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (holderOf(grave)?.pid === dead.pid) rmSync(grave, { recursive: true });
  else renameSync(grave, folder); // another waiter was quicker and holds it now
}

/**
 * Runs `work` while no other process of this checkout does. Waits for a live holder; outlives a dead one.
 * @param {string} folder the lock: a folder, since making one is atomic everywhere
 */
export async function withLock(folder, work, say = console.error) {
  mkdirSync(path.dirname(folder), { recursive: true });
  let patience = 50; // 5 s for a holder that has made the folder and not yet signed it
  let told = false;
  while (!tryToTake(folder)) {
    const holder = holderOf(folder);
    if (holder ? !isAlive(holder) : --patience < 0) bury(folder, holder ?? {});
    else if (holder && !told) {
      say(`another setup of this folder is running (process ${holder.pid}): waiting for it`);
      told = true;
    }
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
