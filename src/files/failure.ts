const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: free some space',
  EFBIG: 'the file would pass the size limit of this process (ulimit -f)',
  EACCES: 'this folder is not writable: choose another',
  EPERM: 'this folder is not writable: choose another',
  EROFS: 'this file system is read-only: choose another folder',
  ENOTDIR: 'a part of this path is a file, not a folder: choose another path',
  EEXIST: 'a part of this path is a file, not a folder: choose another path',
  EISDIR: 'a folder has this name: choose another name',
  ENAMETOOLONG: 'this name is too long: choose a shorter one',
  ELOOP: 'a part of this path is a link to itself: choose another path',
};

/** Why a file could not be written, and what to do, from the error of `node:fs`. */
export function inWords(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return Object.hasOwn(remedies, code) ? `${remedies[code]} (${code})` : message;
}
