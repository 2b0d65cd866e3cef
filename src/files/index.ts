/** Files that are written whole or not at all, and whether they can be, asked before the work. Knows no other room. */
export { writeAtomically } from './atomic.ts';
export { removeLeftovers } from './leftovers.ts';
export { lockFolder, FolderInUse, type FolderLock } from './lock.ts';
export { probeFile, probeFolder } from './probe.ts';
export { inWords as failureInWords } from './failure.ts';
