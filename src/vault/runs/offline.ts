import { openDescriptor, DESCRIPTOR_NAME } from '../descriptor.ts';
import { envelopeName, openEnvelope, parseEnvelopeName } from '../envelope.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format.ts';
import { requireKeyArn } from '../environments/master-key-of.ts';
import { FolderTarget } from '../targets/folder.ts';
import type { RunEvent, RunReport, Work } from './job.ts';
import { perform } from './perform.ts';

/** A vault that is read without a server. */
export interface OfflineVault {
  /** Who made it, as the vault itself says: compare it with what the server has shown. */
  readonly creator: string;
  readonly perform: (work: Work, onProgress: (event: RunEvent) => void) => Promise<RunReport>;
}

export interface OfflineOptions {
  readonly folder: string;
  readonly endpoint?: string;
  readonly creator?: string;
  /** ARNs of the master keys to ask; by default those that the vault's envelopes name. */
  readonly keys?: readonly string[];
}

/**
 * Opens a vault with nothing but its folder and what the AWS SDK finds as credentials on this machine: nobody needs
 * Keystead to get their data back. Without `creator` and `keys` the folder alone says whose vault it is.
 */
export async function offlineVault({ folder, endpoint, creator, keys }: OfflineOptions): Promise<OfflineVault> {
  const target = new FolderTarget(folder);
  const descriptor = openDescriptor(await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH));
  const arns = keys ?? (await keysOf(target, descriptor));
  const masterKeys = arns.map((keyId) => ({
    provider: 'aws-kms' as const,
    keyId: requireKeyArn(keyId).arn,
    ...(endpoint !== undefined && { endpoint }),
    credentials: 'environment' as const,
  }));
  const signal = new AbortController().signal;
  return {
    creator: descriptor.creator,
    perform: (work, onProgress) =>
      perform(
        {
          tenantId: descriptor.tenant,
          environmentId: descriptor.environment,
          storage: { type: 'folder', path: folder },
          vaultId: descriptor.vault,
          ...(creator !== undefined && { creator }),
          masterKeys,
          heads: [],
          egress: {},
          work,
        },
        { signal, onProgress },
      ),
  };
}

/** The master keys that the newest envelope of the vault's own key is for. */
async function keysOf(target: FolderTarget, descriptor: ReturnType<typeof openDescriptor>): Promise<string[]> {
  let newest = 0;
  for await (const { name } of target.list(`keys/${descriptor.dedupeKey}/`)) {
    newest = Math.max(newest, parseEnvelopeName(name)?.revision ?? 0);
  }
  const name = envelopeName(descriptor.dedupeKey, newest);
  const envelope = openEnvelope(name, await target.get(name, MAX_JSON_OBJECT_LENGTH), descriptor, descriptor.writers);
  return envelope.recipients.filter(({ provider }) => provider === 'aws-kms').map(({ keyId }) => keyId);
}
