import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WRAPPING_ALGORITHMS, type WrappingAlgorithmName } from '../crypto/import-wrapping.ts';
import { IMPORT_TOKEN_LIFETIME_MS, prepareImport } from './import-token.ts';
import { deleteMaterial } from './delete-material.ts';
import { MAX_MATERIAL_LIFETIME_MS } from './import.ts';
import {
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
  readyToImport,
  recordOf,
  sealed,
  wrapForImport,
  wrappingPair,
  type Wish,
  importNow,
} from './key-space.fixture.ts';
import { OpenKey } from './open-key.ts';
import type { Key } from './key.ts';
import { dropExpiredMaterial } from './lifecycle.ts';
import { rotateOnDemand } from './rotate.ts';
import { conditionOf } from './state.ts';
import { keyCheckValue } from '../crypto/key-check-value.ts';
import { createSecretKey } from 'node:crypto';

const space = makeSpace();
const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const empty = newKey(space, { origin: 'imported' });
const holder = importedKey(space, first);
const idOf = (key: Key, material: Buffer) => space.tenantKey.materialId(key.id, material);
/** What an import into a key is refused with, or 'allowed'. */
const outcome = (key: Key, material: Uint8Array, wish: Wish = {}) => codeOf(() => bring(space, key, material, wish));

describe('an import', () => {
  it.each(Object.keys(WRAPPING_ALGORITHMS) as WrappingAlgorithmName[])('by %s arrives as it was sent', (algorithm) => {
    const ready = readyToImport(space, empty, first, {}, NOW, algorithm);
    const key = keyAfter(space, importNow(space, ready.key, ready.request, NOW, random));
    expect(key.versions).toHaveLength(1);
    expect(key.versions[0]).toMatchObject({ stage: 'current', materialId: idOf(key, first) });
    const open = new OpenKey(key, space);
    expect(open.checkValue(open.current(NOW).version, NOW)).toBe(keyCheckValue(createSecretKey(first)));
    expect(opened(space, key, sealed(space, key, 'hello'))).toBe('hello');
  });

  it('answers the version it made, as it is in the record', () => {
    const ready = readyToImport(space, empty, first, { description: 'from home', expiresAtMs: NOW + 1 });
    const change = importNow(space, ready.key, ready.request, NOW, random);
    expect(keyAfter(space, change).versions).toEqual([change.value]);
    expect(change.value).toMatchObject({ description: 'from home', materialExpiresAtMs: NOW + 1 });
  });

  it('leaves neither material nor wrapping key in the record', () => {
    const ready = readyToImport(space, empty, first);
    const record = recordOf(importNow(space, ready.key, ready.request, NOW, random));
    const der = wrappingPair().privateKey.export({ format: 'der', type: 'pkcs8' });
    for (const secret of [first, der.subarray(40, 72), der.subarray(-32)]) {
      for (const encoding of ['base64', 'hex', 'latin1'] as const) {
        expect(record.body.toString('latin1')).not.toContain(secret.toString(encoding).slice(2, 30));
      }
    }
  });
});

