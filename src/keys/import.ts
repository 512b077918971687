import { wipe } from '../bytes/bytes.ts';
import {
  unwrapImported,
  type WrappingAlgorithmName,
  type WrappingKeyPair,
  type WrappingKeySpec,
} from '../crypto/import-wrapping.ts';
import { isMaterialProblem, readImportedMaterial, type KeyMaterial } from '../crypto/key-material.ts';
import { keySpecByAwsName, type KeySpecRow } from '../crypto/key-spec.ts';
import { maxPlaintext } from '../crypto/public-key-encryption.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { edit, unchanged, type Change } from './change.ts';
import { makeVersion } from './create.ts';
import { KeyError } from './errors.ts';
import { currentVersion, hasMaterial, type ImportToken, type Key, type KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { wrapMaterial } from './material.ts';
import { requirePrimary, withRelated, type Placed } from './related.ts';
import { requireState } from './state.ts';

/** How long a wrapping key and its token serve, in milliseconds: 24 hours. */
export const IMPORT_TOKEN_LIFETIME_MS = 86_400_000;
/** Latest expiry of imported material, from the import on: 365 days. */
export const MAX_MATERIAL_LIFETIME_MS = 365 * 86_400_000;
/** Tokens that one key holds at a time. A new one pushes the oldest out. */
const MAX_TOKENS = 8;

/** Makes a token for an import: the wrapping key's private half, wrapped, in the key's record. */
export function prepareImport(
  space: KeySpace,
  key: Key,
  algorithm: WrappingAlgorithmName,
  pair: WrappingKeyPair,
  nowMs: number,
  random: Random,
): Change<ImportToken> {
  requireImported(key);
  requireState(key, 'prepare-import', nowMs);
  const id = uuid(random);
  const privateKeyDer = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateKey = space.instanceKey.wrap(tokenBinding(key, id, algorithm), privateKeyDer, random).toString('base64');
  wipe(privateKeyDer);
  const token = { id, algorithm, privateKey, expiresAtMs: nowMs + IMPORT_TOKEN_LIFETIME_MS };
  // Expired tokens stay for another day, so that their owner hears that they have expired.
  const kept = key.importTokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs - IMPORT_TOKEN_LIFETIME_MS);
  return { ...edit(space, key, { importTokens: [...kept, token].slice(-MAX_TOKENS) }), value: token };
}

export interface Import {
  readonly tokenId: string;
  readonly encrypted: Uint8Array;
  /** Undefined: the material does not expire. */
  readonly expiresAtMs: number | undefined;
  /** Whether this is meant as another material beside those that the key has. Undefined: only where it has none. */
  readonly kind: 'new' | 'existing' | undefined;
  /** The material that this is meant to be again. */
  readonly materialId: string | undefined;
  readonly description: string | undefined;
}

/** What came of an import, and the name of the material's use: see material-use.ts. */
export interface Imported extends Change<KeyVersion> {
  readonly useId: string;
}

/**
 * Takes in material that its owner brings. The same material brought again revives the version that it was. The
 * change is to be committed together with the claim of the material for the key's usage. An RSA key comes as a promise:
 * whether it is sound is found out off the event loop.
 *
 * @throws {KeyError} `wrong-origin`, `import-*`, and what the key's state refuses
 */
export function importMaterial(
  space: KeySpace,
  key: Key,
  request: Import,
  nowMs: number,
  random: Random,
): MaybePromise<Imported> {
  requireImported(key);
  requireState(key, 'import', nowMs);
  requireExpiry(key, request.expiresAtMs, nowMs);
  return andThen(decryptImport(space, key, request, nowMs), (material) => {
    try {
      return {
        ...takeIn(space, key, request, material, nowMs, random),
        useId: space.tenantKey.materialUseId(material),
      };
    } finally {
      wipe(material);
    }
  });
}

