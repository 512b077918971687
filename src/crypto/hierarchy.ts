import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { deriveKey, label } from './kdf.ts';
import type { Random } from './random.ts';
import { hedgedSalt } from './salt.ts';
import { unwrapSecret, wrapSecret, type Binding, type WrappedSecret } from './wrapped-secret.ts';

/**
 * The key hierarchy of docs/spec/key-hierarchy.md. Each level holds keys derived from its root and forgets the root.
 */
const ROOT_LENGTH = 32;

const LABELS = {
  seal: label('keystead/seal/barrier/v1'),
  barrierWrap: label('keystead/barrier/wrap/v1'),
  barrierRecords: label('keystead/barrier/records/v1'),
  barrierQueue: label('keystead/barrier/queue/v1'),
  barrierChallenge: label('keystead/barrier/challenge/v1'),
  tenantWrap: label('keystead/tenant/wrap/v1'),
  tenantRecords: label('keystead/tenant/records/v1'),
  tenantMaterialId: label('keystead/tenant/material-id/v1'),
  tenantMaterialUse: label('keystead/tenant/material-use/v1'),
  instanceWrap: label('keystead/instance/wrap/v1'),
};

/** Wraps secrets that belong at this level, and opens them where they belong. */
class WrappingLevel {
  readonly #wrap: KeyObject;

  constructor(wrap: KeyObject) {
    this.#wrap = wrap;
  }

  wrap(binding: Binding, secret: Uint8Array, random: Random): WrappedSecret {
    // Of a machine that was copied while it ran two may be asked to wrap another secret for the same place.
    const salt = hedgedSalt(random(32), lengthPrefixed(...binding), secret);
    return wrapSecret(this.#wrap, binding, salt, secret);
  }

  /** @throws {UnwrapError} */
  unwrap(binding: Binding, wrapped: Uint8Array): Buffer {
    return unwrapSecret(this.#wrap, binding, wrapped);
  }
}

/** What a seal file's key wraps: the barrier key, and nothing else. */
export class SealKey extends WrappingLevel {
  /** @param key 32 bytes, which stay the caller's to wipe */
  constructor(key: Uint8Array) {
    if (key.byteLength !== ROOT_LENGTH) throw new RangeError('the key of a seal file has 32 bytes');
    super(deriveKey(createSecretKey(key), LABELS.seal));
  }
}

/** The top key of this installation. */
export class BarrierKey extends WrappingLevel {
  /** Authenticates the installation's own records. */
  readonly records: KeyObject;
  /** Marks the audit entries that wait in the database. */
  readonly queue: KeyObject;
  /** Authenticates the challenges that sign-in hands out. */
  readonly challenges: KeyObject;

  private constructor(root: KeyObject) {
    super(deriveKey(root, LABELS.barrierWrap));
    this.records = deriveKey(root, LABELS.barrierRecords);
    this.queue = deriveKey(root, LABELS.barrierQueue);
    this.challenges = deriveKey(root, LABELS.barrierChallenge);
  }

  /** Takes over the root and wipes it. */
  static from(root: Buffer): BarrierKey {
    return fromRoot(root, (key) => new BarrierKey(key));
  }

  makeTenantKey(tenantId: string, random: Random): WrappedSecret {
    return wrapFreshRoot((root) => this.wrap(['tenant-key', tenantId], root, random));
  }

  openTenantKey(tenantId: string, wrapped: Uint8Array): TenantKey {
    return TenantKey.from(this.unwrap(['tenant-key', tenantId], wrapped), tenantId);
  }
}

/** The key of one tenant: its records, its secrets, its instance keys. */
export class TenantKey extends WrappingLevel {
  readonly tenantId: string;
  /** Authenticates the tenant's records. */
  readonly records: KeyObject;
  readonly #materialId: KeyObject;
  readonly #materialUse: KeyObject;

  private constructor(root: KeyObject, tenantId: string) {
    super(deriveKey(root, LABELS.tenantWrap));
    this.tenantId = tenantId;
    this.records = deriveKey(root, LABELS.tenantRecords);
    this.#materialId = deriveKey(root, LABELS.tenantMaterialId);
    this.#materialUse = deriveKey(root, LABELS.tenantMaterialUse);
  }

  static from(root: Buffer, tenantId: string): TenantKey {
    return fromRoot(root, (key) => new TenantKey(key, tenantId));
  }

  makeInstanceKey(region: string, random: Random): WrappedSecret {
    return wrapFreshRoot((root) => this.wrap(['instance-key', this.tenantId, region], root, random));
  }

  openInstanceKey(region: string, wrapped: Uint8Array): InstanceKey {
    return InstanceKey.from(this.unwrap(['instance-key', this.tenantId, region], wrapped));
  }

  /** 64 hexadecimal digits that name this material in this key, and survive the material. */
  materialId(keyId: string, material: Uint8Array): string {
    return createHmac('sha256', this.#materialId).update(lengthPrefixed(keyId, material)).digest('hex');
  }

  /** 64 hexadecimal digits that name this material in the tenant, whatever the key. */
  materialUseId(material: Uint8Array): string {
    return createHmac('sha256', this.#materialUse).update(material).digest('hex');
  }
}

/** The key of one tenant in one region: wraps the material of its keys. */
export class InstanceKey extends WrappingLevel {
  static from(root: Buffer): InstanceKey {
    return fromRoot(root, (key) => new InstanceKey(deriveKey(key, LABELS.instanceWrap)));
  }
}

/** 32 random bytes for a new barrier key. The caller wipes them. */
export function makeBarrierRoot(): Buffer {
  return randomBytes(ROOT_LENGTH);
}

function fromRoot<Level>(root: Buffer, make: (key: KeyObject) => Level): Level {
  try {
    if (root.length !== ROOT_LENGTH) throw new RangeError('a root key has 32 bytes');
    return make(createSecretKey(root));
  } finally {
    wipe(root);
  }
}

function wrapFreshRoot(wrap: (root: Buffer) => WrappedSecret): WrappedSecret {
  const root = randomBytes(ROOT_LENGTH);
  try {
    return wrap(root);
  } finally {
    wipe(root);
  }
}
