import { statfs } from 'node:fs/promises';
import { passed, warned, type Finding } from './check.ts';

/** Below so much room, or so small a part of the whole, a backup is soon refused. */
const LITTLE_BYTES = 1 << 30;
const LITTLE_PART = 0.05;
const GIB = 1 << 30;

/** Whether there is room for backups. What is free for everybody counts, not what is kept for root. */
export async function checkRoom({ path }: { readonly path: string }): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(path);
  return roomOf(bavail * bsize, blocks * bsize);
}

/** What a number of free bytes means. */
export function roomOf(freeBytes: number, allBytes: number): Finding {
  const free = `${(freeBytes / GIB).toFixed(1)} of ${(allBytes / GIB).toFixed(1)} GiB`;
  if (freeBytes >= LITTLE_BYTES && freeBytes >= allBytes * LITTLE_PART) return passed(`${free} are free`);
  return warned(
    `Only ${free} are free. Make room or choose another folder: a backup for which there is none fails, and what is there stays whole.`,
  );
}

/** What the file systems that need a word mean for backups, by their magic numbers: statfs(2). */
const KINDS: { readonly [magic: number]: Finding } = {
  0x0102_1994: warned('The folder is in memory (tmpfs). Choose one on a disk: this one is gone with the next start.'),
  0x8584_58f6: warned('The folder is in memory (ramfs). Choose one on a disk: this one is gone with the next start.'),
  0x794c_7630: warned(
    'The folder is in the upper layer of a container (overlayfs). Mount a volume there: this one is gone with the container.',
  ),
  0x6969: passed(
    'the folder is on NFS: what is written is safe where the server exports it with "sync", as it does by default',
  ),
  0xff53_4d42: warned(
    'The folder is on an SMB share. Make sure that the server writes through to its disk: it may say that something is stored before it is.',
  ),
  0xfe53_4d42: warned(
    'The folder is on an SMB share. Make sure that the server writes through to its disk: it may say that something is stored before it is.',
  ),
  0x6573_5546: warned(
    'The folder is on a file system in user space (FUSE). Make sure that it keeps what was synced: some of them keep it in memory first.',
  ),
};

/** What the file system of the folder means for what is written there. */
export async function checkKind({ path }: { readonly path: string }): Promise<Finding> {
  const { type } = await statfs(path);
  return kindOf(type);
}

/** What a magic number of statfs(2) means. */
export function kindOf(type: number): Finding {
  return KINDS[type >>> 0] ?? passed('the file system of the folder keeps what is synced');
}
