import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of its own in memory, small enough to be filled. It takes the right to mount. */
export class SmallDisk {
  readonly path: string;
  /** Whether it is there: without the right to mount, `path` is a folder of the disk below. */
  readonly isMounted: boolean;

  /** @param path a folder that is not there yet */
  constructor(path: string, mebibytes: number) {
    this.path = path;
    mkdirSync(path);
    this.isMounted = mounts(path, mebibytes);
  }

  /** Fills it, but for so many bytes. */
  fill(name = 'ballast', leaving = 0): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(join(this.path, name), Buffer.alloc(Math.max(0, bavail * bsize - leaving)));
  }

  unmount(): void {
    if (this.isMounted) execFileSync('umount', ['-l', this.path]);
  }
}

function mounts(path: string, mebibytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