describe('which material may come', () => {
  const absent = keyAfter(space, deleteMaterial(space, holder, undefined, NOW));
  const pending = bring(space, holder, second, { kind: 'new' });
  const rotated = keyAfter(space, rotateOnDemand({ space, key: pending }, [], NOW, random));
  const rotatedAway = keyAfter(space, deleteMaterial(space, rotated, idOf(holder, first), NOW));
  const pendingGone = keyAfter(space, deleteMaterial(space, pending, idOf(holder, second), NOW));

  it.each<[string, Key, Buffer, Wish, string]>([
    ['the first, no kind said', empty, first, {}, 'allowed'],
    ['the first, as new', empty, first, { kind: 'new' }, 'allowed'],
    ['the first, as existing', empty, first, { kind: 'existing' }, 'import-incorrect-material'],
    ['the first, with a material id', empty, first, { materialId: 'ab'.repeat(32) }, 'import-material-id-unwanted'],
    ['the same again', holder, first, {}, 'allowed'],
    ['the same again, as existing', holder, first, { kind: 'existing' }, 'allowed'],
    ['the same again, as new', holder, first, { kind: 'new' }, 'import-incorrect-material'],
    ['the same again, named', holder, first, { materialId: idOf(holder, first) }, 'allowed'],
    [
      'the same again, named as another',
      holder,
      first,
      { materialId: idOf(holder, second) },
      'import-incorrect-material',
    ],
    ['another, no kind said', holder, second, {}, 'import-incorrect-material'],
    ['another, as existing', holder, second, { kind: 'existing' }, 'import-incorrect-material'],
    ['another, as existing, named', holder, second, { materialId: idOf(holder, first) }, 'import-incorrect-material'],
    ['another, as new', holder, second, { kind: 'new' }, 'allowed'],
    ['new, named', holder, second, { kind: 'new', materialId: idOf(holder, second) }, 'import-material-id-unwanted'],
    ['the same where it was deleted', absent, first, {}, 'allowed'],
    ['another where it was deleted', absent, second, {}, 'import-incorrect-material'],
    ['another while one is pending', pending, third, { kind: 'new' }, 'import-another-pending'],
    ['the pending one again, as new', pending, second, { kind: 'new' }, 'allowed'],
    ['the pending one again', pending, second, {}, 'allowed'],
    ['another where the pending one was deleted', pendingGone, third, { kind: 'new' }, 'allowed'],
    ['a retired one that was deleted', rotatedAway, first, {}, 'allowed'],
    ['a retired one as new', rotated, first, { kind: 'new' }, 'import-incorrect-material'],
    ['31 bytes', empty, first.subarray(1), {}, 'import-wrong-length'],
    ['33 bytes', empty, Buffer.alloc(33, 1), {}, 'import-wrong-length'],
    ['16 bytes', empty, first.subarray(16), {}, 'import-wrong-length'],
  ])('%s', (_, key, material, wish, expected) => expect(outcome(key, material, wish)).toBe(expected));

  it('new material waits, does not encrypt, and is told by its stage', () => {
    expect(pending.versions.map(({ stage }) => stage)).toEqual(['current', 'pending']);
    expect(sealed(space, pending, 'x').handle.toString('base64')).toBe(pending.versions[0]?.handle);
  });

  it('a pending one that has expired makes room', () => {
    const expiring = bring(space, holder, second, { kind: 'new', expiresAtMs: NOW + 5 });
    const request = { kind: 'new' } as const;
    expect(codeOf(() => bring(space, expiring, third, request, NOW + 4))).toBe('import-another-pending');
    const replaced = bring(space, expiring, third, request, NOW + 5);
    expect(replaced.versions.map(({ materialId }) => materialId)).toEqual([idOf(holder, first), idOf(holder, third)]);
  });

  it('tells which material is in the way', () => {
    const ids = { materialId: idOf(holder, third), otherMaterialId: idOf(holder, second) };
    expect(() => bring(space, pending, third, { kind: 'new' })).toThrow(
      expect.objectContaining({ facts: { keyId: holder.id, ...ids } }),
    );
  });

  it('only where material is brought at all', () => {
    const generated = newKey(space);
    expect(codeOf(() => readyToImport(space, generated, first))).toBe('wrong-origin');
    expect(codeOf(() => deleteMaterial(space, generated, undefined, NOW))).toBe('wrong-origin');
    const { request } = readyToImport(space, empty, first);
    expect(codeOf(() => importNow(space, generated, request, NOW, random))).toBe('wrong-origin');
  });
});

describe('material comes and goes', () => {
  it('brought again, it opens its old ciphertexts', () => {
    const ciphertext = sealed(space, holder, 'old');
    const absent = keyAfter(space, deleteMaterial(space, holder, undefined, NOW));
    expect(absent.versions[0]?.material).toBeNull();
    expect(codeOf(() => opened(space, absent, ciphertext))).toBe('key-pending-import');
    const back = bring(space, absent, first);
    expect(back.versions[0]).toMatchObject({ id: holder.versions[0]?.id, handle: holder.versions[0]?.handle });
    expect(opened(space, back, ciphertext)).toBe('old');
  });

  it('brought again, its expiry is the new one or none, and its description stays unless another is given', () => {
    const noted = importedKey(space, first, { description: 'a', expiresAtMs: NOW + 5 });
    expect(bring(space, noted, first, { expiresAtMs: NOW + 9 }).versions[0]).toMatchObject({
      description: 'a',
      materialExpiresAtMs: NOW + 9,
    });
    const forever = bring(space, noted, first, { description: 'b' }).versions[0];
    expect([forever?.description, forever?.materialExpiresAtMs]).toEqual(['b', undefined]);
  });

  it('expired and swept, it comes back like deleted material', () => {
    const expiring = importedKey(space, first, { expiresAtMs: NOW + 5 });
    const ciphertext = sealed(space, expiring, 'old');
    const dropped = keyAfter(space, dropExpiredMaterial(space, expiring, NOW + 5));
    expect(conditionOf(dropped, NOW + 5)).toBe('pending-import');
    expect(opened(space, bring(space, dropped, first, {}, NOW + 5), ciphertext, NOW + 5)).toBe('old');
  });

  it('all permanent materials must be there again', () => {
    const two = keyAfter(
      space,
      rotateOnDemand({ space, key: bring(space, holder, second, { kind: 'new' }) }, [], NOW, random),
    );
    const none = [first, second].reduce(
      (key, material) => keyAfter(space, deleteMaterial(space, key, idOf(key, material), NOW)),
      two,
    );
    const half = bring(space, none, second);
    expect(conditionOf(half, NOW)).toBe('pending-import');
    expect(conditionOf(bring(space, half, first), NOW)).toBe('enabled');
  });

  it('deletes once: the second time there is nothing to write', () => {
    const absent = keyAfter(space, deleteMaterial(space, holder, undefined, NOW));
    expect(deleteMaterial(space, absent, undefined, NOW).writes).toEqual([]);
    expect(deleteMaterial(space, empty, undefined, NOW)).toEqual({ value: undefined, key: empty, writes: [] });
    expect(codeOf(() => deleteMaterial(space, holder, idOf(holder, second), NOW))).toBe('material-not-found');
  });

  it('the same material in two keys has two ids and opens nothing of the other', () => {
    const twin = importedKey(space, first);
    expect(twin.versions[0]?.materialId).not.toBe(holder.versions[0]?.materialId);
    expect(twin.versions[0]?.handle).not.toBe(holder.versions[0]?.handle);
    const ciphertext = sealed(space, holder, 'mine');
    expect(codeOf(() => opened(space, twin, ciphertext))).toBe('invalid-ciphertext');
    // Not even with the other key's handle written over its own: the header is bound.
    const handle = Buffer.from(twin.versions[0]?.handle as string, 'base64');
    const bytes = Buffer.from(ciphertext.bytes);
    handle.copy(bytes, 4);
    expect(codeOf(() => opened(space, twin, { ...ciphertext, handle, bytes } as typeof ciphertext))).toBe(
      'invalid-ciphertext',
    );
  });
});

