import type { Tenant } from '../identity/tenant.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { specOf, type BackupSource } from '../vault/sources/backup-source.ts';
import { allowedFolder, allowedHost, type SourceRules } from './allowed-source.ts';
import type { PlannedRun } from './begin-run.ts';

/**
 * Plans the backup of a source that the environment knows. What it says is looked at each time: folders move, and roots
 * are taken away.
 *
 * @throws {EnvironmentError} `source-missing`, `source-not-here`, `path-outside-roots`, `command-not-allowed`
 */
export async function planBackup(rules: SourceRules, tenant: Tenant, source: BackupSource): Promise<PlannedRun> {
  const { id: sourceId, name, spec, limits } = source;
  const subject = { source: name, sourceId };
  const { bytesPerSecond } = limits;
  const limit = bytesPerSecond === undefined ? {} : { limits: { bytesPerSecond } };
  if (spec.kind === 'stream') {
    throw new EnvironmentError(
      'source-not-here',
      `The source ${name} is what a host pipes, which the server cannot read: enrol the host as an agent, and pipe it there into "keystead agent backup --stdin --name ${name}"`,
    );
  }
  if (spec.kind === 'folder') {
    const work = { kind: 'backup', source: { ...(await allowedFolder(rules, spec)), name } } as const;
    return { work, subject, ...limit };
  }
  const { password: _, ...open } = await allowedHost(rules, spec);
  return {
    work: { kind: 'backup', source: { ...open, name } },
    openWork: () => ({ kind: 'backup', source: { ...specOf(tenant.tenantKey, source), ...open } }),
    subject,
    ...limit,
  };
}
