import { wipe } from '../../../bytes/bytes.ts';
import { MAX_XKS_AAD, MAX_XKS_PLAINTEXT } from '../../../crypto/xks-ciphertext.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { decryptForXks } from '../../../keys/xks-use.ts';
import type { Act } from '../../../pipeline/act.ts';
import type { MaybePromise } from '../../../records/ports.ts';
import { ACTIONS } from '../find-endpoint.ts';
import { invalid, type Members } from '../members.ts';
import { keyAct, type XksAnswer, type XksContext } from '../operation.ts';
import { readRequestMetadata, USE_METADATA } from '../request-metadata.ts';

const TAG_LENGTH = 16;
const MAX_METADATA = 20;

/** Decrypt: what Encrypt gave, with the same additional authenticated data. */
export function decrypt(
  context: XksContext,
  members: Members,
  xksKeyId: string,
  nowMs: number,
): MaybePromise<Act<XksAnswer>> {
  const requestMetadata = readRequestMetadata(members, USE_METADATA);
  members.word('encryptionAlgorithm', ['AES_GCM']);
  const aad = members.optionalBytes('additionalAuthenticatedData', MAX_XKS_AAD);
  const ciphertext = members.bytes('ciphertext', 1, MAX_XKS_PLAINTEXT);
  const iv = members.bytes('initializationVector', 12, MAX_XKS_PLAINTEXT);
  if (iv.length !== 12 && iv.length !== 16) throw invalid('initializationVector must have 12 or 16 bytes.');
  const tag = members.bytes('authenticationTag', TAG_LENGTH, MAX_XKS_PLAINTEXT);
  if (tag.length !== TAG_LENGTH) throw invalid(`authenticationTag must have ${TAG_LENGTH} bytes.`);
  const metadata = members.optionalBytes('ciphertextMetadata', MAX_XKS_PLAINTEXT);
  if (metadata.length > MAX_METADATA) throw invalid(`ciphertextMetadata has at most ${MAX_METADATA} bytes.`);
  members.end();
  const run = (open: OpenKey, runAtMs: number) => {
    const { plaintext, version } = decryptForXks(open, { ciphertext, iv, tag, metadata }, aad, runAtMs);
    const value = { plaintext: plaintext.toString('base64') };
    wipe(plaintext);
    return { value, keyVersion: version.id };
  };
  const use = { xksKeyId, operation: 'DECRYPT', action: ACTIONS.DECRYPT, metadata: requestMetadata, run } as const;
  return keyAct(context, use, nowMs);
}
