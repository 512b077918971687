import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyUsageFlags } from '@peculiar/asn1-x509';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificate } from './certificate.ts';
import { followChain } from './chain.ts';
import { isSignedBy, readCoseSign1 } from './cose-sign1.ts';
import { readPayload } from './document.ts';
import { AttestationError, type AttestationErrorCode } from './errors.ts';
import {
  attestationDocument,
  payload,
  recipientPair,
  REGISTERS,
  signedDocument,
  testRoot,
  type CertificateDeparture,
  type Departure,
} from './enclave.fixture.ts';
import { NITRO_ROOT } from './nitro-root.ts';
import { MAX_AGE_MS, MAX_DOCUMENT_BYTES, verifyAttestation } from './verify.ts';

const NOW = Date.UTC(2026, 10, 22, 3);
const ROOTS = [testRoot(NOW)];
const MINUTE = 60_000;
const good = (departure: Partial<Departure> = {}) => attestationDocument({ nowMs: NOW, ...departure });
const verify = (document: Uint8Array, nowMs = NOW) => verifyAttestation(document, ROOTS, nowMs);

/** What a refusal says: its code. */
async function refusalOf(run: () => Promise<unknown>): Promise<AttestationErrorCode> {
  let answered: unknown;
  try {
    answered = await run();
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    return error.code;
  }
  throw new Error(`it was believed: ${JSON.stringify(answered)}`);
}

describe('a document of a real enclave', () => {
  const text = readFileSync(join(import.meta.dirname, '../../test/vectors/nitro-enclave-attestation.txt'), 'latin1');
  const document = Buffer.from(text, 'base64');
  const atMs = Date.UTC(2026, 1, 6, 8, 24, 18, 900);

  it("leads to AWS's root, which is the one that is published", async () => {
    const fingerprint = createHash('sha256').update(NITRO_ROOT.x509.raw).digest('hex');
    expect(fingerprint).toBe('641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b');
    const message = readCoseSign1(document);
    const { issuers, certificate, atMs: madeAtMs, moduleId, platform, registers } = readPayload(message.payload);
    const signer = await followChain([...issuers, certificate], [NITRO_ROOT], [madeAtMs]);
    expect(await isSignedBy(message, signer)).toBe(true);
    expect(Math.abs(madeAtMs - atMs)).toBeLessThan(MINUTE);
    expect({ moduleId, platform, count: registers.size }).toEqual({
      moduleId: 'i-0761a4cbcc7632aef-enc019c320cb32f6b7a',
      platform: 'nitro-enclave',
      count: 16,
    });
    expect(registers.get(0)?.toString('hex').slice(0, 16)).toBe('6165855369654a58');
  });

  it('names no key to answer to, so it is no recipient', async () => {
    expect(await refusalOf(() => verifyAttestation(document, [NITRO_ROOT], atMs))).toBe('no-public-key');
  });

  it('counts at no other time, and under no other root', async () => {
    expect(await refusalOf(() => verifyAttestation(document, [NITRO_ROOT], atMs + 6 * MINUTE))).toBe('stale');
    expect(await refusalOf(() => verifyAttestation(document, [NITRO_ROOT], NOW))).toBe('certificate-expired');
    expect(await refusalOf(() => verifyAttestation(document, ROOTS, atMs))).toBe('untrusted');
  });

  it('is worth nothing with any bit of it changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(document.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(document);
        changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
        expect(await refusalOf(() => verifyAttestation(changed, [NITRO_ROOT], atMs))).not.toBe('no-public-key');
      }),
      { numRuns: 60 },
    );
  });
});

