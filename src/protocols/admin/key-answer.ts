import Type, { type Static } from 'typebox';
import type { KeyUse } from '../../audit/last-uses.ts';
import { authorizationOf } from '../../keys/dual-authorization.ts';
import {
  DEFAULT_RING,
  hasMaterial,
  type DualAuthorization,
  type Key,
  type KeyVersion,
  type Removal,
} from '../../keys/key.ts';
import { WAITING_MS } from '../../keys/waiting-times.ts';
import type { OpenKey } from '../../keys/open-key.ts';
import { rotationOf } from '../../keys/rotation-policy.ts';
import { conditionOf } from '../../keys/state.ts';
import { keyArn } from './arn.ts';
import { nextEventOf } from '../../keys/next-event.ts';
import { KEY_ID, named, REGION_NAME, TIMESTAMP, timestamp, UUID } from './schema.ts';

export const KEY_STATE = Type.Enum([
  'enabled',
  'disabled',
  'deactivated',
  'pending-import',
  'unavailable',
  'pending-deletion',
  'pending-replica-deletion',
  'deleted',
  'gone',
]);
export const KEY_ORIGIN = Type.Enum(['generated', 'imported', 'remote', 'hsm']);

const SUMMARY = {
  keyId: KEY_ID,
  arn: Type.String(),
  region: REGION_NAME,
  state: KEY_STATE,
  spec: Type.String(),
  usage: Type.String(),
  origin: KEY_ORIGIN,
  description: Type.String(),
  aliases: Type.Array(Type.String()),
  name: Type.Optional(Type.String({ description: 'what people call it; need not be unique' })),
  keyRing: Type.String({ description: 'the group of keys that it is in' }),
  expiresAt: Type.Optional({ ...TIMESTAMP, description: 'when its time to protect data is over' }),
  createdAt: TIMESTAMP,
  keyStore: Type.Optional(
    named('KeyStorePlace', {
      keyStoreId: Type.String(),
      externalKeyId: Type.Optional(Type.String({ description: 'its name in an external key store' })),
    }),
  ),
};

export const KEY_SUMMARY = named('KeySummary', {
  ...SUMMARY,
  registrations: Type.Integer({ minimum: 0, description: 'how many resources of services it protects' }),
  nextEvent: Type.Optional(
    named('KeyNextEvent', {
      kind: Type.Enum(['deletion', 'material-expiry', 'expiry', 'rotation'], {
        description: 'what happens to it by itself, the first of it',
      }),
      at: TIMESTAMP,
    }),
  ),
  lastUsedAt: Type.Optional(TIMESTAMP),
});

const KEY_VERSION = named('KeyVersion', {
  versionId: UUID,
  materialId: Type.String(),
  stage: Type.Enum(['current', 'previous', 'pending']),
  hasMaterial: Type.Boolean(),
  checkValue: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{16}([0-9a-f]{48})?$',
      description:
        'only for imported material that is there: compare it with your own. Secret keys: docs/spec/key-hierarchy.md; pairs: SHA-256 of the public key (SubjectPublicKeyInfo, DER)',
    }),
  ),
  createdAt: TIMESTAMP,
  rotatedAt: Type.Optional(TIMESTAMP),
  materialExpiresAt: Type.Optional(TIMESTAMP),
});

const KEY_REMOVAL = named('KeyRemoval', {
  at: TIMESTAMP,
  by: Type.String(),
  restorableUntil: TIMESTAMP,
  purgeableFrom: TIMESTAMP,
  purgedAt: { ...TIMESTAMP, description: 'when it is purged by itself' },
});

export const KEY = named('Key', {
  ...SUMMARY,
  tags: Type.Array(named('KeyTag', { key: Type.String(), value: Type.String() })),
  createdBy: Type.Optional(Type.String()),
  extractable: Type.Boolean({ description: 'whether its material leaves again: of stored secrets alone' }),
  dualAuthorization: Type.Optional(
    named('KeyDualAuthorization', {
      authorizedBy: Type.Optional(Type.String({ description: 'who gave the word that counts; another one deletes' })),
      authorizedUntil: Type.Optional(TIMESTAMP),
    }),
  ),
  deletionDueAt: Type.Optional(TIMESTAMP),
  removal: Type.Optional(KEY_REMOVAL),
  lastUse: Type.Optional(
    named('KeyLastUse', { action: Type.String(), at: TIMESTAMP, requestId: Type.String(), entryId: UUID }),
  ),
  rotation: Type.Optional(named('KeyRotation', { periodDays: Type.Integer(), nextAt: TIMESTAMP })),
  multiRegion: Type.Optional(named('KeyMultiRegion', { primaryRegion: REGION_NAME, regions: Type.Array(REGION_NAME) })),
  versions: Type.Array(KEY_VERSION),
});

