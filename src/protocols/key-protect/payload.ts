import type { KeyMaterial } from '../../crypto/key-material.ts';
import { bytesOf, wipe } from '../../bytes/bytes.ts';
import { KeyError } from '../../keys/errors.ts';
import { INSTANCE_IMPORT_ALGORITHM, openSentMaterial, type SentMaterial } from '../../keys/instance-import-token.ts';
import { findInstanceImportToken } from '../../keys/instance-import-token-record.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { badField } from './errors.ts';
import type { Fields } from './fields.ts';
import type { OperationContext } from './operation.ts';

/** The members of a body that bring key material: among those that {@link Fields} is to know. */
export const PAYLOAD_MEMBERS = ['payload', 'encryptedNonce', 'iv', 'encryptionAlgorithm'] as const;

/** What material is brought for: a key that wraps, or a secret that is stored. */
export type PayloadFor = 'root' | 'standard';

/** Key material as a request brings it: as it is, or by the import token of the instance. */
export type Payload =
  | { readonly kind: 'plain'; readonly bytes: Buffer }
  | { readonly kind: 'by-token'; readonly sent: SentMaterial };

/** Material that was brought, the caller's to wipe. */
export interface Brought {
  readonly material: KeyMaterial;
  /** By the import token of the instance: what its policies may demand. */
  readonly byToken: boolean;
}

/** Bytes of a secret that is stored (https://cloud.ibm.com/docs/key-protect?topic=key-protect-import-standard-keys). */
const MAX_SECRET = 7_500;
const ROOT_LENGTHS = [16, 24, 32];

/**
 * Reads what brings key material; `undefined` where the body brings none. Only its form is checked: for `prepare`.
 *
 * @throws {KeyProtectError} `INVALID_FIELD_ERR`
 */
export function payloadOf(fields: Fields, of: PayloadFor): Payload | undefined {
  const bytes = fields.bytes('payload');
  const encryptedNonce = fields.bytes('encryptedNonce');
  const iv = fields.bytes('iv');
  const algorithm = fields.text('encryptionAlgorithm', { min: 1, max: 64 });
  const isByToken = [encryptedNonce, iv, algorithm].some((member) => member !== undefined);
  if (bytes === undefined) {
    if (isByToken) throw badField('payload', 'there, where encryptedNonce, iv or encryptionAlgorithm is');
    return undefined;
  }
  if (!isByToken) return { kind: 'plain', bytes: requirePlain(bytes, of) };
  if (of === 'standard') {
    throw badField('encryptedNonce', 'absent: only root keys are imported with an import token');
  }
  if (algorithm !== undefined && algorithm !== INSTANCE_IMPORT_ALGORITHM) {
    throw badField('encryptionAlgorithm', INSTANCE_IMPORT_ALGORITHM);
  }
  if (encryptedNonce === undefined) throw badField('encryptedNonce', 'there, where iv or encryptionAlgorithm is');
  if (iv === undefined) throw badField('iv', 'there, where encryptedNonce is');
  return { kind: 'by-token', sent: { encrypted: bytes, encryptedNonce, iv } };
}

/**
 * The material itself: for `run`, once all is allowed. A promise where it is decrypted aside.
 *
 * @throws {KeyError} `import-token-invalid`, `import-token-expired`, `import-undecryptable`, `import-wrong-length`,
 *   `import-nonce-undecryptable`, `import-nonce-wrong`
 */
export function openPayload(
  { records, instance }: OperationContext,
  payload: Payload,
  nowMs: number,
): MaybePromise<Brought> {
  if (payload.kind === 'plain') return { material: bytesOf(payload.bytes), byToken: false };
  const opening = andThen(findInstanceImportToken(records, instance), (token) =>
    openSentMaterial(instance, token, payload.sent, nowMs),
  );
  return andThen(opening, (material) => ({ material: bytesOf(material), byToken: true }));
}

function requirePlain(bytes: Buffer, of: PayloadFor): Buffer {
  if (of === 'root') {
    if (ROOT_LENGTHS.includes(bytes.length)) return bytes;
    wipe(bytes);
    throw new KeyError('import-wrong-length', { detail: '16, 24 or 32 bytes are expected' });
  }
  if (bytes.length >= 1 && bytes.length <= MAX_SECRET) return bytes;
  wipe(bytes);
  throw badField('payload', `1 to ${MAX_SECRET} bytes`);
}