function takeIn(
  space: KeySpace,
  key: Key,
  request: Import,
  material: KeyMaterial,
  nowMs: number,
  random: Random,
): Change<KeyVersion> {
  const materialId = space.tenantKey.materialId(key.id, material);
  const known = key.versions.find((version) => version.materialId === materialId);
  const isNew = request.kind === 'new' || (request.kind === undefined && key.versions.length === 0);
  if (isNew) {
    if (request.materialId !== undefined) throw new KeyError('import-material-id-unwanted', { keyId: key.id });
    requirePrimary(key);
    if (known?.stage === 'pending') return revive(space, key, known, request, material, random);
    const isOnly = key.versions.length === 0 || key.spec.family === 'aes';
    if (isOnly && known === undefined) return takeNew(space, key, request, material, materialId, nowMs, random);
    throw new KeyError('import-incorrect-material', { keyId: key.id, materialId });
  }
  const isWanted = request.materialId === undefined || request.materialId === materialId;
  if (known === undefined || !isWanted) throw new KeyError('import-incorrect-material', { keyId: key.id, materialId });
  return revive(space, key, known, request, material, random);
}

/** Forgets material: the key's current one, or the one named. It can be imported again. */
export function deleteMaterial(
  space: KeySpace,
  key: Key,
  materialId: string | undefined,
  nowMs: number,
): Change<KeyVersion | undefined> {
  requireImported(key);
  requireState(key, 'delete-material', nowMs);
  const version =
    materialId === undefined ? currentVersion(key) : key.versions.find((one) => one.materialId === materialId);
  if (version === undefined && materialId !== undefined)
    throw new KeyError('material-not-found', { keyId: key.id, materialId });
  if (version === undefined || version.material === null) return { ...unchanged(key), value: version };
  return { ...edit(space, key, { versions: replaced(key, { ...version, material: null }) }), value: version };
}

/**
 * What an import into a primary means for its replicas: a version that is new there waits for the same material in each
 * of them.
 */
export function shareImport(change: Change<KeyVersion>, key: Key, replicas: readonly Placed[]): Change<KeyVersion> {
  const { value: version } = change;
  if (key.versions.some(({ id }) => id === version.id)) return change;
  return withRelated(change, replicas, ({ key: replica }) => ({
    versions: [...replica.versions.filter(({ stage }) => stage !== 'pending'), withoutMaterial(version)],
  }));
}

/** What it means for replicas that a primary forgets material: they forget what no rotation has made permanent. */
export function shareDeletion(
  change: Change<KeyVersion | undefined>,
  replicas: readonly Placed[],
): Change<KeyVersion | undefined> {
  const { value: version } = change;
  if (change.writes.length === 0 || version?.stage !== 'pending') return change;
  return withRelated(change, replicas, ({ key: replica }) => ({
    versions: replica.versions.map((one) => (one.id === version.id ? { ...one, material: null } : one)),
  }));
}

/** A version as another region has it until its material is imported there. */
export function withoutMaterial(version: KeyVersion): KeyVersion {
  const { materialExpiresAtMs: _, description: __, ...shared } = version;
  return { ...shared, material: null };
}

/** Bytes of PKCS#8 as tools write it, where it is too long for some wrapping key. RSA keys fit none. */
const USUAL_LENGTH: Readonly<Record<string, number>> = { 'ec-p521': 241 };

/**
 * Whether material of the key can be wrapped in this way at all: what is sent by RSA alone must fit into one block.
 *
 * @throws {KeyError} `import-wrapping-unfit`
 */
export function requireWrapping(key: Key, algorithm: WrappingAlgorithmName, wrappingKey: WrappingKeySpec): void {
  if (algorithm !== 'RSAES_OAEP_SHA_1' && algorithm !== 'RSAES_OAEP_SHA_256') return;
  const room = maxPlaintext(algorithm, keySpecByAwsName(wrappingKey) as KeySpecRow);
  const usual = key.spec.family === 'rsa' ? Number.POSITIVE_INFINITY : (USUAL_LENGTH[key.spec.name] ?? 0);
  if (usual <= room) return;
  throw new KeyError('import-wrapping-unfit', {
    keyId: key.id,
    detail: `Key material of key spec ${key.spec.aws} does not fit wrapping algorithm ${algorithm} with wrapping key spec ${wrappingKey}. Use RSA_AES_KEY_WRAP_SHA_256.`,
  });
}

