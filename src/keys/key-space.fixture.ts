import {
  constants,
  createCipheriv,
  generateKeyPairSync,
  hash,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { parseCiphertext, type ParsedCiphertext } from '../crypto/ciphertext.ts';
import { BarrierKey, makeBarrierRoot, type TenantKey } from '../crypto/hierarchy.ts';
import { WRAPPING_ALGORITHMS, type WrappingAlgorithmName, type WrappingKeyPair } from '../crypto/import-wrapping.ts';
import { encryptTo } from '../crypto/public-key-encryption.ts';
import { SYMMETRIC } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import type { AuditDraft } from '../audit/entry.ts';
import type { Write } from '../records/commit.ts';
import type { StoredRecord } from '../records/record.ts';
import { createKey, type NewKey } from './create.ts';
import { KeyError, type KeyErrorCode } from './errors.ts';
import { prepareImport } from './import-token.ts';
import { NO_INSTANCE_POLICIES } from './instance-policies.ts';
import { importMaterial, type Import, type Imported } from './import.ts';
import { readKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import type { Key } from './key.ts';
import { OpenKey } from './open-key.ts';
import type { Clock } from './ports.ts';
import { decrypt, encrypt } from './use.ts';

/** 2027-01-15, in milliseconds. */
export const NOW = 1_800_000_000_000;
export const DAY = 86_400_000;

export const TENANT = '11111111-1111-4111-8111-111111111111';
export const REGION = 'eu-central-1';

/** A clock that stands until it is set. */
export function settableClock(startMs = NOW): Clock & { set(nowMs: number): void } {
  let nowMs = startMs;
  return Object.assign(() => nowMs, { set: (to: number) => void (nowMs = to) });
}

/** Random bytes that are the same in each run: hashes of a counter. Sources of different names never agree. */
export function countingRandom(name: string): Random {
  let count = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let made = 0; made < length; made += 32) blocks.push(hash('sha256', `${name}/${count++}`, 'buffer'));
    return Buffer.concat(blocks).subarray(0, length);
  };
}

/** Real keys of a tenant and a region, below a barrier key of their own. */
export function makeSpace(tenantId = TENANT, region = REGION): KeySpace {
  const random = countingRandom('space');
  const barrier = BarrierKey.from(makeBarrierRoot());
  return inRegion(barrier.openTenantKey(tenantId, barrier.makeTenantKey(tenantId, random)), region);
}

/** A region of a tenant. */
export function inRegion(tenantKey: TenantKey, region: string): KeySpace {
  const wrapped = tenantKey.makeInstanceKey(region, countingRandom('region'));
  return {
    tenantId: tenantKey.tenantId,
    region,
    tenantKey,
    instanceKey: tenantKey.openInstanceKey(region, wrapped),
  };
}

/** An access policy that parses; the key domain does not ask what it says. */
export const POLICY = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}';

export const GENERATED: NewKey = {
  spec: SYMMETRIC,
  usage: 'encrypt-decrypt',
  origin: 'generated',
  description: '',
  accessPolicy: POLICY,
  tags: [],
  instancePolicies: NO_INSTANCE_POLICIES,
};

export const random = countingRandom('fixture');

/** A key as it is read back from the record that makes it. */
export function newKey(space: KeySpace, more: Partial<NewKey> = {}, nowMs = NOW): Key {
  return keyAfter(space, createKey(space, { ...GENERATED, ...more }, nowMs, random));
}

export function recordOf({ writes }: { readonly writes: readonly Write[] }, index = 0): StoredRecord {
  const write = writes[index];
  if (write === undefined || !('put' in write)) throw new TypeError(`there is no put at ${index}`);
  return write.put;
}

/** The key after a change, read from the record that the change writes. */
export function keyAfter(space: KeySpace, change: { readonly writes: readonly Write[] }, index = 0): Key {
  return readKey(space.tenantKey, recordOf(change, index));
}

