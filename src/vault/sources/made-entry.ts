import type { EntryMetadata } from '../format/tree.ts';
import type { SourceEntry } from './source.ts';

/** Metadata of an item that is on no file system: owner only, as of this user, as old as the run. */
function madeOf(name: Buffer, mode: number, timeMs: number): EntryMetadata {
  const timeNs = BigInt(Math.round(timeMs)) * 1_000_000n;
  return {
    name,
    mode,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    mtimeNs: timeNs,
    ctimeNs: timeNs,
    device: 0n,
    inode: 0n,
    links: 1,
  };
}

/** A file that is made while it is read; without a size where that is known only then. */
export function madeFile(name: Buffer, timeMs: number, size?: number): SourceEntry {
  return { ...madeOf(name, 0o600, timeMs), type: 'file', ...(size !== undefined && { size }) };
}

export function madeFolder(name: Buffer, timeMs: number): SourceEntry {
  return { ...madeOf(name, 0o700, timeMs), type: 'folder' };
}
