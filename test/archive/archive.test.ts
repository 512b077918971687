import { createSecretKey, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aadOfList, aadOfMap } from '../../src/crypto/aad.ts';
import { decrypt, parseCiphertext } from '../../src/crypto/ciphertext.ts';
import { BarrierKey, SealKey } from '../../src/crypto/hierarchy.ts';
import type { Binding } from '../../src/crypto/wrapped-secret.ts';

/**
 * What earlier versions wrote. Whatever lies here must open for ever: a test that fails here is answered by a change
 * of the code, never of the archive. The digests see to that.
 */
const ARCHIVE = {
  'v1/hierarchy.json': '7160c35d00b635b4a4220e8a7fa0cac362c64d79d47e0326851f0a38f7529f31',
  'v1/ciphertexts.json': '609e8953f4ca3c1f678c8a928bd3044490aab7a8a24b44731fad84c290509829',
};

interface Hierarchy {
  readonly sealKey: string;
  readonly sealId: string;
  readonly tenantId: string;
  readonly region: string;
  readonly keyId: string;
  readonly materialId: string;
  readonly wrappedBarrier: string;
  readonly wrappedTenant: string;
  readonly wrappedInstance: string;
  readonly secrets: readonly {
    readonly level: 'barrier' | 'tenant' | 'instance';
    readonly binding: Binding;
    readonly secret: string;
    readonly wrapped: string;
  }[];
}

interface Ciphertexts {
  readonly handle: string;
  readonly ciphertexts: readonly {
    readonly context: { readonly map?: readonly (readonly [string, string])[]; readonly list?: string[] } | null;
    readonly plaintext: string;
    readonly ciphertext: string;
  }[];
}

const read = (name: keyof typeof ARCHIVE) => readFileSync(join(import.meta.dirname, name));
const bytes = (base64: string) => Buffer.from(base64, 'base64');

function openLevels(archived: Hierarchy) {
  const seal = new SealKey(bytes(archived.sealKey));
  const barrier = BarrierKey.from(seal.unwrap(['barrier-key', archived.sealId], bytes(archived.wrappedBarrier)));
  const tenant = barrier.openTenantKey(archived.tenantId, bytes(archived.wrappedTenant));
  const instance = tenant.openInstanceKey(archived.region, bytes(archived.wrappedInstance));
  return { barrier, tenant, instance };
}

describe('the archive', () => {
  it.each(Object.entries(ARCHIVE))('%s is as it was written', (name, digest) => {
    expect(hash('sha256', read(name as keyof typeof ARCHIVE))).toBe(digest);
  });
});

describe('version 1', () => {
  const archived = JSON.parse(read('v1/hierarchy.json').toString()) as Hierarchy;
  const { handle, ciphertexts } = JSON.parse(read('v1/ciphertexts.json').toString()) as Ciphertexts;
  const levels = openLevels(archived);

  it.each(archived.secrets)('$level opens $binding.0', ({ level, binding, secret, wrapped }) => {
    expect(levels[level].unwrap(binding, bytes(wrapped)).toString('base64')).toBe(secret);
  });

  it('opens every ciphertext from the key of the seal file down', () => {
    const { level, binding, wrapped } = archived.secrets.find((entry) => entry.binding[0] === 'material') ?? missing();
    const material = levels[level].unwrap(binding, bytes(wrapped));
    expect(levels.tenant.materialId(archived.keyId, material)).toBe(archived.materialId);

    const key = createSecretKey(material);
    const opened = ciphertexts.map(({ ciphertext, context }) => {
      const parsed = parseCiphertext(bytes(ciphertext)) ?? missing();
      expect(parsed.handle.toString('base64')).toBe(handle);
      const aad = context?.list ? aadOfList(context.list) : aadOfMap(new Map(context?.map));
      return decrypt(key, parsed, aad).toString('base64');
    });
    expect(opened).toHaveLength(16);
    expect(opened).toEqual(ciphertexts.map(({ plaintext }) => plaintext));
  });
});

function missing(): never {
  throw new Error('the archive lacks it');
}