/** RSA keys take long to make: all tests share one of 2048 bits. */
let pair: WrappingKeyPair | undefined;
export function wrappingPair(algorithm?: WrappingAlgorithmName): WrappingKeyPair {
  if (algorithm === 'SM2PKE') return generateKeyPairSync('ec', { namedCurve: 'SM2' });
  pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pair;
}

/** Encrypts material as its owner does at home. */
export function wrapForImport(name: WrappingAlgorithmName, publicKey: KeyObject, material: Uint8Array): Buffer {
  const row = WRAPPING_ALGORITHMS[name];
  if (row.keys === 'sm2') return encryptTo('SM2PKE', publicKey, material);
  const { oaepHash, twoSteps } = row;
  const rsa = (plaintext: Uint8Array) =>
    publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext);
  if (!twoSteps) return rsa(material);
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([rsa(aesKey), cipher.update(material), cipher.final()]);
}

/** An import of material that is seen at once to be sound: of any key but RSA. */
export function importNow(...args: Parameters<typeof importMaterial>): Imported {
  const imported = importMaterial(...args);
  if (imported instanceof Promise) throw new TypeError('this import takes its time');
  return imported;
}

/** What is asked of an import besides the material. */
export type Wish = Partial<Omit<Import, 'tokenId' | 'encrypted'>>;

/** An import with a token of its own: the key with the token, and the request that goes with it. */
export function readyToImport(
  space: KeySpace,
  key: Key,
  material: Uint8Array,
  wish: Wish = {},
  nowMs = NOW,
  algorithm: WrappingAlgorithmName = 'RSAES_OAEP_SHA_256',
): { readonly key: Key; readonly request: Import } {
  const wrapping = wrappingPair(algorithm);
  const prepared = prepareImport(space, key, algorithm, wrapping, nowMs, random);
  const request: Import = {
    tokenId: prepared.value.id,
    encrypted: wrapForImport(algorithm, wrapping.publicKey, material),
    expiresAtMs: undefined,
    kind: undefined,
    materialId: undefined,
    description: undefined,
    ...wish,
  };
  return { key: keyAfter(space, prepared), request };
}

/** Imports material into a key: the key afterwards. */
export function bring(space: KeySpace, key: Key, material: Uint8Array, wish: Wish = {}, nowMs = NOW): Key {
  const ready = readyToImport(space, key, material, wish, nowMs);
  return keyAfter(space, importNow(space, ready.key, ready.request, nowMs, random));
}

/** A key that has this material. */
export function importedKey(space: KeySpace, material: Uint8Array, wish: Wish = {}): Key {
  return bring(space, newKey(space, { origin: 'imported' }), material, wish);
}

export const AAD = Buffer.from([0]);

/** Encrypts under a key as it is now. */
export function sealed(space: KeySpace, key: Key, plaintext: string, nowMs = NOW): ParsedCiphertext {
  const { ciphertext } = encrypt(new OpenKey(key, space), Buffer.from(plaintext), AAD, nowMs, random);
  return parseCiphertext(ciphertext) as ParsedCiphertext;
}

/** Decrypts under a key as it is now. */
export function opened(space: KeySpace, key: Key, ciphertext: ParsedCiphertext, nowMs = NOW): string {
  return decrypt(new OpenKey(key, space), ciphertext, AAD, nowMs).plaintext.toString();
}

/** Runs what must be refused by the key domain and answers the code. */
export function codeOf(run: () => unknown): KeyErrorCode | 'allowed' {
  try {
    run();
    return 'allowed';
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
}

/** The entry that a commit needs, for tests that do not ask what it says. */
export function changeEntry(tenantId: string): AuditDraft {
  return {
    tenantId,
    timeMs: NOW,
    principal: 'arn:test:principal',
    action: 'test:Change',
    requestId: 'r-1',
    outcome: 'done',
    change: true,
    details: {},
    salt: randomBytes(16),
  };
}