describe('a document', () => {
  it('proves what was measured, and whose key it is', async () => {
    const { platform, moduleId, registers, publicKey } = await verify(good());
    expect({ platform, moduleId }).toEqual({
      platform: 'nitro-enclave',
      moduleId: 'i-0123456789abcdef0-enc0123456789abcdef',
    });
    expect(registers.get(0)).toBe('01'.repeat(48));
    expect(registers.size).toBe(16);
    expect(publicKey.equals(recipientPair().publicKey)).toBe(true);
  });

  it('may come from a virtual TPM, whose registers are others', async () => {
    const { platform, registers } = await verify(good({ payload: { pcrs: undefined, nitrotpm_pcrs: REGISTERS } }));
    expect(platform).toBe('nitro-tpm');
    expect(registers.get(4)).toBe('05'.repeat(48));
  });

  it.each<[string, Partial<Departure>]>([
    ['has its tag', { tag: 18 }],
    ['was made five minutes ago', { payload: { timestamp: NOW - MAX_AGE_MS } }],
    ['was made by a clock five minutes ahead', { payload: { timestamp: NOW + MAX_AGE_MS } }],
    ['has one issuer alone', { between: 0 }],
    ['has eight certificates', { between: 6 }],
    [
      'has registers of SHA-256 and SHA-512',
      {
        payload: {
          pcrs: new Map([
            [0, new Uint8Array(32)],
            [31, new Uint8Array(64)],
          ]),
        },
      },
    ],
    [
      'has user data of 1024 bytes and an empty nonce',
      { payload: { user_data: new Uint8Array(1024), nonce: new Uint8Array() } },
    ],
    ['leaves out what may be missing', { payload: { user_data: undefined, nonce: undefined } }],
    ['says more than is asked', { payload: { another: 'member' } }],
  ])('is believed that %s', async (_, departure) => {
    expect((await verify(good(departure))).publicKey.asymmetricKeyType).toBe('rsa');
  });

  const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'der', type: 'spki' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey;
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' });
  const spki = recipientPair().publicKey.export({ format: 'der', type: 'spki' });
  const bytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer);

  it.each<[string, { readonly [member: string]: unknown }, AttestationErrorCode]>([
    ['no module', { module_id: undefined }, 'malformed'],
    ['an empty module', { module_id: '' }, 'malformed'],
    ['a module that is bytes', { module_id: Uint8Array.of(1) }, 'malformed'],
    ['a module without end', { module_id: 'm'.repeat(257) }, 'malformed'],
    ['no digest', { digest: undefined }, 'malformed'],
    ['another digest', { digest: 'SHA256' }, 'malformed'],
    ['no time', { timestamp: undefined }, 'malformed'],
    ['the time 0', { timestamp: 0 }, 'malformed'],
    ['a time that is a text', { timestamp: String(NOW) }, 'malformed'],
    ['a time between two milliseconds', { timestamp: NOW + 0.5 }, 'malformed'],
    ['a time before 1970', { timestamp: -NOW }, 'malformed'],
    ['a time out of range', { timestamp: 2n ** 63n }, 'malformed'],
    ['no registers', { pcrs: undefined }, 'malformed'],
    ['an empty map of registers', { pcrs: new Map() }, 'malformed'],
    ['a list of registers', { pcrs: [new Uint8Array(48)] }, 'malformed'],
    ['registers of both platforms', { nitrotpm_pcrs: REGISTERS }, 'malformed'],
    ['register 32', { pcrs: new Map([[32, new Uint8Array(48)]]) }, 'malformed'],
    ['register -1', { pcrs: new Map([[-1, new Uint8Array(48)]]) }, 'malformed'],
    ['a register by name', { pcrs: new Map([['0', new Uint8Array(48)]]) }, 'malformed'],
    ['33 registers', { pcrs: new Map(Array.from({ length: 33 }, (_, i) => [i, new Uint8Array(48)])) }, 'malformed'],
    ['a register of 47 bytes', { pcrs: new Map([[0, new Uint8Array(47)]]) }, 'malformed'],
    ['an empty register', { pcrs: new Map([[0, new Uint8Array()]]) }, 'malformed'],
    ['a register that is a text', { pcrs: new Map([[0, '0'.repeat(48)]]) }, 'malformed'],
    ['no certificate', { certificate: undefined }, 'malformed'],
    ['an empty certificate', { certificate: new Uint8Array() }, 'malformed'],
    ['a certificate of 1025 bytes', { certificate: new Uint8Array(1025) }, 'malformed'],
    ['no issuers', { cabundle: undefined }, 'malformed'],
    ['an empty list of issuers', { cabundle: [] }, 'malformed'],
    ['issuers without a list', { cabundle: new Uint8Array(9) }, 'malformed'],
    ['an issuer that is a text', { cabundle: ['x'] }, 'malformed'],
    ['a certificate that is none', { certificate: new Uint8Array(100) }, 'untrusted'],
    ['a key that is a text', { public_key: 'key' }, 'malformed'],
    ['a key of 1025 bytes', { public_key: new Uint8Array(1025) }, 'malformed'],
    ['user data of 1025 bytes', { user_data: new Uint8Array(1025) }, 'malformed'],
    ['a nonce of 1025 bytes', { nonce: new Uint8Array(1025) }, 'malformed'],
    ['a nonce that is a number', { nonce: 7 }, 'malformed'],
    ['no key', { public_key: undefined }, 'no-public-key'],
    ['null for a key', { public_key: null }, 'no-public-key'],
    ['an empty key', { public_key: new Uint8Array() }, 'no-public-key'],
    ['a key that is nonsense', { public_key: new Uint8Array(294) }, 'no-public-key'],
    ['a key with a byte behind it', { public_key: bytes(Buffer.concat([spki, Buffer.of(0)])) }, 'no-public-key'],
    ['a key of 1024 bits', { public_key: bytes(small) }, 'no-public-key'],
    ['a key with the exponent 3', { public_key: bytes(weak.export({ format: 'der', type: 'spki' })) }, 'no-public-key'],
    ['a key for signing alone', { public_key: bytes(pss) }, 'no-public-key'],
    ['a key of an elliptic curve', { public_key: bytes(ecKey) }, 'no-public-key'],
    ['an age of over five minutes', { timestamp: NOW - MAX_AGE_MS - 1 }, 'stale'],
    ['a time too far ahead', { timestamp: NOW + MAX_AGE_MS + 1 }, 'stale'],
  ])('is refused with %s', async (_, departure, code) => {
    expect(await refusalOf(() => verify(good({ payload: departure })))).toBe(code);
  });

  it.each<[string, Partial<Departure>, AttestationErrorCode]>([
    ['another tag', { tag: 17 }, 'malformed'],
    ['an algorithm that is not ES384', { protectedHeader: new Map([[1, -7]]) }, 'malformed'],
    ['no algorithm', { protectedHeader: new Map() }, 'malformed'],
    [
      'more in its protected header',
      {
        protectedHeader: new Map<number, unknown>([
          [1, -35],
          [2, [4]],
        ]),
      },
      'malformed',
    ],
    ['a protected header that is a list', { protectedHeader: [1, -35] }, 'malformed'],
    ['anything in its unprotected header', { unprotectedHeader: new Map([[1, -35]]) }, 'malformed'],
    ['a short signature', { signature: new Uint8Array(95) }, 'malformed'],
    ['a signature of zeros', { signature: new Uint8Array(96) }, 'wrong-signature'],
    [
      'a signature by another key',
      { signingKey: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey },
      'wrong-signature',
    ],
  ])('is refused with %s', async (_, departure, code) => {
    expect(await refusalOf(() => verify(good(departure)))).toBe(code);
  });

  it.each<[string, number, CertificateDeparture, AttestationErrorCode]>([
    ['a root that is not valid any more', 0, { toMs: NOW - 1000 }, 'untrusted'],
    ['an issuer that is not valid any more', 2, { toMs: NOW - 1000 }, 'certificate-expired'],
    ['an issuer that is not valid yet', 1, { fromMs: NOW + 1000 }, 'certificate-expired'],
    ['a leaf that is not valid any more', -1, { toMs: NOW - 1000 }, 'certificate-expired'],
    ['a leaf that was not valid when it was made', -1, { fromMs: NOW + 1000 }, 'certificate-expired'],
    ['an issuer that is no authority', 2, { isAuthority: false }, 'untrusted'],
    ['an issuer that may not certify', 1, { keyUsage: KeyUsageFlags.digitalSignature }, 'untrusted'],
    ['an issuer that allows fewer below it', 1, { pathLength: 1 }, 'untrusted'],
    ['a leaf that is an authority', -1, { isAuthority: true }, 'untrusted'],
    ['a leaf that may not sign', -1, { keyUsage: KeyUsageFlags.keyCertSign }, 'untrusted'],
    ['a leaf of another issuer by name', -1, { issuer: 'somebody' }, 'untrusted'],
    ['an issuer of another issuer by name', 2, { issuer: 'somebody' }, 'untrusted'],
    ['a leaf signed by somebody else', -1, { wrongSigner: true }, 'untrusted'],
    ['an issuer signed by somebody else', 1, { wrongSigner: true }, 'untrusted'],
    ['a leaf of another curve', -1, { curve: 'P-256' }, 'untrusted'],
    ['an issuer signed with SHA-256', 2, { hash: 'sha256' }, 'untrusted'],
    ['a leaf with a critical extension', -1, { critical: '1.2.3.4' }, 'untrusted'],
  ])('is refused with %s', async (_, place, departure, code) => {
    expect(await refusalOf(() => verify(good({ certificates: { [place]: departure } })))).toBe(code);
  });

  it('is refused with a chain in another order, without its root, or with nine certificates', async () => {
    const members = payload({ nowMs: NOW });
    const issuers = members.get('cabundle') as Uint8Array[];
    for (const cabundle of [issuers.toReversed(), issuers.slice(1)])
      expect(await refusalOf(() => verify(good({ payload: { cabundle } })))).toBe('untrusted');
    expect(await refusalOf(() => verify(good({ between: 7 })))).toBe('malformed');
  });

  it('is refused where OpenSSL reads the certificate, and its key not', async () => {
    const leaf = payload({ nowMs: NOW }).get('certificate') as Uint8Array;
    for (const part of ['2a8648ce3d0201', '2b81040022']) {
      const certificate = Buffer.from(leaf);
      const at = certificate.indexOf(Buffer.from(part, 'hex')) + part.length / 2 - 1;
      certificate.writeUInt8(0x7f, at);
      expect(await refusalOf(() => verify(good({ payload: { certificate } })))).toBe('untrusted');
    }
  });

  it('is refused with a key that nothing can be encrypted to', async () => {
    const even = recipientPair().publicKey.export({ format: 'der', type: 'spki' });
    // The modulus ends before the exponent, 65537: five bytes.
    even.writeUInt8(even.readUInt8(even.length - 6) & 0xfe, even.length - 6);
    expect(await refusalOf(() => verify(good({ payload: { public_key: even } })))).toBe('no-public-key');
  });

  it('is judged anew each time, however well its certificates are known', async () => {
    const document = good({ certificates: { [-1]: { toMs: NOW + MINUTE } } });
    for (const _ of [1, 2]) expect((await verify(document)).platform).toBe('nitro-enclave');
    expect(await refusalOf(() => verify(document, NOW + 2 * MINUTE))).toBe('certificate-expired');
    expect(await refusalOf(() => verifyAttestation(document, [], NOW))).toBe('untrusted');
    expect(await refusalOf(() => verifyAttestation(document, [NITRO_ROOT], NOW))).toBe('untrusted');
    expect((await verify(document)).platform).toBe('nitro-enclave');
  });

  it('leaves the event loop to others while its signatures are verified', async () => {
    const order: string[] = [];
    const verified = verify(good()).then(() => order.push('document'));
    await new Promise((done) => setImmediate(done));
    order.push('others');
    await verified;
    expect(order).toEqual(['others', 'document']);
  });

  it('is refused where a certificate names one algorithm and its signature another', () => {
    const bytes = Buffer.from(ROOTS[0]?.x509.raw as Buffer);
    // ecdsa-with-SHA384, the first of two.
    const at = bytes.indexOf(Buffer.from('2a8648ce3d040303', 'hex'));
    bytes[at + 7] = 2;
    expect(() => readCertificate(bytes)).toThrow('it names two algorithms');
  });

  it('is refused where the root has the name of a trusted one and another key', async () => {
    expect(await refusalOf(() => verify(good({ certificates: { 0: { wrongSigner: true } } })))).toBe('untrusted');
    expect(await refusalOf(() => verifyAttestation(good(), [NITRO_ROOT], NOW))).toBe('untrusted');
    expect(await refusalOf(() => verifyAttestation(good(), [], NOW))).toBe('untrusted');
  });

  const nested = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.of(0)]);
  const text = (hex: string): Buffer => Buffer.from(hex, 'hex');
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.of(0x84)],
    ['a byte behind it', Buffer.concat([good(), Buffer.of(0)])],
    ['itself twice', Buffer.concat([good(), good()])],
    ['its end cut off', good().subarray(0, -1)],
    ['an indefinite list', Buffer.concat([Buffer.of(0x9f), good().subarray(1), Buffer.of(0xff)])],
    ['an indefinite byte string', text('845f41a1ffa04040')],
    ['a length in a longer form', Buffer.concat([Buffer.of(0x98, 4), good().subarray(1)])],
    ['a list of 2^32 members', text('9affffffff')],
    ['a list of 2^64 members', text('9bffffffffffffffff')],
    ['a string of 2^63 bytes', text('845b8000000000000000')],
    ['lists in lists', nested(300)],
    ['lists in lists to the limit', nested(MAX_DOCUMENT_BYTES - 1)],
    ['tags on tags', Buffer.concat([Buffer.alloc(200, 0xd2), good()])],
    ['more bytes than any has', Buffer.alloc(MAX_DOCUMENT_BYTES + 1)],
    ['five members', Buffer.concat([Buffer.of(0x85), good().subarray(1), Buffer.of(0)])],
    ['a payload that is null', text(`8444a1013822a0f65860${'00'.repeat(96)}`)],
  ])('is refused where it is %s', async (_, document) => {
    expect(await refusalOf(() => verify(document))).toBe('malformed');
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a list', Buffer.of(0x80)],
    ['a member twice', text('a2666469676573746653484133383466646967657374665348413338')],
    ['lists in lists', nested(300)],
    ['an indefinite list without end', Buffer.concat([text('a163616263'), Buffer.alloc(300, 0x9f)])],
    ['with a byte behind it', Buffer.concat([Buffer.from(encode(payload({ nowMs: NOW }))), Buffer.of(0)])],
  ])('is refused where its signed payload is %s', async (_, bytesOfPayload) => {
    const document = signedDocument(new Uint8Array(bytesOfPayload), { nowMs: NOW });
    expect(await refusalOf(() => verify(document))).toBe('malformed');
  });
});
