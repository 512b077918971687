import { constants, createCipheriv, publicEncrypt, randomBytes, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/sha256.ts';

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTEXT_0 = 0x80;
const CONTEXT_0_CONSTRUCTED = 0xa0;

/** Both structures have version 2 where the recipient is named by a key identifier (RFC 5652 sections 6.1 and 6.2.1). */
const VERSION_2 = definite(INTEGER, Buffer.of(2));
/** 1.2.840.113549.1.7.3 and .1 */
const ENVELOPED_DATA = definite(OBJECT_IDENTIFIER, Buffer.from('2a864886f70d010703', 'hex'));
const DATA = definite(OBJECT_IDENTIFIER, Buffer.from('2a864886f70d010701', 'hex'));
/** 2.16.840.1.101.3.4.1.42 */
const AES_256_CBC = definite(OBJECT_IDENTIFIER, Buffer.from('60864801650304012a', 'hex'));
/** RSAES-OAEP with SHA-256 and MGF1 with SHA-256, each said (RFC 8017 appendix A.2.1). */
const OAEP_SHA_256 = Buffer.from(
  '303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500',
  'hex',
);

/**
 * Encrypts a secret to an RSA key: CMS EnvelopedData (RFC 5652) with one KeyTransRecipientInfo. The outer structures
 * have indefinite lengths and the content is a constructed string, as AWS KMS sends them: its clients (the AWS Nitro
 * Enclaves SDK for C) walk the message header by header and take no other form. AES-256-CBC does not authenticate:
 * what the form promises is secrecy. docs/spec/attestation.md.
 */
export function enveloped(secret: Uint8Array, publicKey: KeyObject): Buffer {
  const contentKey = randomBytes(32);
  const iv = randomBytes(16);
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const encryptedKey = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, contentKey);
    const cipher = createCipheriv('aes-256-cbc', contentKey, iv);
    const content = Buffer.concat([cipher.update(secret), cipher.final()]);
    const recipient = definite(
      SEQUENCE,
      VERSION_2,
      definite(CONTEXT_0, keyIdentifier(publicKey)),
      OAEP_SHA_256,
      definite(OCTET_STRING, encryptedKey),
    );
    const encryptedContent = indefinite(
      SEQUENCE,
      DATA,
      definite(SEQUENCE, AES_256_CBC, definite(OCTET_STRING, iv)),
      indefinite(CONTEXT_0_CONSTRUCTED, definite(OCTET_STRING, content)),
    );
    const envelopedData = indefinite(SEQUENCE, VERSION_2, definite(SET, recipient), encryptedContent);
    return indefinite(SEQUENCE, ENVELOPED_DATA, indefinite(CONTEXT_0_CONSTRUCTED, envelopedData));
  } finally {
    wipe(contentKey);
  }
}

/** RFC 7093 section 2 (4): the SHA-256 of the whole SubjectPublicKeyInfo. There is no certificate to take one from. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return sha256(publicKey.export({ format: 'der', type: 'spki' }));
}

/** A value with its length in front (X.690 section 8.1.3). */
function definite(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), ...parts]);
}

/** A constructed value that ends with a mark (X.690 section 8.1.3.6). */
function indefinite(tag: number, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.of(0, 0)]);
}