/** @throws {KeyError} `wrong-origin` */
export function requireImported(key: Key): void {
  if (key.origin !== 'imported') throw new KeyError('wrong-origin', { keyId: key.id });
}

function requireExpiry(key: Key, expiresAtMs: number | undefined, nowMs: number): void {
  if (expiresAtMs === undefined) return;
  const isInRange = expiresAtMs > nowMs && expiresAtMs <= nowMs + MAX_MATERIAL_LIFETIME_MS;
  if (!Number.isSafeInteger(expiresAtMs) || !isInRange) {
    throw new KeyError('import-expiry-out-of-range', { keyId: key.id });
  }
}

function decryptImport(space: KeySpace, key: Key, request: Import, nowMs: number): MaybePromise<KeyMaterial> {
  const token = key.importTokens.find(({ id }) => id === request.tokenId);
  if (token === undefined) throw new KeyError('import-token-invalid', { keyId: key.id });
  if (token.expiresAtMs <= nowMs) throw new KeyError('import-token-expired', { keyId: key.id });
  const privateKey = space.instanceKey.unwrap(
    tokenBinding(key, token.id, token.algorithm),
    Buffer.from(token.privateKey, 'base64'),
  );
  const brought = unwrapAndWipe(token.algorithm, privateKey, request.encrypted);
  if (brought === undefined) throw new KeyError('import-undecryptable', { keyId: key.id });
  const read = readImportedMaterial(key.spec, brought);
  wipe(brought);
  return andThen(read, (material) => {
    if (!isMaterialProblem(material)) return material;
    const code = material.code === 'wrong-length' ? 'import-wrong-length' : 'import-material-unfit';
    throw new KeyError(code, { keyId: key.id, detail: material.says });
  });
}

function unwrapAndWipe(algorithm: WrappingAlgorithmName, privateKey: Buffer, encrypted: Uint8Array) {
  try {
    return unwrapImported(algorithm, privateKey, encrypted);
  } finally {
    wipe(privateKey);
  }
}

function takeNew(
  space: KeySpace,
  key: Key,
  request: Import,
  material: Buffer,
  materialId: string,
  nowMs: number,
  random: Random,
): Change<KeyVersion> {
  const pending = key.versions.find((version) => version.stage === 'pending');
  const isAnother = pending !== undefined && hasMaterial(pending, nowMs) && pending.materialId !== materialId;
  if (isAnother) {
    throw new KeyError('import-another-pending', { keyId: key.id, materialId, otherMaterialId: pending.materialId });
  }
  const stage = currentVersion(key) === undefined ? 'current' : 'pending';
  const version = makeVersion(space, key, material, nowMs, random, { stage, ...annotations(request) });
  const others = key.versions.filter((one) => one.stage !== 'pending');
  return { ...edit(space, key, { versions: [...others, version] }), value: version };
}

function revive(
  space: KeySpace,
  key: Key,
  known: KeyVersion,
  request: Import,
  material: Buffer,
  random: Random,
): Change<KeyVersion> {
  const { materialExpiresAtMs: _, description, ...rest } = known;
  const version = {
    ...rest,
    ...(description !== undefined && { description }),
    ...annotations(request),
    material: wrapMaterial(space, key, known, material, random),
  };
  return { ...edit(space, key, { versions: replaced(key, version) }), value: version };
}

function annotations({ description, expiresAtMs }: Import): Pick<KeyVersion, 'description' | 'materialExpiresAtMs'> {
  return {
    ...(description !== undefined && { description }),
    ...(expiresAtMs !== undefined && { materialExpiresAtMs: expiresAtMs }),
  };
}

function replaced(key: Key, version: KeyVersion): KeyVersion[] {
  return key.versions.map((one) => (one.id === version.id ? version : one));
}

function tokenBinding(key: Key, tokenId: string, algorithm: string): Binding {
  return ['import-key', key.tenantId, key.region, key.id, tokenId, algorithm];
}
