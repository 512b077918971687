import { parseEnvelopeName } from './format/envelope.ts';
import { refuseAborted } from './errors.ts';
import { isSameMasterKey } from './master-keys/master-key.ts';
import type { Repository } from './repository.ts';

/** What a vault says of itself, every signature of it verified. */
export interface VaultFacts {
  readonly creator: string;
  readonly createdMs: number;
  /** Ids of all who may write there. */
  readonly writers: readonly string[];
  readonly snapshots: number;
  readonly envelopes: number;
  /** Everybody who opens at least one data key: provider and id. */
  readonly recipients: readonly string[];
  /** How many data keys none of the master keys given is a recipient of. */
  readonly unopened: number;
  readonly tombstones: number;
  readonly marks: number;
  readonly holds: number;
}

/**
 * Reads what a vault says of itself beside its snapshots: envelopes, who wrote and who can open. Proves with the data key
 * that every snapshot needs (dedupe) that the master keys given open it.
 *
 * @throws {MasterKeyError} @throws {VaultError} `no-recipient`
 */
export async function inspectVault(
  repository: Repository,
  signal?: AbortSignal,
): Promise<Omit<VaultFacts, 'snapshots'>> {
  const { target, descriptor, masterKeys } = repository;
  const keys = new Set<string>();
  for await (const { name } of target.list('keys/')) {
    const parsed = parseEnvelopeName(name);
    if (parsed) keys.add(parsed.key);
  }
  const ring = repository.keyRing();
  const recipients = new Set<string>();
  let unopened = 0;
  try {
    await ring.get(descriptor.dedupeKey);
    for (const key of keys) {
      refuseAborted(signal);
      const { envelope } = await ring.find(key);
      for (const { provider, keyId } of envelope.recipients) recipients.add(`${provider} ${keyId}`);
      const isOurs = envelope.recipients.some((recipient) =>
        masterKeys.some((masterKey) => isSameMasterKey(recipient, masterKey.describe())),
      );
      if (!isOurs) unopened++;
    }
  } finally {
    ring.drop();
  }
  const count = async (prefix: string): Promise<number> => {
    let found = 0;
    for await (const _ of target.list(prefix)) found++;
    return found;
  };
  return {
    creator: descriptor.creator,
    createdMs: descriptor.createdMs,
    writers: descriptor.writers.map(({ id }) => id),
    envelopes: keys.size,
    recipients: [...recipients].toSorted(),
    unopened,
    tombstones: await count('tombstones/'),
    marks: await count('marks/'),
    holds: await count('holds/'),
  };
}
