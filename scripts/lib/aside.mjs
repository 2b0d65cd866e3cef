// The environment that worked, kept aside while another is made. An environment holds its own absolute path, so it
// cannot be built elsewhere and moved into place; but it can be moved away and back.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, venv } from './places.mjs';

const old = path.join(cache, 'venv-before');

export function setAside() {
  mkdirSync(cache, { recursive: true });
  dropAside();
  renameSync(venv, old);
}

/** Removes what was set aside, once the new environment is whole. */
export const dropAside = () => rmSync(old, { recursive: true, force: true });

/**
 * Ends a replacement that did not end by itself: it failed, or its process was killed in the middle.
 * @param {() => boolean} isDone whether the new environment is whole, so that the old one may go
 */
export function recover(isDone) {
  if (!existsSync(old)) return;
  if (isDone()) return dropAside();
  rmSync(venv, { recursive: true, force: true });
  renameSync(old, venv);
}
