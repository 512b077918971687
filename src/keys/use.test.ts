import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCiphertext, type Handle, type ParsedCiphertext } from '../crypto/ciphertext.ts';
import { UnwrapError } from '../crypto/wrapped-secret.ts';
import {
  AAD,
  bring,
  codeOf,
  importedKey,
  inRegion,
  keyAfter,
  makeSpace,
  newKey,
  NOW,
  opened,
  random,
  sealed,
} from './key-space.fixture.ts';
import type { Key } from './key.ts';
import { disable } from './lifecycle.ts';
import { MATERIAL_IDLE_MS, MATERIAL_LIFETIME_MS, OpenKey } from './open-key.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';
import { rotateOnDemand } from './rotate.ts';
import { decrypt, encrypt, generateDataKey } from './use.ts';

const MAX_ON_DEMAND_ROTATIONS = DEFAULT_QUOTAS.onDemandRotations;
const space = makeSpace();
const key = newKey(space);
const rotated = (of: Key, times = 1): Key =>
  times === 0 ? of : rotated(keyAfter(space, rotateOnDemand({ space, key: of }, [], NOW, random)), times - 1);

describe('encryption', () => {
  it.each([1, 2, 15, 16, 17, 4095, 4096])('of %d bytes comes back', (length) => {
    const plaintext = randomBytes(length);
    const open = new OpenKey(key, space);
    const { ciphertext, version } = encrypt(open, plaintext, AAD, NOW, random);
    const back = decrypt(open, parseCiphertext(ciphertext) as ParsedCiphertext, AAD, NOW);
    expect(back.plaintext).toEqual(plaintext);
    expect([back.version, version]).toEqual([key.versions[0], key.versions[0]]);
  });

  it.each([0, 4097])('of %d bytes is a fault of the caller', (length) => {
    expect(() => encrypt(new OpenKey(key, space), Buffer.alloc(length), AAD, NOW, random)).toThrow(RangeError);
  });

  it('tells a wrong context from damage for the audit entry alone: the code is one', () => {
    const ciphertext = sealed(space, key, 'secret');
    const bytes = Buffer.from(ciphertext.bytes);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    const open = new OpenKey(key, space);
    const failing = (parsed: ParsedCiphertext, aad: Buffer, detail: string) =>
      expect(() => decrypt(open, parsed, aad, NOW)).toThrow(
        expect.objectContaining({ code: 'invalid-ciphertext', facts: { keyId: key.id, detail } }),
      );
    failing(ciphertext, Buffer.from([1]), 'wrong-context');
    failing({ ...ciphertext, bytes } as ParsedCiphertext, AAD, 'damaged');
  });

  it('looks up the version by its handle and tries no other', () => {
    const other = newKey(space);
    expect(codeOf(() => opened(space, other, sealed(space, key, 'x')))).toBe('invalid-ciphertext');
    // The handle of another version of the same key in front of a message: that version is taken, and it does not fit.
    const two = rotated(key);
    const [old, young] = [sealed(space, key, 'x'), sealed(space, two, 'y')];
    const swapped = Buffer.from(old.bytes);
    young.handle.copy(swapped, 4);
    const parsed = parseCiphertext(swapped) as ParsedCiphertext;
    expect(codeOf(() => opened(space, two, parsed))).toBe('invalid-ciphertext');
  });

  it.each([
    ['another usage', { usage: 'generate-verify-mac' }],
    ['another family', { spec: { ...key.spec, family: 'rsa' } }],
  ] as const)('is refused to keys of %s', (_, fields) => {
    const odd = { ...key, ...fields };
    expect(codeOf(() => sealed(space, odd, 'x'))).toBe('wrong-usage');
    expect(codeOf(() => opened(space, odd, sealed(space, key, 'x')))).toBe('wrong-usage');
  });
});

describe('data keys', () => {
  it.each([1, 16, 32, 64, 1024])('of %d bytes are what their ciphertext holds, and differ', (length) => {
    const open = new OpenKey(key, space);
    const made = Array.from({ length: 20 }, () => generateDataKey(open, length, AAD, NOW, random));
    for (const { dataKey, ciphertext } of made) {
      expect(dataKey).toHaveLength(length);
      expect(decrypt(open, parseCiphertext(ciphertext) as ParsedCiphertext, AAD, NOW).plaintext).toEqual(dataKey);
    }
    const atLeast = length === 1 ? 2 : 20;
    expect(new Set(made.map(({ dataKey }) => dataKey.toString('hex'))).size).toBeGreaterThanOrEqual(atLeast);
  });

  it('are not made by a key that is off', () => {
    const off = new OpenKey(keyAfter(space, disable(space, key, NOW)), space);
    expect(codeOf(() => generateDataKey(off, 32, AAD, NOW, random))).toBe('key-disabled');
  });
});

