import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { EnvironmentError } from './environment-error.ts';

/** Where this process may write or read for a tenant. Absolute paths, from the operator. */
export interface Roots {
  /** The name of the setting, for the texts. */
  readonly setting: string;
  readonly folders: readonly string[];
  /** Whether a root itself may be named, and not only what lies below it. */
  readonly themselves: boolean;
  /** What lies below a root and is nobody's all the same: the server's own data and its seal. */
  readonly keepOut: readonly string[];
}

const MAX_PATH_BYTES = 1024;

/**
 * The real place of a path that a tenant names: absolute, without symbolic links, below one of the roots, and apart from what is to be kept out. It need not exist yet. A path is a right to write on this machine, so
 * what only looks as if it lay below a root is refused.
 *
 * @throws {EnvironmentError} `path-malformed`, `path-outside-roots`
 */
export async function placeBelow({ setting, folders, themselves, keepOut }: Roots, path: string): Promise<string> {
  refuseMalformed(path);
  const place = await realOf(path);
  for (const kept of keepOut) {
    const real = await realOf(kept);
    if (isWithin(real, place) || isWithin(place, real)) {
      throw new EnvironmentError(
        'path-outside-roots',
        `The path ${path} holds or lies in a folder of this server itself: choose another`,
      );
    }
  }
  for (const folder of folders) {
    const root = await realOf(folder);
    if (isWithin(root, place) && (themselves || root !== place)) return place;
  }
  const where = place === resolve(path) ? `The path ${path}` : `The path ${path} leads to ${place}, which`;
  throw new EnvironmentError(
    'path-outside-roots',
    folders.length === 0
      ? `${where} is not allowed: the operator of this server has named no folder yet. Whoever runs it sets ${setting} ` +
          'to the folders that may be used, like /srv, and starts it again'
      : `${where} is not below a folder that the operator of this server allows (${setting}: ${folders.join(', ')}). ` +
          'Choose a path below one of them; or whoever runs the server adds one to the setting and starts it again',
  );
}

/** Whether `path` is `folder` or lies in it. Both are absolute and real. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function refuseMalformed(path: string): void {
  const sound = isAbsolute(path) && !path.includes('\0') && Buffer.byteLength(path) <= MAX_PATH_BYTES;
  if (!sound || (resolve(path) !== path && resolve(path) !== path.replace(/\/$/, ''))) {
    throw new EnvironmentError(
      'path-malformed',
      `A path must be absolute, at most ${MAX_PATH_BYTES} bytes long, and without '.', '..' or empty parts`,
    );
  }
}

/** Resolves the links of what exists of a path, and puts the rest behind it. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const there = code === 'ENOENT' ? await lstat(path).catch(() => undefined) : undefined;
    // What is there and cannot be followed is a link to nowhere: it could come to lead anywhere.
    const isLink = there?.isSymbolicLink() === true;
    // It has come to be since, as a file does that is replaced.
    if (there !== undefined && !isLink) return await realOf(path);
    if (code !== 'ENOENT' || isLink || dirname(path) === path) {
      throw new EnvironmentError(
        'path-malformed',
        `The path ${path} cannot be followed (${isLink ? 'a link that leads nowhere' : code})`,
      );
    }
    return join(await realOf(dirname(path)), basename(path));
  }
}