/** A key in a list. */
export function showKeySummary(
  key: Key,
  accountId: string,
  nowMs: number,
  { lastUse, registrations }: { readonly lastUse: KeyUse | undefined; readonly registrations: number },
): Static<typeof KEY_SUMMARY> {
  const next = nextEventOf(key, nowMs);
  return {
    ...showFacts(key, accountId, nowMs),
    registrations,
    ...(next && { nextEvent: { kind: next.kind, at: timestamp(next.atMs) } }),
    ...(lastUse && { lastUsedAt: timestamp(lastUse.atMs) }),
  };
}

function showFacts(key: Key, accountId: string, nowMs: number) {
  return {
    keyId: key.id,
    arn: keyArn(key.region, accountId, key.id),
    region: key.region,
    state: conditionOf(key, nowMs),
    spec: key.spec.name,
    usage: key.usage,
    origin: key.origin,
    description: key.description,
    aliases: key.aliases.map(({ name }) => name),
    ...(key.name !== undefined && { name: key.name }),
    keyRing: key.keyRing ?? DEFAULT_RING,
    ...(key.expiresAtMs !== undefined && { expiresAt: timestamp(key.expiresAtMs) }),
    createdAt: timestamp(key.createdAtMs),
    ...(key.keyStore && { keyStore: { ...key.keyStore } }),
  };
}

export function showKey(open: OpenKey, accountId: string, nowMs: number, lastUse?: KeyUse): Static<typeof KEY> {
  const { key } = open;
  const rotation = rotationOf(key);
  return {
    ...showFacts(key, accountId, nowMs),
    tags: key.tags.map((tag) => ({ key: tag.key, value: tag.value })),
    ...(key.createdBy !== undefined && { createdBy: key.createdBy }),
    extractable: key.extractable,
    ...(key.dualAuthorization && { dualAuthorization: showAuthorization(authorizationOf(key, nowMs)) }),
    ...(key.removal && { removal: showRemoval(key.removal) }),
    ...(key.deletion?.dueAtMs !== undefined && { deletionDueAt: timestamp(key.deletion.dueAtMs) }),
    ...(lastUse && { lastUse: showUse(lastUse) }),
    ...(rotation && { rotation: { periodDays: rotation.periodDays, nextAt: timestamp(rotation.nextAtMs) } }),
    ...(key.multiRegion && {
      multiRegion: { primaryRegion: key.multiRegion.primaryRegion, regions: [...key.multiRegion.regions] },
    }),
    versions: key.versions.map((version) => showVersion(open, version, nowMs)),
  };
}

function showAuthorization(authorized: DualAuthorization['authorized']) {
  return authorized ? { authorizedBy: authorized.by, authorizedUntil: timestamp(authorized.expiresAtMs) } : {};
}

function showRemoval({ atMs, by }: Removal): Static<typeof KEY_REMOVAL> {
  return {
    at: timestamp(atMs),
    by,
    restorableUntil: timestamp(atMs + WAITING_MS.restorable),
    purgeableFrom: timestamp(atMs + WAITING_MS.purge),
    purgedAt: timestamp(atMs + WAITING_MS.automaticPurge),
  };
}

function showUse({ action, atMs, requestId, entryId }: KeyUse) {
  return { action, at: timestamp(atMs), requestId, entryId };
}

function showVersion(open: OpenKey, version: KeyVersion, nowMs: number): Static<typeof KEY_VERSION> {
  const { rotation, materialExpiresAtMs } = version;
  // docs/spec/key-specs.md, "Key check value": imported material of full entropy, and nothing else.
  const checkValue = open.key.origin === 'imported' ? open.checkValue(version, nowMs) : undefined;
  return {
    versionId: version.id,
    materialId: version.materialId,
    stage: version.stage,
    hasMaterial: hasMaterial(version, nowMs),
    ...(checkValue !== undefined && { checkValue }),
    createdAt: timestamp(version.createdAtMs),
    ...(rotation && { rotatedAt: timestamp(rotation.atMs) }),
    ...(materialExpiresAtMs !== undefined && { materialExpiresAt: timestamp(materialExpiresAtMs) }),
  };
}
