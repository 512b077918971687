import { execFileSync } from 'node:child_process';
import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentInfo, EnvelopedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipientPair } from './enclave.fixture.ts';
import { enveloped } from './enveloped-data.ts';

const LENGTHS = [1, 15, 16, 17, 32, 127, 128, 1024, 4096];
const { publicKey, privateKey } = recipientPair();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystead-cms-'));
  writeFileSync(join(folder, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what leaves for an attested recipient', () => {
  it.each(LENGTHS)("is opened by OpenSSL's command line: %i bytes", (length) => {
    const secret = randomBytes(length);
    const input = enveloped(secret, publicKey);
    const args = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-inkey', join(folder, 'key.pem')];
    expect(execFileSync('openssl', args, { input })).toEqual(secret);
  });

  it('is read by an ASN.1 library: versions, algorithms and recipient', () => {
    const info = AsnConvert.parse(enveloped(Buffer.from('secret'), publicKey), ContentInfo);
    expect(info.contentType).toBe('1.2.840.113549.1.7.3');
    const { version, recipientInfos, encryptedContentInfo } = AsnConvert.parse(info.content, EnvelopedData);
    const recipient = recipientInfos[0]?.ktri;
    expect([version, recipientInfos.length, recipient?.version]).toEqual([2, 1, 2]);
    expect(recipient?.rid.subjectKeyIdentifier?.byteLength).toBe(32);
    expect(recipient?.keyEncryptionAlgorithm.algorithm).toBe('1.2.840.113549.1.1.7');
    expect(encryptedContentInfo.contentType).toBe('1.2.840.113549.1.7.1');
    expect(encryptedContentInfo.contentEncryptionAlgorithm.algorithm).toBe('2.16.840.1.101.3.4.1.42');
    expect(encryptedContentInfo.encryptedContent?.constructedValue).toHaveLength(1);
  });

  it.each(LENGTHS)('is opened the way the SDK of Nitro Enclaves walks it: %i bytes', (length) => {
    const secret = randomBytes(length);
    expect(openLikeTheSdk(enveloped(secret, publicKey))).toEqual(secret);
  });

  it('is for a key of 4096 bits as well, and never the same twice', () => {
    const large = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const secret = randomBytes(4096);
    const [first, second] = [enveloped(secret, large.publicKey), enveloped(secret, large.publicKey)];
    expect(openLikeTheSdk(first, large.privateKey)).toEqual(secret);
    expect(first.length).toBeLessThanOrEqual(6144);
    expect(first.equals(second)).toBe(false);
    expect(first.includes(secret.subarray(0, 16))).toBe(false);
  });
});

/**
 * The AWS Nitro Enclaves SDK for C reads the message front to back: of a value with an indefinite length it takes the
 * header and goes on inside, of any other the whole value. So only this one form gets through.
 */
function openLikeTheSdk(message: Buffer, key = privateKey): Buffer {
  let rest = message;
  const next = (tag: number): Buffer => {
    expect(rest[0]).toBe(tag);
    if (rest[1] === 0x80) {
      rest = rest.subarray(2);
      return Buffer.alloc(0);
    }
    const long = (rest[1] as number) & 0x80 ? (rest[1] as number) & 0x7f : 0;
    const length = long === 0 ? (rest[1] as number) : rest.readUIntBE(2, long);
    const value = rest.subarray(2 + long, 2 + long + length);
    rest = rest.subarray(2 + long + length);
    return value;
  };
  const inside = (value: Buffer): ((tag: number) => Buffer) => {
    const outer = rest;
    return (tag) => {
      rest = value;
      const found = next(tag);
      value = rest;
      rest = outer;
      return found;
    };
  };
  next(0x30);
  next(0x06);
  next(0xa0);
  next(0x30);
  expect(next(0x02)).toEqual(Buffer.of(2));
  const recipient = inside(inside(next(0x31))(0x30));
  expect(recipient(0x02)).toEqual(Buffer.of(2));
  recipient(0x80);
  recipient(0x30);
  const encryptedKey = recipient(0x04);
  next(0x30);
  next(0x06);
  const algorithm = inside(next(0x30));
  algorithm(0x06);
  const iv = algorithm(0x04);
  next(0xa0);
  const parts: Buffer[] = [];
  while (rest[0] === 0x04) parts.push(next(0x04));
  expect(rest).toEqual(Buffer.alloc(10));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const contentKey = privateDecrypt({ key, padding, oaepHash: 'sha256' }, encryptedKey);
  const decipher = createDecipheriv('aes-256-cbc', contentKey, iv);
  return Buffer.concat([decipher.update(Buffer.concat(parts)), decipher.final()]);
}
