import type { KeySpecRow, KeyUsage, Origin } from '../crypto/key-spec.ts';
import type { WrappingAlgorithmName } from '../crypto/import-wrapping.ts';

/** The life cycle of a key (vocabulary: key states). Whether material is there is derived, never a state. */
export type KeyState = 'active' | 'suspended' | 'deactivated' | 'pending-deletion' | 'deleted' | 'destroyed';

/** Where a version stands: it encrypts; it only decrypts; it waits for a rotation to make it the current one. */
export type Stage = 'current' | 'previous' | 'pending';

/** What made a version the current one. */
export type RotationCause = 'automatic' | 'on-demand';

/** The key ring of a key that is in no other. */
export const DEFAULT_RING = 'default';

/** One generation of a key's material. It outlives its material: re-imported, it opens its old ciphertexts again. */
export interface KeyVersion {
  /** UUID. */
  readonly id: string;
  /** Base64 of the 16-byte handle in its ciphertexts. */
  readonly handle: string;
  /** 64 hexadecimal digits. */
  readonly materialId: string;
  readonly stage: Stage;
  readonly createdAtMs: number;
  /** When and why it became the current one; absent for a key's first version and for a pending one. */
  readonly rotation?: { readonly atMs: number; readonly cause: RotationCause };
  /** Base64 of the wrapped material; null while it is deleted. */
  readonly material: string | null;
  /** Base64 of the public half (SPKI, DER), where there is one: it can be told without opening the material. */
  readonly publicKey?: string;
  /** Only for imported material that expires. */
  readonly materialExpiresAtMs?: number;
  /** What the importer wrote to it. */
  readonly description?: string;
}

export interface Alias {
  /** With its prefix: `alias/...`. */
  readonly name: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Who made it: the name of {@link Key.createdBy}. */
  readonly createdBy?: string;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A handle for one or more imports: the private half of a wrapping key, valid for 24 hours. */
export interface ImportToken {
  /** UUID. */
  readonly id: string;
  readonly algorithm: WrappingAlgorithmName;
  /** Base64 of the wrapped PKCS#8 of the RSA key. */
  readonly privateKey: string;
  readonly expiresAtMs: number;
}

/** New material of our own by itself, every so often. */
export interface RotationPolicy {
  /** 30 to 2560: AWS has 90 at least, IBM months of 30. */
  readonly periodDays: number;
  /** When the next rotation is due. It waits while the key is disabled. */
  readonly nextAtMs: number;
}

/** One of several related keys: same id, material, spec, usage, origin and rotation; everything else is its own. */
export interface MultiRegion {
  readonly primaryRegion: string;
  /** All regions that have one of the related keys, the primary's among them, sorted. */
  readonly regions: readonly string[];
}

/** Where a key lives whose bits, or some of them, are not here. */
export interface KeyStoreBacking {
  readonly keyStoreId: string;
  /** The name of the key in an external key store. */
  readonly externalKeyId?: string;
}

export interface Deletion {
  readonly scheduledAtMs: number;
  readonly windowDays: number;
  /** From this time on the key is gone. Absent for a primary: its time begins to run when its last replica is gone. */
  readonly dueAtMs?: number;
}

/** A key that was deleted: what can still be taken back for 30 days, and is known for 90. */
export interface Removal {
  readonly atMs: number;
  /** Who did it, by the name of {@link Key.createdBy}. */
  readonly by: string;
}

/** Two people delete a key: one authorises it, another one does it. Once asked for, it stays. */
export interface DualAuthorization {
  /** The first of the two; it holds for seven days. */
  readonly authorized?: {
    readonly principalId: string;
    readonly by: string;
    /** When it was given; the first version did not say. */
    readonly atMs?: number;
    readonly expiresAtMs: number;
  };
}

/** When and by whom a rule about a key was set, and its name. */
export interface RuleNote {
  /** UUID. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
}

/** What is known of the rules of a key besides what they say. */
export interface RuleNotes {
  /** `intervalDays` is kept while the rotation is switched off. */
  readonly rotation?: RuleNote & { readonly intervalDays: number };
  readonly dualAuthorization?: RuleNote;
}

/** A key: everything about it that changes under one revision. */
export interface Key {
  readonly tenantId: string;
  readonly region: string;
  readonly id: string;
  readonly revision: number;
  readonly spec: KeySpecRow;
  readonly usage: KeyUsage;
  readonly origin: Origin;
  readonly extractable: boolean;
  readonly state: KeyState;
  readonly description: string;
  readonly createdAtMs: number;
  /** The access policy as it was given: a JSON text in the AWS policy language. */
  readonly accessPolicy: string;
  readonly aliases: readonly Alias[];
  readonly tags: readonly Tag[];
  readonly versions: readonly KeyVersion[];
  readonly importTokens: readonly ImportToken[];
  readonly deletion?: Deletion;
  readonly rotation?: RotationPolicy;
  readonly multiRegion?: MultiRegion;
  readonly keyStore?: KeyStoreBacking;
  /** What people call it; need not be unique. */
  readonly name?: string;
  /** The group that it is in; absent: the default one. */
  readonly keyRing?: string;
  /** Who made it: {@link iamIdOf} of identity. */
  readonly createdBy?: string;
  /** When its time to protect data is over: it is deactivated then, for good. */
  readonly expiresAtMs?: number;
  /** When anything that people see of it changed last; absent: not since it was made. */
  readonly updatedAtMs?: number;
  /** When it was switched on or off, deleted or restored last: what waiting times run from. */
  readonly stateChangedAtMs?: number;
  /** When its registered services were told anew last. */
  readonly syncedAtMs?: number;
  readonly removal?: Removal;
  /** Present: two people delete it. */
  readonly dualAuthorization?: DualAuthorization;
  readonly ruleNotes?: RuleNotes;
  /** Derived whenever a key is found, never stored: its key store is not connected. */
  readonly isUnavailable?: boolean;
}

/** The version that encrypts, if the key has one. */
export function currentVersion(key: Key): KeyVersion | undefined {
  return key.versions.find((version) => version.stage === 'current');
}

/** The time of the last rotation, whatever brought it about; `undefined` where there was none. */
export function lastRotationMs({ versions }: Pick<Key, 'versions'>): number | undefined {
  return versions.reduce<number | undefined>((last, { rotation }) => {
    return rotation === undefined ? last : Math.max(rotation.atMs, last ?? rotation.atMs);
  }, undefined);
}

/** Whether a version's material is there and has not expired. */
export function hasMaterial(version: Pick<KeyVersion, 'material' | 'materialExpiresAtMs'>, nowMs: number): boolean {
  return version.material !== null && (version.materialExpiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
}

/** Whether a key has relatives in other regions. */
export function hasRelatives({ multiRegion }: Key): boolean {
  return multiRegion !== undefined && multiRegion.regions.length > 1;
}

/** Whether a key is alone, or the one of its relatives by which all of them are rotated, replicated and let go. */
export function isPrimary({ multiRegion, region }: Key): boolean {
  return multiRegion === undefined || multiRegion.primaryRegion === region;
}
