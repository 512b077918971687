import { stat } from 'node:fs/promises';
import type { Tenant } from '../identity/tenant.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { placeBelow, type Roots } from '../vault/environments/roots.ts';
import { specOf, type BackupSource } from '../vault/sources/backup-source.ts';
import type { FolderSpec } from '../vault/sources/source-spec.ts';
import type { PlannedRun } from './begin-run.ts';

/**
 * Plans the backup of a source that the environment knows. What it says is looked at each time: folders move, and roots
 * are taken away.
 *
 * @throws {EnvironmentError} `source-missing`, `source-not-here`, `path-outside-roots`
 */
export async function planBackup(sourceRoots: Roots, tenant: Tenant, source: BackupSource): Promise<PlannedRun> {
  const { id: sourceId, name, spec, limits } = source;
  const subject = { source: name, sourceId };
  const { bytesPerSecond } = limits;
  const limit = bytesPerSecond === undefined ? {} : { limits: { bytesPerSecond } };
  if (spec.kind === 'stream') {
    throw new EnvironmentError(
      'source-not-here',
      `The source ${name} is what somebody gives to the command line: pipe it into "keystead vault backup"`,
    );
  }
  if (spec.kind === 'folder') {
    const path = await requireFolder(sourceRoots, spec.path);
    const work = { kind: 'backup', source: { ...spec, name, path } satisfies FolderSpec } as const;
    return { work, subject, ...limit };
  }
  const { password: _, ...open } = spec;
  return {
    work: { kind: 'backup', source: { ...open, name } },
    openWork: () => ({ kind: 'backup', source: specOf(tenant.tenantKey, source) }),
    subject,
    ...limit,
  };
}

/** The real place of a folder that is to be read. @throws {EnvironmentError} `source-missing`, `path-outside-roots` */
export async function requireFolder(sourceRoots: Roots, path: string): Promise<string> {
  const place = await placeBelow(sourceRoots, path);
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory() === true) return place;
  throw new EnvironmentError('source-missing', `There is no folder ${path} on the server. Name one that is there`);
}
