import type { Attribute } from '../attributes.ts';
import type { EntryMetadata } from '../format/tree.ts';
import type { CommandReport } from './commands.ts';

/** A path below the source's root: names with `/` between, as bytes; empty for the root itself. */
export type SourcePath = Buffer;

export type SourceEntry = EntryMetadata &
  (
    | {
        readonly type: 'file';
        /** Bytes; absent where only reading tells, as of a dump. Such a file is read each time, once, to its end. */
        readonly size?: number;
      }
    | {
        readonly type: 'folder';
        /** It is only on the way to what is wanted: where nothing below it is kept, it is not either. */
        readonly passThrough?: boolean;
      }
    | { readonly type: 'link'; readonly target: Buffer }
  );

/** Why one item cannot be kept. It does not end the run. */
export type SourceRefusal = 'unreadable' | 'vanished' | 'unsupported-type';

/** Thrown by a source: the item cannot be kept, the others can. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceRefusal;

  constructor(code: SourceRefusal, cause?: unknown) {
    super(`The item is ${code}.`, { cause });
    this.code = code;
  }
}

/** An open file, read from front to back. */
export interface SourceFile {
  /** Fills some of `into`; 0 at the end. */
  read(into: Uint8Array): number | Promise<number>;
  /** What the file is now, to see whether it changed meanwhile. */
  entry(): SourceEntry | Promise<SourceEntry>;
  close(): void | Promise<void>;
}

/** What there is to tell of the reading, besides the items. For people: no content, no secret. */
export interface SourceReport {
  readonly warnings: readonly string[];
  /** Programs that ran before and after. */
  readonly commands?: readonly CommandReport[];
}

/**
 * What is backed up: a tree of folders, files and symbolic links. Methods refuse one item with a `SourceError`; any
 * other failure ends the run. Answers may be values, since a promise for each of a million small files costs more than
 * the reading.
 */
export interface Source {
  /** Names the dedupe domain, in UTF-8: the same source has the same name each time. */
  readonly name: string;
  /**
   * Called once, before anything is read: makes what is read consistent, where the source can. The signal ends waiting
   * too, since a program or a network may be silent for ever.
   */
  begin?(signal: AbortSignal): void | Promise<void>;
  /** Called once after `begin`, also when `begin` or the reading failed: lets go of everything. */
  end?(outcome: 'read' | 'failed'): SourceReport | Promise<SourceReport>;
  /** The names in a folder, ascending by their bytes. */
  list(folder: SourcePath): readonly Buffer[] | Promise<readonly Buffer[]>;
  /** What lies at a path; symbolic links are not followed. */
  entry(path: SourcePath): SourceEntry | Promise<SourceEntry>;
  /** What there is of an item besides its entry; asked for when it is new or changed. */
  attributes?(path: SourcePath): readonly Attribute[] | Promise<readonly Attribute[]>;
  open(path: SourcePath): SourceFile | Promise<SourceFile>;
}
