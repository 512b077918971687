import type { TreeEntry } from '../format/tree.ts';

/** One entry of a snapshot's tree, for people and programs. */
export interface ShownEntry {
  /** As text: bytes that are no UTF-8 are U+FFFD. */
  readonly name: string;
  /** The exact bytes, base64. */
  readonly nameBytes: string;
  readonly type: TreeEntry['type'];
  /** Bytes, of a file. */
  readonly size?: number;
  /** Permission bits, set-id and sticky, in octal: `0640`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAt: string;
  /** How many names the file has. */
  readonly links: number;
  /** Where a symbolic link leads, as text. */
  readonly target?: string;
  /** How many entries a folder has. */
  readonly items?: number;
  /** What is kept of the file may mix two states. */
  readonly changedWhileRead?: boolean;
}

/** An entry and where it is, from the source's root. */
export interface ShownFind extends ShownEntry {
  readonly path: string;
  readonly pathBytes: string;
}

/** RFC 3339, to milliseconds. Times beyond what a date can be are its ends. */
export function shownTime(timeNs: bigint): string {
  const most = 8_640_000_000_000_000n;
  const ms = timeNs / 1_000_000n;
  return new Date(Number(ms > most ? most : ms < -most ? -most : ms)).toISOString();
}

export function showEntry(entry: TreeEntry): ShownEntry {
  return {
    name: entry.name.toString('utf8'),
    nameBytes: entry.name.toString('base64'),
    type: entry.type,
    ...(entry.type === 'file' && { size: entry.size }),
    mode: entry.mode.toString(8).padStart(4, '0'),
    uid: entry.uid,
    gid: entry.gid,
    modifiedAt: shownTime(entry.mtimeNs),
    links: entry.links,
    ...(entry.type === 'link' && { target: entry.target.toString('utf8') }),
    ...(entry.type === 'file' && entry.changedWhileRead && { changedWhileRead: true }),
  };
}

export function showFind(path: Buffer, entry: TreeEntry): ShownFind {
  return { path: path.toString('utf8'), pathBytes: path.toString('base64'), ...showEntry(entry) };
}