describe('rotation', () => {
  it('makes new material current and keeps the old for what it encrypted', () => {
    const old = sealed(space, key, 'old');
    const two = rotated(key);
    expect(two.versions.map(({ stage }) => stage)).toEqual(['previous', 'current']);
    expect(two.versions[1]?.rotation).toEqual({ atMs: NOW, cause: 'on-demand' });
    expect(two.versions[0]).toEqual({ ...key.versions[0], stage: 'previous' });
    expect(sealed(space, two, 'new').handle).not.toEqual(old.handle);
    expect(opened(space, two, old)).toBe('old');
    expect(codeOf(() => opened(space, key, sealed(space, two, 'new')))).toBe('invalid-ciphertext');
  });

  it(`happens ${MAX_ON_DEMAND_ROTATIONS} times on demand, and every version goes on to decrypt`, () => {
    const messages: [string, ParsedCiphertext][] = [['m0', sealed(space, key, 'm0')]];
    let last = key;
    for (let times = 1; times <= MAX_ON_DEMAND_ROTATIONS; times++) {
      last = rotated(last);
      messages.push([`m${times}`, sealed(space, last, `m${times}`)]);
    }
    expect(new Set(last.versions.map(({ materialId }) => materialId)).size).toBe(26);
    expect(last.versions.filter(({ stage }) => stage === 'current')).toHaveLength(1);
    for (const [text, ciphertext] of messages) expect(opened(space, last, ciphertext)).toBe(text);
    expect(codeOf(() => rotated(last))).toBe('rotation-limit');
  });

  it('takes the material that waits, for imported keys', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const holder = importedKey(space, first);
    expect(codeOf(() => rotated(holder))).toBe('no-pending-material');
    const old = sealed(space, holder, 'old');
    const waiting = bring(space, holder, second, { kind: 'new', expiresAtMs: NOW + 5 });
    expect(codeOf(() => rotateOnDemand({ space, key: waiting }, [], NOW + 5, random))).toBe('no-pending-material');
    const two = rotated(waiting);
    expect(two.versions.map(({ stage }) => stage)).toEqual(['previous', 'current']);
    expect(two.versions[1]?.materialId).toBe(space.tenantKey.materialId(holder.id, second));
    expect(opened(space, two, old)).toBe('old');
    expect(codeOf(() => rotated(two))).toBe('no-pending-material');
  });

  it('is not for keys of one material, nor for those whose bits are elsewhere', () => {
    expect(codeOf(() => rotated({ ...key, spec: { ...key.spec, family: 'hmac' } }))).toBe('wrong-family');
    for (const origin of ['remote', 'hsm'] as const)
      expect(codeOf(() => rotated({ ...key, origin }))).toBe('wrong-origin');
  });
});

describe('an open key', () => {
  const material = (open: OpenKey, nowMs: number) => open.current(nowMs).material;

  it('keeps its material open while it is used, up to an hour', () => {
    const open = new OpenKey(key, space);
    const first = material(open, NOW);
    let nowMs = NOW;
    while (nowMs + MATERIAL_IDLE_MS <= NOW + MATERIAL_LIFETIME_MS)
      expect(material(open, (nowMs += MATERIAL_IDLE_MS))).toBe(first);
    expect(nowMs).toBe(NOW + MATERIAL_LIFETIME_MS);
    expect(material(open, nowMs + 1)).not.toBe(first);
  });

  it('opens it anew when nobody used it for ten minutes', () => {
    const open = new OpenKey(key, space);
    const first = material(open, NOW);
    expect(material(open, NOW + MATERIAL_IDLE_MS + 1)).not.toBe(first);
  });

  it('lets go of idle material when told to', () => {
    const open = new OpenKey(key, space);
    const first = material(open, NOW);
    open.closeIdle(NOW + MATERIAL_IDLE_MS);
    expect(material(open, NOW)).toBe(first);
    open.closeIdle(NOW + MATERIAL_IDLE_MS + 1);
    expect(material(open, NOW)).not.toBe(first);
  });

  it('lets go of material when the clock is set back by more than that', () => {
    const open = new OpenKey(key, space);
    const first = material(open, NOW);
    open.closeIdle(NOW - MATERIAL_IDLE_MS);
    expect(material(open, NOW)).toBe(first);
    open.closeIdle(NOW - MATERIAL_IDLE_MS - 1);
    expect(material(open, NOW)).not.toBe(first);
  });

  it('does not use material beyond its expiry, although it is open', () => {
    const expiring = importedKey(space, randomBytes(32), { expiresAtMs: NOW + 5 });
    const open = new OpenKey(expiring, space);
    const { handle, version } = open.current(NOW + 4);
    for (const use of [() => open.current(NOW + 5), () => open.byHandle(handle, NOW + 5)]) {
      expect(codeOf(use)).toBe('key-pending-import');
    }
    expect(open.checkValue(version, NOW + 4)).toMatch(/^[0-9a-f]{16}$/);
    expect(open.checkValue(version, NOW + 5)).toBeUndefined();
  });

  it('without material says so', () => {
    const open = new OpenKey(newKey(space, { origin: 'imported' }), space);
    expect(codeOf(() => open.current(NOW))).toBe('key-pending-import');
    expect(codeOf(() => open.byHandle(Buffer.alloc(16) as Handle, NOW))).toBe('invalid-ciphertext');
  });

  it.each<[string, Partial<Key>]>([
    ['key', { id: '33333333-3333-4333-8333-333333333333' }],
    ['region', { region: 'us-east-1' }],
    ['tenant', { tenantId: '22222222-2222-4222-8222-222222222222' }],
    ['origin', { origin: 'imported' }],
    ['usage', { usage: 'sign-verify' }],
    ['extractability', { extractable: true }],
  ])('does not open material that was moved to another %s', (_, fields) => {
    expect(() => new OpenKey({ ...key, ...fields }, space).current(NOW)).toThrow(UnwrapError);
  });

  it('does not open the material of another version, nor in another region', () => {
    const [own] = newKey(space).versions;
    const versions = key.versions.map((version) => ({ ...version, material: own?.material ?? null }));
    expect(() => new OpenKey({ ...key, versions }, space).current(NOW)).toThrow(UnwrapError);
    expect(() => new OpenKey(key, inRegion(space.tenantKey, 'us-east-1')).current(NOW)).toThrow(UnwrapError);
  });
});