describe('expiry', () => {
  it.each<[string, number | undefined, string]>([
    ['none', undefined, 'allowed'],
    ['the next millisecond', NOW + 1, 'allowed'],
    ['365 days', NOW + MAX_MATERIAL_LIFETIME_MS, 'allowed'],
    ['now', NOW, 'import-expiry-out-of-range'],
    ['the past', NOW - 1, 'import-expiry-out-of-range'],
    ['365 days and a millisecond', NOW + MAX_MATERIAL_LIFETIME_MS + 1, 'import-expiry-out-of-range'],
    ['half a millisecond', NOW + 1.5, 'import-expiry-out-of-range'],
    ['no number', Number.NaN, 'import-expiry-out-of-range'],
    ['never', Number.POSITIVE_INFINITY, 'import-expiry-out-of-range'],
  ])('%s', (_, expiresAtMs, expected) => expect(outcome(empty, first, { expiresAtMs })).toBe(expected));
});

describe('tokens', () => {
  const algorithm = 'RSAES_OAEP_SHA_256';
  const { key: ready, request } = readyToImport(space, empty, first);
  const importing = (key: Key, nowMs = NOW, into = space, asked = request) =>
    codeOf(() => importNow(into, key, asked, nowMs, random));

  it('serve for 24 hours', () => {
    expect(importing(ready, NOW + IMPORT_TOKEN_LIFETIME_MS - 1)).toBe('allowed');
    expect(importing(ready, NOW + IMPORT_TOKEN_LIFETIME_MS)).toBe('import-token-expired');
  });

  it('say that they have expired for another day, and are gone then', () => {
    const prepareAt = (nowMs: number) =>
      keyAfter(space, prepareImport(space, ready, algorithm, wrappingPair(), nowMs, random));
    const dayLater = NOW + 2 * IMPORT_TOKEN_LIFETIME_MS;
    expect(importing(prepareAt(dayLater - 1), dayLater)).toBe('import-token-expired');
    expect(importing(prepareAt(dayLater), dayLater)).toBe('import-token-invalid');
  });

  it('serve more than one import', () => {
    const once = keyAfter(space, importNow(space, ready, request, NOW, random));
    expect(importing(once)).toBe('allowed');
  });

  it('are eight at most: the oldest gives way', () => {
    const prepare = (key: Key) => keyAfter(space, prepareImport(space, key, algorithm, wrappingPair(), NOW, random));
    let key = ready;
    for (let more = 1; more <= 7; more++) key = prepare(key);
    expect([key.importTokens.length, importing(key)]).toEqual([8, 'allowed']);
    key = prepare(key);
    expect([key.importTokens.length, importing(key)]).toEqual([8, 'import-token-invalid']);
  });

  it('of another key are not known', () => {
    expect(importing(newKey(space, { origin: 'imported' }))).toBe('import-token-invalid');
  });

  // Somebody with the tenant's record key could write a foreign token into a record: its binding does not fit there.
  const transplanted = (key: Key): Key => ({ ...key, importTokens: ready.importTokens });
  const region = inRegion(space.tenantKey, 'us-east-1');
  const stranger = makeSpace('22222222-2222-4222-8222-222222222222');
  it.each([
    ['another key', space],
    ['another region', region],
    ['another tenant', stranger],
  ])('do not open in the record of %s', (_, into) => {
    const key = transplanted(newKey(into, { origin: 'imported' }));
    expect(() => importNow(into, key, request, NOW, random)).toThrow('the wrapped import-key does not open');
  });

  it('do not open for another algorithm than theirs', () => {
    const [token] = ready.importTokens;
    const changed = { ...ready, importTokens: token ? [{ ...token, algorithm: 'RSAES_OAEP_SHA_1' as const }] : [] };
    expect(() => importNow(space, changed, request, NOW, random)).toThrow('does not open');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', randomBytes(256)],
    ['the other algorithm', wrapForImport('RSAES_OAEP_SHA_1', wrappingPair().publicKey, first)],
    ['the material in clear', first],
  ])('refuse %s as one', (_, encrypted) => {
    expect(importing(ready, NOW, space, { ...request, encrypted })).toBe('import-undecryptable');
  });
});
