/** Why the operating system let nobody read or write there, and what to do about it. */
export interface SystemError {
  readonly why: string;
  readonly action: string;
}

const OTHER_USER = 'Run as a user who may read and write there, or name another path.';

/** One row for each error of the operating system that people meet, by its code. */
export const SYSTEM_ERRORS: Readonly<Record<string, SystemError>> = {
  ENOENT: { why: 'there is no such file or folder', action: 'Check the path: there is no such file or folder.' },
  ENOTDIR: { why: 'a part of its path is a file and no folder', action: 'Check the path.' },
  EISDIR: { why: 'it is a folder', action: 'Name a file.' },
  EACCES: { why: 'you may not', action: OTHER_USER },
  EPERM: { why: 'you may not', action: OTHER_USER },
  EEXIST: { why: 'there is something already', action: 'Name a path where nothing is yet.' },
  ENOTEMPTY: { why: 'the folder is not empty', action: 'Name an empty folder.' },
  ENOSPC: { why: 'the disk is full', action: 'Make room on that disk.' },
  EDQUOT: { why: 'your share of the disk is full', action: 'Make room on that disk.' },
  EROFS: { why: 'the disk is read-only', action: 'Name a path on another disk.' },
  EIO: { why: 'the disk failed', action: 'Check the disk; keep what is on it away from further writes.' },
  ELOOP: { why: 'its links lead in a circle', action: 'Check the path.' },
  ENAMETOOLONG: { why: 'the path is too long', action: 'Name a shorter one.' },
  EMFILE: { why: 'this process has too many files open', action: 'Raise the limit ("ulimit -n").' },
  EADDRINUSE: {
    why: 'another process listens there',
    action: 'Stop it, or choose another address by KEYSTEAD_LISTEN.',
  },
};

/** The same by the codes of SQLite (https://sqlite.org/rescode.html) that mean them: FULL, IOERR, READONLY. */
const OF_SQLITE: Readonly<Record<number, string>> = { 13: 'ENOSPC', 10: 'EIO', 8: 'EROFS' };

/** What an error of the operating system says, also by way of the database; undefined for any other, and for codes without a row. */
export function systemError(error: unknown): SystemError | undefined {
  const { code: own, errcode } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  const code = own === 'ERR_SQLITE_ERROR' ? OF_SQLITE[(errcode ?? 0) & 0xff] : own;
  return typeof code === 'string' && Object.hasOwn(SYSTEM_ERRORS, code) ? SYSTEM_ERRORS[code] : undefined;
}
