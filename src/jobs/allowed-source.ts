import { stat } from 'node:fs/promises';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { placeBelow, type Roots } from '../vault/environments/roots.ts';
import { VaultError } from '../vault/errors.ts';
import { refuseCommand } from '../vault/sources/commands.ts';
import { PathFilter } from '../vault/sources/path-filter.ts';
import type { FolderSpec } from '../vault/sources/source-spec.ts';

/** What the operator lets tenants' runs read on this machine, and run. */
export interface SourceRules extends Roots {
  /** Absolute paths of programs that may run before and after a backup. */
  readonly commands: readonly string[];
}

/** The real place of a folder that is to be read. @throws {EnvironmentError} `source-missing`, `path-outside-roots` */
export async function requireFolder(sourceRoots: Roots, path: string): Promise<string> {
  const place = await placeBelow(sourceRoots, path);
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory() === true) return place;
  throw new EnvironmentError('source-missing', `There is no folder ${path} on the server. Name one that is there`);
}

/**
 * A folder that is to be read, with its path as it really is.
 *
 * @throws {EnvironmentError} `source-missing`, `path-outside-roots`, `source-malformed`, `command-not-allowed`
 */
export async function allowedFolder<S extends Omit<FolderSpec, 'name'>>(rules: SourceRules, spec: S): Promise<S> {
  const { include, exclude, before, after } = spec;
  refusing(() => new PathFilter(include, exclude));
  for (const command of [before, after]) if (command) refusing(() => refuseCommand(command, rules.commands));
  return { ...spec, path: await requireFolder(rules, spec.path) };
}

/**
 * A PostgreSQL server that is to be connected to. A socket is a place on this machine, where the server may know
 * whoever runs this process, and let in without a password.
 *
 * @throws {EnvironmentError} `path-outside-roots`
 */
export async function allowedHost<C extends { readonly host: string }>(rules: SourceRules, connection: C): Promise<C> {
  if (!connection.host.startsWith('/')) return connection;
  return { ...connection, host: await placeBelow(rules, connection.host) };
}

function refusing(look: () => unknown): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const code = error.code === 'command-not-allowed' ? error.code : 'source-malformed';
    throw new EnvironmentError(code, error.message);
  }
}
