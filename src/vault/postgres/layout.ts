import { VaultError } from '../errors.ts';
import type { DatabaseFacts, ServerFacts } from './server.ts';

/**
 * Where things lie in a snapshot of a PostgreSQL server: docs/spec/backup-format.md section 14.
 */
export const DATABASES = 'databases';
export const GLOBALS = 'globals.sql';
export const SERVER = 'server.json';

const SUFFIX = '.dump';

/** The file of a database: its name in UTF-8, with `%2F` for a slash, `%25` for a percent sign, `%2E` for a first dot. */
export function dumpName(database: string): string {
  const escaped = database.replaceAll('%', '%25').replaceAll('/', '%2F').replace(/^\./, '%2E');
  return `${escaped}${SUFFIX}`;
}

/** What a snapshot says of the server it came from. */
export interface ServerFile {
  readonly format: 1;
  readonly version: string;
  readonly major: number;
  /** Major version of the programs that wrote the dumps. */
  readonly tools: number;
  /** Whether passwords of roles are in `globals.sql`. */
  readonly rolePasswords: boolean;
  readonly databases: readonly DatabaseFacts[];
}

export function encodeServerFile(facts: ServerFacts, tools: number): Buffer {
  const { version, major, superuser } = facts;
  const { databases } = facts;
  const file: ServerFile = { format: 1, version, major, tools, rolePasswords: superuser, databases };
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`);
}

/** @throws {VaultError} `unknown-format` */
export function decodeServerFile(bytes: Buffer): ServerFile {
  const file = parsed(bytes);
  if (file?.format === 1 && typeof file.major === 'number' && Array.isArray(file.databases)) return file as ServerFile;
  throw new VaultError(
    'unknown-format',
    `The snapshot's ${SERVER} is not of a PostgreSQL server that this version knows`,
  );
}

function parsed(bytes: Buffer): Partial<ServerFile> | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Partial<ServerFile>;
  } catch {
    return undefined;
  }
}
