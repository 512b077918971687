import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BarrierKey, InstanceKey, makeBarrierRoot, SealKey, TenantKey } from './hierarchy.ts';
import { UnwrapError, type Binding } from './wrapped-secret.ts';

const root = Buffer.alloc(32, 0x11);
const fresh = () => Buffer.from(root);
const random = (length: number) => randomBytes(length);

/** docs/spec/key-hierarchy.md: derive(root, label). */
function derived(label: string): Buffer {
  const input = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from(`${label}\0`), Buffer.from([0, 0, 1, 0])]);
  return createHmac('sha512', root).update(input).digest().subarray(0, 32);
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof UnwrapError) return false;
    throw error;
  }
}

describe('a level of the hierarchy', () => {
  it.each<[string, (root: Buffer) => unknown]>([
    ['barrier', (bytes) => BarrierKey.from(bytes)],
    ['tenant', (bytes) => TenantKey.from(bytes, 'tenant')],
    ['instance', (bytes) => InstanceKey.from(bytes)],
  ])('%s takes over its root and wipes it, whether it fits or not', (_name, from) => {
    const bytes = randomBytes(32);
    from(bytes);
    expect(bytes).toEqual(Buffer.alloc(32));
    for (const length of [0, 16, 31, 33, 64]) {
      const wrong = Buffer.alloc(length, 1);
      expect(() => from(wrong)).toThrow('a root key has 32 bytes');
      expect(wrong).toEqual(Buffer.alloc(length));
    }
  });

  it.each([0, 16, 31, 33])('seal: refuses a key of %d bytes', (length) => {
    expect(() => new SealKey(Buffer.alloc(length, 1))).toThrow('32 bytes');
  });

  it('has a new root every time', () => {
    expect(makeBarrierRoot()).toHaveLength(32);
    expect(makeBarrierRoot()).not.toEqual(makeBarrierRoot());
  });

  it('derives its record keys by the labels of the specification, each its own', () => {
    const raw = (key: KeyObject) => key.export();
    const barrier = raw(BarrierKey.from(fresh()).records);
    const tenant = raw(TenantKey.from(fresh(), 't').records);
    expect(barrier).toEqual(derived('keystead/barrier/records/v1'));
    expect(tenant).toEqual(derived('keystead/tenant/records/v1'));
    expect(barrier).not.toEqual(tenant);
  });

  it('wraps under a key of its own even where two levels have the same root', () => {
    const levels = {
      seal: new SealKey(root),
      barrier: BarrierKey.from(fresh()),
      tenant: TenantKey.from(fresh(), 't'),
      instance: InstanceKey.from(fresh()),
    };
    const place: Binding = ['credential', 't', 'c'];
    for (const [name, level] of Object.entries(levels)) {
      const wrapped = level.wrap(place, Buffer.from('secret'), random);
      const readers = Object.entries(levels).filter(([, reader]) => opens(() => reader.unwrap(place, wrapped)));
      expect(readers).toEqual([[name, level]]);
    }
  });
});

describe('a level on a machine that was copied while it ran', () => {
  it('wraps two secrets for one place under two salts, although the random bytes are the same', () => {
    const repeating = (length: number) => Buffer.alloc(length, 7);
    const level = TenantKey.from(Buffer.alloc(32, 1), 't');
    const place: Binding = ['credential', 't', 'c'];
    const wrap = (secret: string) => level.wrap(place, Buffer.from(secret), repeating);
    const [one, other] = [wrap('one secret'), wrap('and another')];
    // docs/spec/key-hierarchy.md: the salt stands behind magic and format.
    expect(one.subarray(3, 35)).not.toEqual(other.subarray(3, 35));
    expect(level.unwrap(place, other).toString()).toBe('and another');
  });
});

describe('the chain', () => {
  const sealBytes = randomBytes(32);
  const seal = new SealKey(sealBytes);
  const barrierRoot = makeBarrierRoot();
  const wrappedBarrier = seal.wrap(['barrier-key', 'seal-1'], barrierRoot, random);
  const barrier = BarrierKey.from(barrierRoot);
  const wrappedTenant = barrier.makeTenantKey('tenant-1', random);
  const tenant = barrier.openTenantKey('tenant-1', wrappedTenant);
  const wrappedInstance = tenant.makeInstanceKey('eu-central-1', random);
  const place: Binding = ['import-key', 'tenant-1', 'eu-central-1', 'key', 'token', 'RSAES_OAEP_SHA_256'];
  const wrappedSecret = tenant.openInstanceKey('eu-central-1', wrappedInstance).wrap(place, Buffer.from('x'), random);

  it('opens from the seal file down, in another process as it were', () => {
    const again = BarrierKey.from(new SealKey(sealBytes).unwrap(['barrier-key', 'seal-1'], wrappedBarrier));
    const tenantAgain = again.openTenantKey('tenant-1', wrappedTenant);
    const instanceAgain = tenantAgain.openInstanceKey('eu-central-1', wrappedInstance);
    expect(instanceAgain.unwrap(place, wrappedSecret)).toEqual(Buffer.from('x'));
    expect(tenantAgain.records.equals(tenant.records)).toBe(true);
    expect(tenantAgain.materialId('k', Buffer.from('m'))).toBe(tenant.materialId('k', Buffer.from('m')));
  });

  it.each<[string, () => unknown]>([
    ['another seal', () => seal.unwrap(['barrier-key', 'seal-2'], wrappedBarrier)],
    ['another tenant', () => barrier.openTenantKey('tenant-2', wrappedTenant)],
    ['another region', () => tenant.openInstanceKey('eu-west-1', wrappedInstance)],
    ["another tenant's instance key", () => otherTenant().openInstanceKey('eu-central-1', wrappedInstance)],
    ['another level', () => barrier.openTenantKey('tenant-1', wrappedInstance)],
    ['another installation', () => BarrierKey.from(makeBarrierRoot()).openTenantKey('tenant-1', wrappedTenant)],
  ])('does not open in the place of %s', (_name, open) => {
    expect(open).toThrow(UnwrapError);
  });

  it('makes a new key for each tenant and region', () => {
    const second = barrier.openTenantKey('tenant-1', barrier.makeTenantKey('tenant-1', random));
    expect(second.records.equals(tenant.records)).toBe(false);
    const otherRegion = tenant.openInstanceKey('eu-west-1', tenant.makeInstanceKey('eu-west-1', random));
    expect(() => otherRegion.unwrap(place, wrappedSecret)).toThrow(UnwrapError);
  });

  function otherTenant(): TenantKey {
    return barrier.openTenantKey('tenant-2', barrier.makeTenantKey('tenant-2', random));
  }
});

describe('a material id', () => {
  const tenant = TenantKey.from(Buffer.alloc(32, 1), 't');
  const id = (keyId: string, material: string) => tenant.materialId(keyId, Buffer.from(material));

  it('is the same for the same material in the same key, and differs otherwise', () => {
    expect(id('key', 'material')).toMatch(/^[0-9a-f]{64}$/);
    expect(id('key', 'material')).toBe(id('key', 'material'));
    const other = TenantKey.from(Buffer.alloc(32, 2), 't').materialId('key', Buffer.from('material'));
    const ids = [id('key', 'material'), id('kez', 'material'), id('key', 'materiam'), id('keym', 'aterial'), other];
    expect(new Set(ids).size).toBe(5);
  });
});
