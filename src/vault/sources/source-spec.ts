import type { PostgresConnection } from '../postgres/connection.ts';

/** What is to be backed up: what a run is handed. Paths are absolute and were checked by whoever asked. */
export type SourceSpec = FolderSpec | PostgresSpec | StreamSpec;

interface Named {
  /** Names the dedupe domain: the same source has the same name each time, wherever it has moved. */
  readonly name: string;
}

export interface FolderSpec extends Named {
  readonly kind: 'folder';
  readonly path: string;
  /** Patterns (docs/guide/vault.md); absent: everything. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Whether folders that other file systems are mounted on are kept empty. */
  readonly oneFileSystem?: boolean;
  /** Whether folders that say of themselves that they are caches (CACHEDIR.TAG) are kept without what is in them. */
  readonly skipCaches?: boolean;
  /** Programs with their arguments, run without a shell. A `before` that fails ends the run before it reads. */
  readonly before?: readonly string[];
  /** Runs when all has been read, and also when that failed; that it fails is told and changes nothing. */
  readonly after?: readonly string[];
  /** How long either may take; an hour by default. */
  readonly commandTimeoutMs?: number;
}

export interface PostgresSpec extends Named, PostgresConnection {
  readonly kind: 'postgres';
  /** Databases; absent: every one that may be connected to. Roles are always part of it. */
  readonly databases?: readonly string[];
}

/** One stream of bytes: the standard input of the process that runs the backup. So only the CLI's own process has it. */
export interface StreamSpec extends Named {
  readonly kind: 'stream';
  /** The name of the one file that a snapshot has. */
  readonly item: string;
}
