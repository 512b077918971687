import type { Principal } from '../../identity/principal.ts';
import type { Key } from '../../keys/key.ts';
import { versionOf, type Registration } from '../../keys/registration.ts';
import { timestamp } from './names.ts';
import { nameOf } from './show-key.ts';

/** A registration as this wire shows it. What the service wrote for itself is shown to nobody else. */
export function showRegistration(key: Key, registration: Registration, { service }: Principal): object {
  const { description, metadata, versionId, createdAtMs, updatedAtMs } = registration;
  const version = versionOf(key, versionId);
  return {
    keyId: key.id,
    keyName: nameOf(key),
    resourceCrn: registration.resourceCrn,
    createdBy: registration.createdBy,
    creationDate: timestamp(createdAtMs),
    updatedBy: registration.updatedBy,
    lastUpdated: timestamp(updatedAtMs),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && service === registration.service && { registrationMetadata: metadata }),
    preventKeyDeletion: registration.preventsDeletion,
    keyVersion: { id: versionId, ...(version && { creationDate: timestamp(version.createdAtMs) }) },
  };
}
