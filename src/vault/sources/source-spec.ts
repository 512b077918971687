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
  /** Programs with their arguments, run without a shell. A `before` that fails ends the run before it reads. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
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
