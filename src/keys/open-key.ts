import type { KeyObject } from 'node:crypto';
import type { Decision } from '../access/evaluate.ts';
import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import type { Handle } from '../crypto/ciphertext.ts';
import { keyCheckValue } from '../crypto/key-check-value.ts';
import { KeyError } from './errors.ts';
import { currentVersion, hasMaterial, type Key, type KeyVersion } from './key.ts';
import { keyRecordId } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import type { KeyStore } from './key-store.ts';
import { openMaterial, openPublicKey } from './material.ts';

/** How long material stays open without use, and at all, in milliseconds. */
export const MATERIAL_IDLE_MS = 10 * 60_000;
export const MATERIAL_LIFETIME_MS = 60 * 60_000;

interface OpenMaterial {
  readonly material: KeyObject;
  readonly openedAtMs: number;
  usedAtMs: number;
}

/** A version that can be used now. */
export interface UsableVersion {
  readonly version: KeyVersion;
  readonly handle: Handle;
  readonly material: KeyObject;
}

/** The public half of a version that can be used now. */
export interface PublicHalf {
  readonly version: KeyVersion & { readonly publicKey: string };
  readonly publicKey: KeyObject;
}

/**
 * One revision of a key with what is worth keeping of it: its compiled policy and its opened material. A new revision
 * is a new OpenKey, so nothing that was opened survives a change of state.
 */
export class OpenKey {
  readonly key: Key;
  readonly space: KeySpace;
  /** Where the key lives, if that is elsewhere. */
  readonly keyStore: KeyStore | undefined;
  /** How entries name it: the id of its record. */
  readonly recordId: string;
  /** What the evaluator said for this revision, by principal and action: see the pipeline. */
  readonly decisions = new Map<string, Decision>();
  #policy: AccessPolicy | undefined;
  readonly #handles: ReadonlyMap<string, KeyVersion>;
  readonly #materials = new Map<string, OpenMaterial>();
  #public: KeyObject | undefined;
  readonly #current: { readonly version: KeyVersion; readonly handle: Handle } | undefined;

  constructor(key: Key, space: KeySpace, keyStore?: KeyStore) {
    this.key = key;
    this.space = space;
    this.keyStore = keyStore;
    this.recordId = keyRecordId(key.id, key.region);
    this.#handles = new Map(key.versions.map((version) => [version.handle, version]));
    const version = currentVersion(key);
    this.#current = version && { version, handle: Buffer.from(version.handle, 'base64') as Handle };
  }

  get accessPolicy(): AccessPolicy {
    this.#policy ??= parsePolicy(this.key.accessPolicy, 'key');
    return this.#policy;
  }

  /** The version that encrypts. @throws {KeyError} `key-pending-import` */
  current(nowMs: number): UsableVersion {
    if (this.#current === undefined) throw new KeyError('key-pending-import', { keyId: this.key.id });
    const { version, handle } = this.#current;
    return { version, handle, material: this.#open(version, nowMs) };
  }

  /**
   * The public half of the current version: telling it or verifying by it needs no secret.
   *
   * @throws {KeyError} `key-pending-import`; `wrong-family` for secret keys
   */
  publicHalf(nowMs: number): PublicHalf {
    const version = this.#current?.version;
    if (version === undefined || !hasMaterial(version, nowMs)) {
      throw new KeyError('key-pending-import', { keyId: this.key.id });
    }
    if (version.publicKey === undefined) throw new KeyError('wrong-family', { keyId: this.key.id });
    this.#public ??= openPublicKey(version.publicKey);
    return { version: version as PublicHalf['version'], publicKey: this.#public };
  }

  /** The version that a ciphertext names. @throws {KeyError} `invalid-ciphertext`, `key-pending-import` */
  byHandle(handle: Handle, nowMs: number): UsableVersion {
    const version = this.#handles.get(handle.toString('base64'));
    if (version === undefined) throw new KeyError('invalid-ciphertext', { keyId: this.key.id });
    return { version, handle, material: this.#open(version, nowMs) };
  }

  /** The version with an id, which a wrapped key names. @throws {KeyError} `invalid-ciphertext`, `key-pending-import` */
  byVersionId(versionId: string, nowMs: number): UsableVersion {
    const current = this.#current?.version;
    const version = current?.id === versionId ? current : this.key.versions.find(({ id }) => id === versionId);
    if (version === undefined) {
      throw new KeyError('invalid-ciphertext', { keyId: this.key.id, detail: 'unknown-version' });
    }
    return { version, handle: Buffer.from(version.handle, 'base64') as Handle, material: this.#open(version, nowMs) };
  }

  /** The fingerprint of a version's material, for its owner to compare: none of a stored secret, which may be guessed. */
  checkValue(version: KeyVersion, nowMs: number): string | undefined {
    if (!hasMaterial(version, nowMs) || this.key.spec.family === 'secret') return undefined;
    const { publicKey } = version;
    return keyCheckValue(publicKey === undefined ? this.#open(version, nowMs) : openPublicKey(publicKey));
  }

  /** Closes material that nobody used for a while, or that was open for long. */
  closeIdle(nowMs: number): void {
    for (const [id, open] of this.#materials) if (isStale(open, nowMs)) this.#materials.delete(id);
  }

  #open(version: KeyVersion, nowMs: number): KeyObject {
    if (!hasMaterial(version, nowMs)) throw new KeyError('key-pending-import', { keyId: this.key.id });
    const open = this.#materials.get(version.id);
    if (open !== undefined && !isStale(open, nowMs)) {
      open.usedAtMs = nowMs;
      return open.material;
    }
    const material = openMaterial(this.space, this.key, version as KeyVersion & { material: string });
    this.#materials.set(version.id, { material, openedAtMs: nowMs, usedAtMs: nowMs });
    return material;
  }
}

/** By how far the clock is off what it was then: one that is set back closes as well, it would not for as long. */
function isStale({ usedAtMs, openedAtMs }: OpenMaterial, nowMs: number): boolean {
  return Math.abs(nowMs - usedAtMs) > MATERIAL_IDLE_MS || Math.abs(nowMs - openedAtMs) > MATERIAL_LIFETIME_MS;
}
