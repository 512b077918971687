import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentInfo, EnvelopedData } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLikeTheSdk, recipientPair } from './enclave.fixture.ts';
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
