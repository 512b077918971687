import { decodeBase64 } from '../../bytes/base64.ts';
import { wipe } from '../../bytes/bytes.ts';
import { isXWingPublicKey, X_WING, xWingPair } from '../../crypto/x-wing.ts';
import { VaultError } from '../errors.ts';
import { recoveryKeyId } from '../format/sealed.ts';
import type { RecoveryAccess } from './master-key-access.ts';
import { SealedMasterKey } from './sealed-master-key.ts';

/**
 * A recovery pair by its public key; with the seed of its private half in the access, one that opens too. Wipes the
 * seed.
 *
 * @throws {VaultError} `recovery-key-malformed`: the key is none, or has another name than it must have, or the seed is
 *   that of another pair
 */
export function openRecovery({ keyId, publicKey: text, privateKey: seed }: RecoveryAccess): SealedMasterKey {
  const publicKey = requireRecoveryPublicKey(text);
  if (recoveryKeyId(publicKey) !== keyId) {
    throw new VaultError('recovery-key-malformed', `The public key is not that of the recovery key ${keyId}`);
  }
  const privateKey = seed && pairFrom(seed);
  if (privateKey !== undefined && !privateKey.publicKey.equals(publicKey)) {
    throw new VaultError('recovery-key-malformed', `The private half is not that of the recovery key ${keyId}`);
  }
  return new SealedMasterKey({ provider: 'recovery', keyId, publicKey, privateKey });
}

/** What `keystead vault recovery-key create` prints: base64 of 1,216 bytes. @throws {VaultError} `recovery-key-malformed` */
export function requireRecoveryPublicKey(text: string): Buffer {
  const publicKey = decodeBase64(text);
  if (publicKey?.length === X_WING.publicKey && isXWingPublicKey(publicKey)) return publicKey;
  throw new VaultError('recovery-key-malformed', 'This is not the base64 of a public key of X-Wing');
}

function pairFrom(seed: Buffer) {
  if (seed.length !== X_WING.seed) {
    throw new VaultError('recovery-key-malformed', `The private half of a recovery key has ${X_WING.seed} bytes`);
  }
  try {
    return xWingPair(seed);
  } finally {
    wipe(seed);
  }
}
