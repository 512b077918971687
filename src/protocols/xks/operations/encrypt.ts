import { wipe } from '../../../bytes/bytes.ts';
import { MAX_XKS_AAD, MAX_XKS_PLAINTEXT } from '../../../crypto/xks-ciphertext.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { encryptForXks, type XksEncrypted } from '../../../keys/xks-use.ts';
import type { Act } from '../../../pipeline/act.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import { ACTIONS } from '../find-endpoint.ts';
import type { Members } from '../members.ts';
import { keyAct, type XksAnswer, type XksContext } from '../operation.ts';
import { readRequestMetadata, USE_METADATA } from '../request-metadata.ts';

/** Encrypt: the plaintext under an exposed key, in the parts that AWS KMS puts into its own ciphertext. */
export function encrypt(
  context: XksContext,
  members: Members,
  xksKeyId: string,
  nowMs: number,
): MaybePromise<Act<XksAnswer>> {
  const metadata = readRequestMetadata(members, USE_METADATA);
  members.word('encryptionAlgorithm', ['AES_GCM']);
  const aad = members.optionalBytes('additionalAuthenticatedData', MAX_XKS_AAD);
  const withIntegrity = members.optionalWord('ciphertextDataIntegrityValueAlgorithm', ['SHA_256']) !== undefined;
  const plaintext = members.bytes('plaintext', 1, MAX_XKS_PLAINTEXT);
  members.end();
  const run = (open: OpenKey, runAtMs: number) => {
    try {
      const encrypted = encryptForXks(open, plaintext, aad, withIntegrity, runAtMs, context.random);
      return { value: shown(encrypted), keyVersion: encrypted.version.id };
    } finally {
      wipe(plaintext);
    }
  };
  return keyAct(context, { xksKeyId, operation: 'ENCRYPT', action: ACTIONS.ENCRYPT, metadata, run }, nowMs);
}

function shown({ parts, integrityValue }: XksEncrypted): XksAnswer {
  return {
    ciphertext: parts.ciphertext.toString('base64'),
    initializationVector: parts.iv.toString('base64'),
    authenticationTag: parts.tag.toString('base64'),
    ciphertextMetadata: parts.metadata.toString('base64'),
    ...(integrityValue && { ciphertextDataIntegrityValue: integrityValue.toString('base64') }),
  };
}
