import { wipe } from '../bytes/bytes.ts';
import { isMaterialProblem, readImportedMaterial, type KeyMaterial } from '../crypto/key-material.ts';
import type { MaterialProblem } from '../crypto/imported-pair.ts';
import type { Random } from '../crypto/random.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { edit, type Change } from './change.ts';
import { makeVersion } from './create.ts';
import { spentAuthorization } from './dual-authorization.ts';
import { KeyError } from './errors.ts';
import { openImport, requireImported } from './import-token.ts';
import { currentVersion, hasMaterial, type Key, type KeyVersion } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { wrapMaterial } from './material.ts';
import { requirePrimary, withRelated, type Placed } from './related.ts';
import { Share } from './share.ts';
import { requireState } from './state.ts';

/** Latest expiry of imported material, from the import on: 365 days. */
export const MAX_MATERIAL_LIFETIME_MS = 365 * 86_400_000;

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

/** What came of an import: the version, its key, and the name of the material's use (material-use.ts). */
export interface Imported extends TakenIn {
  readonly useId: string;
}

/**
 * Takes in material that its owner brings. The same material brought again revives the version that it was. The
 * change is to be committed together with the claim of the material for the key's usage. It comes as a promise where
 * the wrapping key works aside, and for RSA keys: whether one is sound is found out off the event loop.
 *
 * @throws {KeyError} `wrong-origin`, `import-*`, `too-many-waiting`, and what the key's state refuses
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
  return andThen(readImport(space, key, request, nowMs), (material) => {
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

interface TakenIn extends Change<KeyVersion> {
  readonly key: Key;
}

function takeIn(
  space: KeySpace,
  key: Key,
  request: Import,
  material: KeyMaterial,
  nowMs: number,
  random: Random,
): TakenIn {
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

/** A version as another region has it until its material is imported there. */
export function withoutMaterial(version: KeyVersion): KeyVersion {
  const { materialExpiresAtMs: _, description: __, ...shared } = version;
  return { ...shared, material: null };
}

function requireExpiry(key: Key, expiresAtMs: number | undefined, nowMs: number): void {
  if (expiresAtMs === undefined) return;
  const isInRange = expiresAtMs > nowMs && expiresAtMs <= nowMs + MAX_MATERIAL_LIFETIME_MS;
  if (!Number.isSafeInteger(expiresAtMs) || !isInRange) {
    throw new KeyError('import-expiry-out-of-range', { keyId: key.id });
  }
}

/** Checks of RSA keys that are waited for. */
const share = new Share();

function readImport(space: KeySpace, key: Key, request: Import, nowMs: number): MaybePromise<KeyMaterial> {
  const read = () => readBrought(space, key, request, nowMs);
  return key.spec.family === 'rsa' ? share.take(space.tenantId, async () => read()) : read();
}

function readBrought(space: KeySpace, key: Key, request: Import, nowMs: number): MaybePromise<KeyMaterial> {
  const opening = openImport(space, key, request.tokenId, request.encrypted, nowMs);
  const reading = andThen<Buffer, KeyMaterial | MaterialProblem>(opening, (brought) => {
    const read = readImportedMaterial(key.spec, brought);
    wipe(brought);
    return read;
  });
  return andThen(reading, (material) => {
    if (!isMaterialProblem(material)) return material;
    const code = material.code === 'wrong-length' ? 'import-wrong-length' : 'import-material-unfit';
    throw new KeyError(code, { keyId: key.id, detail: material.says });
  });
}

function takeNew(
  space: KeySpace,
  key: Key,
  request: Import,
  material: Buffer,
  materialId: string,
  nowMs: number,
  random: Random,
): TakenIn {
  const pending = key.versions.find((version) => version.stage === 'pending');
  const isAnother = pending !== undefined && hasMaterial(pending, nowMs) && pending.materialId !== materialId;
  if (isAnother) {
    throw new KeyError('import-another-pending', { keyId: key.id, materialId, otherMaterialId: pending.materialId });
  }
  const stage = currentVersion(key) === undefined ? 'current' : 'pending';
  const version = makeVersion(space, key, material, nowMs, random, { stage, ...annotations(request) });
  const others = key.versions.filter((one) => one.stage !== 'pending');
  return ofVersion(edit(space, key, { versions: [...others, version], ...spent(key, request) }), version);
}

function revive(
  space: KeySpace,
  key: Key,
  known: KeyVersion,
  request: Import,
  material: Buffer,
  random: Random,
): TakenIn {
  const { materialExpiresAtMs: _, description, ...rest } = known;
  const version = {
    ...rest,
    ...(description !== undefined && { description }),
    ...annotations(request),
    material: wrapMaterial(space, key, known, material, random),
  };
  return ofVersion(edit(space, key, { versions: replaced(key, version), ...spent(key, request) }), version);
}

function ofVersion(change: Change<Key>, version: KeyVersion): TakenIn {
  return { ...change, value: version, key: change.value };
}

function annotations({ description, expiresAtMs }: Import): Pick<KeyVersion, 'description' | 'materialExpiresAtMs'> {
  return {
    ...(description !== undefined && { description }),
    ...(expiresAtMs !== undefined && { materialExpiresAtMs: expiresAtMs }),
  };
}

/** Whether an import sets an end to material in use: it deletes what takes two people to delete, later. */
export function endsMaterialInUse({ versions }: Key, { expiresAtMs }: Pick<Import, 'expiresAtMs'>): boolean {
  return expiresAtMs !== undefined && versions.some(({ material }) => material !== null);
}

/** The word of another person serves one deletion: also that which an end is. */
function spent(key: Key, request: Import): Pick<Key, 'dualAuthorization'> {
  return endsMaterialInUse(key, request) ? spentAuthorization(key) : {};
}

function replaced(key: Key, version: KeyVersion): KeyVersion[] {
  return key.versions.map((one) => (one.id === version.id ? version : one));
}
