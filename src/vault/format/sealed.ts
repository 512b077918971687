import { hash } from 'node:crypto';
import { bytesOf, type Bytes } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { openWith, sealTo, SEALED_OVERHEAD } from '../../crypto/hpke.ts';
import type { XWingPrivateKey } from '../../crypto/x-wing.ts';
import { encryptionContext, type KeyContext } from '../master-keys/context.ts';

/** Whose public key it is: docs/spec/backup-format.md, section 4. */
export interface SealedRecipient {
  readonly provider: 'recovery' | 'pair';
  /** `recovery`: {@link recoveryKeyId}; `pair`: the id of the data key that its seed comes from. */
  readonly keyId: string;
}

const DATA_KEY_LENGTH = 32;

/** The name of a recovery pair: from its public key alone. */
export function recoveryKeyId(publicKey: Uint8Array): string {
  return `x-wing:${hash('sha256', publicKey, 'buffer').subarray(0, 16).toString('hex')}`;
}

/** Wraps a data key for whoever has the private half. Does not wipe it. @throws {RangeError} for what is no public key */
export function sealToPublicKey(
  recipient: SealedRecipient,
  publicKey: Uint8Array,
  dataKey: Bytes<'DataKey'>,
  context: KeyContext,
): Bytes<'WrappedKey'> {
  return bytesOf(sealTo(publicKey, infoOf(recipient), aadOf(context), dataKey));
}

/** Opens what {@link sealToPublicKey} made under the same context; `undefined` for anything else. The caller wipes it. */
export function openSealedKey(
  recipient: SealedRecipient,
  privateKey: XWingPrivateKey,
  wrapped: Uint8Array,
  context: KeyContext,
): Bytes<'DataKey'> | undefined {
  if (wrapped.length !== SEALED_OVERHEAD + DATA_KEY_LENGTH) return undefined;
  const dataKey = openWith(privateKey, infoOf(recipient), aadOf(context), wrapped);
  return dataKey && bytesOf<'DataKey'>(dataKey);
}

function infoOf({ provider, keyId }: SealedRecipient): Buffer {
  return lengthPrefixed('keystead/backup/sealed/v1', provider, keyId);
}

/** The names are ASCII, so their order by UTF-16 code units is that by bytes. */
function aadOf(context: KeyContext): Buffer {
  const entries = [...encryptionContext(context)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return lengthPrefixed(...entries.flat());
}
