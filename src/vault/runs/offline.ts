import { EgressGuard } from '../../clients/egress.ts';
import { openDescriptor, DESCRIPTOR_NAME, type Descriptor } from '../format/descriptor.ts';
import { envelopeName, openEnvelope, parseEnvelopeName, type Recipient } from '../format/envelope.ts';
import { VaultError } from '../errors.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import { requireKeyArn } from '../environments/master-key-of.ts';
import type { RecoverySeed } from '../format/recovery-key.ts';
import { recoveryKeyId } from '../format/sealed.ts';
import { xWingPair } from '../../crypto/x-wing.ts';
import { openTarget } from '../targets/open-target.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import type { Target } from '../targets/target.ts';
import type { RunEvent, RunReport, Work } from './job.ts';
import { perform } from './perform.ts';

/** A vault that is read without a server. */
export interface OfflineVault {
  /** Who made it, as the vault itself says: compare it with what the server has shown. */
  readonly creator: string;
  /** `output`: where a file that is read goes. */
  readonly perform: (
    work: Work,
    onProgress: (event: RunEvent) => void,
    output?: NodeJS.WritableStream,
  ) => Promise<RunReport>;
}

export interface OfflineOptions {
  /** A folder, or a bucket with the credentials that the AWS SDK finds on this machine. */
  readonly storage: StorageAccess;
  /** The key service's address; AWS's own of the region by default. */
  readonly endpoint?: string;
  readonly creator?: string;
  /** ARNs of the master keys to ask; by default those that the vault's envelopes name. */
  readonly keys?: readonly string[];
  /** The private half of a recovery key: then no key service is asked. The caller wipes it. */
  readonly recovery?: RecoverySeed;
  /** API key for IBM Key Protect, and where its services are. The caller wipes it. */
  readonly keyProtect?: { readonly apiKey: Buffer; readonly endpoint?: string; readonly iamEndpoint?: string };
}

/**
 * Opens a vault with nothing but its store and what this machine has as credentials: nobody needs Keystead to get their
 * data back. Without `creator` and `keys` the store alone says whose vault it is.
 */
export async function offlineVault(options: OfflineOptions): Promise<OfflineVault> {
  const { storage, creator, keys, recovery } = options;
  const target = openTarget(storage, new EgressGuard({}));
  try {
    const descriptor = openDescriptor(await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH));
    const masterKeys = recovery
      ? [recoveryAccess(recovery)]
      : keys
        ? keys.map((keyId) => awsAccess(keyId, options))
        : accessesOf(await recipientsOf(target, descriptor), options);
    const { signal } = new AbortController();
    return {
      creator: descriptor.creator,
      perform: (work, onProgress, output) =>
        perform(
          {
            tenantId: descriptor.tenant,
            environmentId: descriptor.environment,
            storage,
            vaultId: descriptor.vault,
            ...(creator !== undefined && { creator }),
            // Each piece of work wipes the secrets that it is handed.
            masterKeys: masterKeys.map((key) => ownCopy(key)),
            heads: [],
            egress: {},
            work,
          },
          { signal, onProgress, ...(output && { output }) },
        ),
    };
  } finally {
    await target.close();
  }
}

function ownCopy(key: MasterKeyAccess): MasterKeyAccess {
  if (key.provider === 'recovery' && key.privateKey) return { ...key, privateKey: Buffer.from(key.privateKey) };
  if (key.provider === 'key-protect') return { ...key, apiKey: Buffer.from(key.apiKey) };
  return key;
}

function awsAccess(keyId: string, { endpoint }: OfflineOptions): MasterKeyAccess {
  const access = { provider: 'aws-kms', keyId: requireKeyArn(keyId).arn, credentials: 'environment' } as const;
  return { ...access, ...(endpoint !== undefined && { endpoint }) };
}

function recoveryAccess(seed: RecoverySeed): MasterKeyAccess {
  const { publicKey } = xWingPair(seed);
  const privateKey = Buffer.from(seed);
  return { provider: 'recovery', keyId: recoveryKeyId(publicKey), publicKey: publicKey.toString('base64'), privateKey };
}

/** How each recipient is reached from here; those that are not are left out. */
function accessesOf(recipients: readonly Recipient[], options: OfflineOptions): MasterKeyAccess[] {
  const accesses = recipients.flatMap(({ provider, keyId }): MasterKeyAccess[] => {
    if (provider === 'aws-kms') return [awsAccess(keyId, options)];
    if (provider === 'keystead' && options.endpoint !== undefined) {
      return [{ provider, keyId, endpoint: options.endpoint }];
    }
    if (provider === 'key-protect' && options.keyProtect) return [{ provider, keyId, ...options.keyProtect }];
    return [];
  });
  if (accesses.length > 0) return accesses;
  const names = recipients.map(({ provider, keyId }) => `${provider} ${keyId}`).join(', ');
  throw new VaultError('no-recipient', `The vault is for ${names}, and nothing was given that reaches one of them`);
}

/** Whom the newest envelope of the vault's own key is for. */
async function recipientsOf(target: Target, descriptor: Descriptor): Promise<readonly Recipient[]> {
  let newest = 0;
  for await (const { name } of target.list(`keys/${descriptor.dedupeKey}/`)) {
    newest = Math.max(newest, parseEnvelopeName(name)?.revision ?? 0);
  }
  const name = envelopeName(descriptor.dedupeKey, newest);
  const bytes = await target.get(name, MAX_JSON_OBJECT_LENGTH);
  return openEnvelope(name, bytes, descriptor, descriptor.writers).recipients;
}
